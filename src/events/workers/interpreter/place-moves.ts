import type { Transaction } from '../../../database/database.js';
import type { ParleyEvent } from '../../catalog.js';
import type { Identity } from '../../event-identity.js';
import type { EventId } from '../../kernel/ids.js';
import type { AddressBook } from '../../outbox/address-book.js';
import { recordMove } from '../../outbox/address-moves.js';
import type { Outbox } from '../../outbox/outbox.js';
import type { RawWebhook } from '../../webhook/raw-webhook.js';
import { eventsOfMove, mergeMoved, moveEventId, type MoveWords } from '../moved-threads.js';
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
    const merged = await inTransaction((tx) => mergeMoved(tx, deps, raw, threads, now));
    opened.push(...claimed.opened, ...merged);
    events.set(move, eventsOfMove(wordsOf(move, deps.identity, now), threads));
  }
  return { opened, events };
}

const placeOf = ({ workspaceId, channelId }: RawWebhook) => ({ workspaceId, channelId });

/** As its event says it. */
const movedAt = ({ raw, said }: Move, now: Date): Date =>
  new Date(Math.min((said.occurredAt ?? raw.receivedAt).getTime(), now.getTime()));

/** Of what the old address' thread is told: by the time, for a contact may go there and back again. */
export const moveId = ({ raw, said }: Move, identity: Identity): EventId =>
  moveEventId(identity, raw.channelId, said, 'moved');

const wordsOf = ({ raw, said }: Move, identity: Identity, now: Date): MoveWords => ({
  ...{ from: said.from, to: said.to },
  envelope: (side) => envelopeOf(moveEventId(identity, raw.channelId, said, side), originOf(raw, said.occurredAt), now),
});
