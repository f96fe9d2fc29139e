import { ApiKey } from './api-key.type.js';
import { AuditEvent } from './audit.type.js';
import { Channel } from './channel.type.js';
import { connectionOf } from './connection.type.js';
import { Contact } from './contact.type.js';
import { Conversation } from './conversation.type.js';
import { Event } from './event.type.js';
import { Message } from './message.type.js';
import { CursorScalar } from './scalars.js';
import { Workspace } from './workspace.type.js';

export const MessageConnection = connectionOf('Message', () => Message);
export const ConversationConnection = connectionOf('Conversation', () => Conversation);
export const ContactConnection = connectionOf('Contact', () => Contact);
export const ChannelConnection = connectionOf('Channel', () => Channel);
export const ApiKeyConnection = connectionOf('ApiKey', () => ApiKey);
export const AuditEventConnection = connectionOf('AuditEvent', () => AuditEvent);
export const WorkspaceConnection = connectionOf('Workspace', () => Workspace);
export const EventConnection = connectionOf('Event', () => Event, CursorScalar);
