import { Channel } from './channel.type.js';
import { connectionOf } from './connection.type.js';
import { Contact } from './contact.type.js';
import { Conversation } from './conversation.type.js';
import { Event } from './event.type.js';
import { Message } from './message.type.js';
import { Note } from './note.type.js';
import { CursorScalar } from './scalars.js';

export const MessageConnection = connectionOf('Message', () => Message);
export const ConversationConnection = connectionOf('Conversation', () => Conversation);
export const NoteConnection = connectionOf('Note', () => Note);
export const ContactConnection = connectionOf('Contact', () => Contact);
export const ChannelConnection = connectionOf('Channel', () => Channel);
export const EventConnection = connectionOf('Event', () => Event, CursorScalar);
