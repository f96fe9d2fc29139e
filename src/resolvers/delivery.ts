import type { Caller } from '../access/caller.js';
import { AppError } from '../errors.js';
import type { Vector } from '../events/kernel/cursor.js';
import { channelIds, conversationIds, messageIds, type ConversationId } from '../events/kernel/ids.js';
import type { FeedItem, FeedMatch } from '../events/projections/live-feed-port.js';
import { optionalCursor, optionalId } from './arguments.js';
import type { RequestContext } from './context.js';
import { findThreadIds } from './shown-thread.js';

/**
 * One event on its way to a subscriber. What it becomes is decided by `prepare` under a context of its own, and again
 * for each try; null: nothing for this subscriber. The payload is then what the subscription's resolver gets as root.
 */
export class Delivery {
  /** @param occasion the same for two deliveries of the same event with the same cursor */
  constructor(
    readonly occasion: string,
    readonly prepare: (context: RequestContext) => Promise<object | null>,
  ) {}
}

/** Makes one kind of payload of an event; null for events that say nothing of that kind. */
export type PayloadMaker = (item: FeedItem, context: RequestContext) => Promise<object | null>;

/** What a subscription's arguments may name. */
export interface SubscriptionArgs {
  readonly conversationId?: string | null;
  readonly channelId?: string | null;
  readonly messageId?: string | null;
  readonly after?: string | null;
}

/** How long a subscription waits for what its own cursor has seen, before it says that something isn't there. */
const PROJECTION_WAIT_MS = 2_000;

/**
 * Opens a subscription: judges what it names, then follows the journal.
 * @throws AppError BAD_USER_INPUT, CURSOR_INVALID, or NOT_FOUND for what is unknown or another workspace's
 */
export async function openSubscription(
  args: SubscriptionArgs,
  context: RequestContext,
  makePayload: PayloadMaker,
  types?: readonly string[],
): Promise<AsyncIterableIterator<Delivery>> {
  const after = optionalCursor(context.cursors, args.after);
  const conversationId = optionalId(conversationIds, args.conversationId, 'conversationId');
  const match: FeedMatch = {
    workspaceId: context.caller.workspaceId,
    types,
    conversationIds: namedOf(context.caller),
    thread: conversationId && (await findThreadIds(conversationId, context)),
    channelId: optionalId(channelIds, args.channelId, 'channelId'),
    messageId: optionalId(messageIds, args.messageId, 'messageId'),
  };
  // Subscribed first: what happens while the names are looked up is not missed.
  const items = context.feed.subscribe(match, after);
  try {
    await requireVisible({ ...match, conversationId }, after, context);
  } catch (error) {
    await items.return?.();
    throw error;
  }
  return deliveriesOf(items, makePayload);
}

/**
 * Where a client token names conversations only, no other's event is even looked at. What it names by a contact is told by
 * the conversation itself, which its finders judge.
 */
const namedOf = ({ limits }: Caller) => (limits?.contactIds.length === 0 ? limits.conversationIds : undefined);

/** A message that was sent just now is projected in a moment: whoever gives the send's cursor waits for it. */
async function requireVisible(
  { conversationId, channelId, messageId }: FeedMatch & { readonly conversationId: ConversationId | undefined },
  after: Vector | undefined,
  context: RequestContext,
): Promise<void> {
  if (conversationId === undefined && channelId === undefined && messageId === undefined) return;
  if (after !== undefined) await context.feed.waitUntilPassed(after, PROJECTION_WAIT_MS);
  const { loaders } = context;
  const [conversation, channel, message] = await Promise.all([
    conversationId && loaders.conversations.load(conversationId),
    channelId && loaders.channels.load(channelId),
    messageId && loaders.messages.load(messageId),
  ]);
  if (conversationId !== undefined && conversation === undefined) throw notFound('conversation');
  if (channelId !== undefined && channel === undefined) throw notFound('channel');
  if (messageId !== undefined && message === undefined) throw notFound('message');
}

const notFound = (what: string) => new AppError('NOT_FOUND', `There is no such ${what}.`);

/** By hand, not by an async generator: `return()` on a generator that waits in `await` hangs behind that wait. */
export function deliveriesOf(
  items: AsyncIterator<FeedItem>,
  makePayload: PayloadMaker,
): AsyncIterableIterator<Delivery> {
  const iterator: AsyncIterableIterator<Delivery> = {
    async next() {
      const next: IteratorResult<FeedItem, unknown> = await items.next();
      if (next.done === true) return { done: true, value: undefined };
      const item = next.value;
      const occasion = `${item.event.id} ${item.vector.join()}`;
      return { done: false, value: new Delivery(occasion, (context) => makePayload(item, context)) };
    },
    async return() {
      await items.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}
