import type { Transaction } from '../../../database/database.js';
import type { ParleyEvent } from '../../catalog.js';
import { decideMerge } from '../../commands/decide-merge.js';
import type { Identity } from '../../event-identity.js';
import type { EventId } from '../../kernel/ids.js';
import type { AddressBook } from '../../outbox/address-book.js';
import { recordMove, type MovedThreads } from '../../outbox/address-moves.js';
import type { Outbox } from '../../outbox/outbox.js';
import type { RawWebhook } from '../../webhook/raw-webhook.js';
import { envelopeOf, originOf } from './envelope.js';
import type { Judged } from './judged.js';
import { claimThreads } from './threads.js';

/** That a contact went over to another address. Both are normalized. */
export interface Move {
  readonly raw: RawWebhook;
  readonly said: Extract<Judged, { kind: 'address_changed' }>;
  /** It came long ago, and is read only now. */
  readonly isHistory?: true;
}

export interface MoveDeps {
  readonly addressBook: AddressBook;
  readonly identity: Identity;
  readonly outbox: Outbox;
}

export interface PlacedMoves {
  readonly opened: readonly ParleyEvent[];
  readonly events: ReadonlyMap<Move, readonly ParleyEvent[]>;
}

/** A transaction of its own for each piece of work, or one for all of them. */
export type InTransaction = <Result>(work: (tx: Transaction) => Promise<Result>) => Promise<Result>;

/**
 * Commits the rows of each, one after another and before anything else of their batch: what the contact writes from the new
 * address belongs into the thread of the old one. Each takes two or three transactions, for none may lock addresses out of
 * the order of their keys; moves are rare. A repeat finds the same rows, and says the same.
 */
export async function placeMoves(
  moves: readonly Move[],
  inTransaction: InTransaction,
  deps: MoveDeps,
  now: Date,
): Promise<PlacedMoves> {
  const opened: ParleyEvent[] = [];
  const events = new Map<Move, readonly ParleyEvent[]>();
  for (const move of moves) {
    const { raw, said, isHistory } = move;
    const from = { raw, said: { address: said.from }, ...(isHistory && { isHistory }) };
    const claimed = await inTransaction((tx) => claimThreads(tx, deps.addressBook, [from], now));
    const moved = { ...placeOf(raw), from: said.from, to: said.to, at: movedAt(move, now) };
    const threads = await inTransaction((tx) => recordMove(tx, deps, moved));
    const merged = await inTransaction((tx) => mergeContacts(tx, deps, raw, threads, now));
    opened.push(...claimed.opened, ...merged);
    events.set(move, eventsOf(move, threads, deps.identity, now));
  }
  return { opened, events };
}

const placeOf = ({ workspaceId, channelId }: RawWebhook) => ({ workspaceId, channelId });

/** As its event says it. */
const movedAt = ({ raw, said }: Move, now: Date): Date =>
  new Date(Math.min((said.occurredAt ?? raw.receivedAt).getTime(), now.getTime()));

/**
 * Who has both threads is one person, and what one of them said about being written to holds for both. Where too many are
 * one already, the threads are told all the same.
 */
async function mergeContacts(
  tx: Transaction,
  { identity, outbox }: MoveDeps,
  { workspaceId, trace }: RawWebhook,
  { thread, into }: MovedThreads,
  now: Date,
): Promise<readonly ParleyEvent[]> {
  if (into === undefined || into.contactId === thread.contactId) return [];
  const deps = { identity, outbox, clock: { now: () => now }, trace: () => trace };
  const wish = { from: thread.contactId, into: into.contactId, workspaceId, actorId: undefined };
  const merged = await decideMerge(deps, tx, wish);
  return merged.ok && merged.value.kind === 'merged' ? merged.value.events : [];
}

/** Of what the old address' thread is told: by the time, for a contact may go there and back again. */
export const moveId = (move: Move, identity: Identity): EventId => idOf(move, identity, 'moved');

function idOf({ raw, said }: Move, identity: Identity, what: 'moved' | 'came'): EventId {
  const [from, to] = [said.from, said.to].map((address) =>
    identity.addressHash(raw.channelId, address).toString('hex'),
  );
  return identity.fromProvider(raw.channelId, `${from} ${to}`, `${what}:${said.occurredAt?.toISOString() ?? ''}`);
}

/** What concerns the conversation and the contact is said once under each key (rule 8). */
function eventsOf(move: Move, { thread, into }: MovedThreads, identity: Identity, now: Date): readonly ParleyEvent[] {
  const { raw, said } = move;
  const envelope = (what: 'moved' | 'came') =>
    envelopeOf(idOf(move, identity, what), originOf(raw, said.occurredAt), now);
  const { conversationId, contactId } = thread;
  const content = { from: said.from, address: said.to };
  if (into === undefined)
    return [
      {
        ...{ ...envelope('moved'), type: 'conversation.address_changed' },
        ...{ conversationId, contactId, data: { content } },
      },
      {
        ...{ ...envelope('came'), type: 'contact.address_added' },
        ...{ contactId, data: { content: { address: said.to } } },
      },
    ];
  return [
    {
      ...{ ...envelope('moved'), type: 'conversation.merged' },
      ...{ conversationId, contactId, data: { intoConversationId: into.conversationId, content } },
    },
    {
      ...{ ...envelope('came'), type: 'conversation.absorbed' },
      ...{ conversationId: into.conversationId, contactId: into.contactId },
      data: { fromConversationId: conversationId },
    },
  ];
}
