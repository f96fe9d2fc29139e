import { TENDING_TYPES } from '../events/conversation/tend.js';
import { conversationIds, messageIds, type ConversationId } from '../events/kernel/ids.js';
import { JOINING_TYPES } from '../events/message/evolve.js';
import type { FeedItem } from '../events/projections/live-feed-port.js';
import {
  ConversationUpdated,
  EventPublished,
  InboxUpdated,
  MessageAdded,
  MessageStatusChanged,
} from '../schema/graphql/deliveries.type.js';
import type { InboxUpdateKindName } from '../schema/graphql/enums.js';
import type { Message } from '../schema/graphql/message.type.js';
import type { RequestContext } from './context.js';
import { toConversation } from './conversation.view.js';
import type { PayloadMaker } from './delivery.js';
import { toEvent } from './event.view.js';
import { instance } from './instance.js';
import { toMessage, toStatusChange } from './message.view.js';

/** The events that may add a message to its conversation's `messages`; whether one did is told with it. */
export const ADDING_TYPES: readonly string[] = [
  ...['message.accepted', 'message.received', 'message.echoed'],
  ...JOINING_TYPES,
];
/** The events that may change a field of the conversation itself. */
export const CONVERSATION_TYPES: readonly string[] = [
  ...ADDING_TYPES,
  'message.corrected',
  'conversation.opened',
  'conversation.address_changed',
  'conversation.merged',
  'conversation.read',
  ...TENDING_TYPES,
  'conversation.note_added',
];

/**
 * What was read out of an old webhook later on is no news (design §9): views that follow an inbox learn that something is
 * otherwise by now, and nobody hears that a message came or that its status moved.
 */
const isNews = ({ event }: FeedItem): boolean => event.reinterpreted !== true;

export const messageAddedOf: PayloadMaker = async (item, context) => {
  if (!item.change?.isAdded || !isNews(item)) return null;
  const message = await messageOf(item, context);
  return message && instance(MessageAdded, { cursor: cursorOf(item, context), message });
};

export const messageStatusChangedOf: PayloadMaker = async (item, context) => {
  if (!item.change?.isMove || !isNews(item)) return null;
  const message = await messageOf(item, context);
  if (message === null) return null;
  const change = toStatusChange(item.change.entry);
  return instance(MessageStatusChanged, { cursor: cursorOf(item, context), message, change });
};

export const conversationUpdatedOf: PayloadMaker = async (item, context) => {
  const isOfMessage = item.event.type.startsWith('message.');
  if (isOfMessage && item.event.type !== 'message.corrected' && !item.change?.isAdded) return null;
  const conversation = await conversationOf(item, context);
  return conversation && instance(ConversationUpdated, { cursor: cursorOf(item, context), conversation });
};

export const inboxUpdatedOf: PayloadMaker = async (item, context) => {
  const kind = inboxKindOf(item);
  if (kind === null) return null;
  const [conversation, message] = await Promise.all([conversationOf(item, context), messageOf(item, context)]);
  if (conversation === null || (kind !== 'CONVERSATION_UPDATED' && message === null)) return null;
  const change = item.change?.isMove && isNews(item) ? toStatusChange(item.change.entry) : null;
  return instance(InboxUpdated, { cursor: cursorOf(item, context), kind, conversation, message, change });
};

export const eventPublishedOf: PayloadMaker = (item, context) => {
  const cursor = cursorOf(item, context);
  return Promise.resolve(
    instance(EventPublished, { cursor, event: toEvent(item.event, cursor, context.caller.scopes) }),
  );
};

/** Null for events that are none of an inbox's: those of contacts, channels and the workspace. */
function inboxKindOf(item: FeedItem): InboxUpdateKindName | null {
  const { event, change } = item;
  if (event.conversationId === undefined) return null;
  if (change?.isAdded && isNews(item)) return 'MESSAGE_ADDED';
  if (event.type.startsWith('conversation.')) return 'CONVERSATION_UPDATED';
  if (!event.type.startsWith('message.')) return null;
  return change?.isMove && isNews(item) ? 'MESSAGE_STATUS_CHANGED' : 'MESSAGE_UPDATED';
}

const cursorOf = (item: FeedItem, { cursors }: RequestContext): string => cursors.encode(item.vector);

/** As it is now. Null for an event without a message, and for a stub. */
async function messageOf({ event }: FeedItem, { loaders }: RequestContext): Promise<Message | null> {
  const id = event.messageId && messageIds.parse(event.messageId);
  return id === undefined ? null : toMessage(await loaders.messages.load(id));
}

async function conversationOf({ event }: FeedItem, { loaders }: RequestContext) {
  const id: ConversationId | undefined = event.conversationId && conversationIds.parse(event.conversationId);
  const state = id && (await loaders.conversations.load(id));
  return state === undefined ? null : toConversation(state);
}
