import type { Database, Transaction } from '../../../database/database.js';
import type { ParleyEvent } from '../../catalog.js';
import type { ChannelEvent } from '../../channel/events.js';
import type { Identity } from '../../event-identity.js';
import type { AddressBook } from '../../outbox/address-book.js';
import type { Outbox } from '../../outbox/outbox.js';
import { envelopeOf, originOf } from './envelope.js';
import { fromElsewhere } from './place-echoes.js';
import { placeMoves, type Move, type PlacedMoves } from './place-moves.js';
import { eventOfFate, placeReceipts, type AsksForIntake } from './place-receipts.js';
import { placeSaid, type Placed } from './place-said.js';
import { receiptOf, type Receipt } from './receipt.js';
import type { Received } from './received.js';
import { isOfMessage, type Told } from './told.js';
import { coveredReceipts, type Watermark } from './watermark.js';
import type { Said } from './webhook-reader.js';

export interface InterpretDeps {
  readonly database: Database;
  readonly addressBook: AddressBook;
  readonly identity: Identity;
  readonly outbox: Outbox;
  readonly hasIntakeSeenAll: AsksForIntake;
}

export interface Interpreted {
  /** To be published first. */
  readonly opened: readonly ParleyEvent[];
  /** In the order in which the webhooks say them. */
  readonly events: readonly ParleyEvent[];
}

/**
 * Commits the rows that a batch needs, and answers the events that may be appended now. All rows are
 * insert-or-compare: the same batch again finds them, and makes the same event ids.
 */
export async function interpretBatch(deps: InterpretDeps, said: readonly Said[], now: Date): Promise<Interpreted> {
  const sorted = sortOut(said, deps.identity);
  const { receipts, received, told, watermarks, moves } = sorted;
  if (receipts.size + received.size + told.size + watermarks.size + moves.size === 0)
    return { opened: [], events: uninterpretedOf(deps.identity, said, now) };
  const moved = await placeMoves([...moves.values()], (work) => deps.database.transaction(work), deps, now);
  const placed = await deps.database.transaction((tx) => place(tx, deps, sorted, now));
  const events = said.flatMap((one) => eventsOf(one, { identity: deps.identity, sorted, placed, moved, now }));
  return { opened: [...moved.opened, ...placed.opened], events: distinct(events) };
}

interface Sorted {
  readonly receipts: ReadonlyMap<Said, Receipt>;
  readonly received: ReadonlyMap<Said, Received>;
  readonly told: ReadonlyMap<Said, Told>;
  readonly watermarks: ReadonlyMap<Said, Watermark>;
  readonly moves: ReadonlyMap<Said, Move>;
}

function sortOut(said: readonly Said[], identity: Identity): Sorted {
  const receipts = new Map<Said, Receipt>();
  const received = new Map<Said, Received>();
  const told = new Map<Said, Told>();
  const watermarks = new Map<Said, Watermark>();
  const moves = new Map<Said, Move>();
  for (const one of said) {
    const { raw, interpretation } = one;
    if (interpretation.kind === 'receipt' || interpretation.kind === 'echoed')
      receipts.set(one, receiptOf(raw, interpretation, identity));
    else if (interpretation.kind === 'received') received.set(one, { raw, said: interpretation });
    else if (interpretation.kind === 'watermark') watermarks.set(one, { raw, said: interpretation });
    else if (interpretation.kind === 'address_changed') moves.set(one, { raw, said: interpretation });
    else if (isOfMessage(interpretation)) told.set(one, { raw, said: interpretation });
  }
  return { receipts, received, told, watermarks, moves };
}

interface PlacedBatch extends Placed {
  readonly covered: ReadonlyMap<Watermark, readonly Receipt[]>;
}

/** The calls of receipts first, then the threads: the order of locks. */
async function place(tx: Transaction, deps: InterpretDeps, sorted: Sorted, now: Date): Promise<PlacedBatch> {
  const { addressBook, identity, hasIntakeSeenAll } = deps;
  const received = [...sorted.received.values()];
  const told = [...sorted.told.values()];
  const own = await placeReceipts(tx, [...sorted.receipts.values()], now, hasIntakeSeenAll);
  // Afterwards: a receipt beside a watermark may be the first that tells a message's id.
  const covered = await coveredReceipts(tx, [...sorted.watermarks.values()], deps);
  const others = await placeReceipts(tx, [...covered.values()].flat(), now, hasIntakeSeenAll);
  const fates = new Map([...own, ...others]);
  const placed = await placeSaid(
    tx,
    { fates, received, told, echoes: fromElsewhere(fates, identity) },
    { addressBook, identity, now },
  );
  return { ...placed, covered };
}

interface Placing {
  readonly identity: Identity;
  readonly sorted: Sorted;
  readonly placed: PlacedBatch;
  readonly moved: PlacedMoves;
  readonly now: Date;
}

function eventsOf(one: Said, { identity, sorted, placed, moved, now }: Placing): readonly ParleyEvent[] {
  const move = sorted.moves.get(one);
  if (move !== undefined) return moved.events.get(move) ?? [];
  const received = sorted.received.get(one);
  if (received !== undefined) return placed.received.get(received) ?? [];
  const told = sorted.told.get(one);
  if (told !== undefined) return [placed.told.get(told) ?? []].flat();
  const watermark = sorted.watermarks.get(one);
  const receipt = sorted.receipts.get(one);
  const receipts = watermark === undefined ? [receipt ?? []].flat() : (placed.covered.get(watermark) ?? []);
  if (receipts.length > 0) return receipts.flatMap((each) => ofReceipt(each, placed, { identity, now }));
  return uninterpretedOf(identity, [one], now);
}

function ofReceipt(
  receipt: Receipt,
  placed: Placed,
  { identity, now }: { readonly identity: Identity; readonly now: Date },
): readonly ParleyEvent[] {
  const event = placed.echoes.get(receipt) ?? eventOfFate(receipt, placed.fates.get(receipt), { identity, now });
  return event === undefined ? [] : [event];
}

function uninterpretedOf(identity: Identity, said: readonly Said[], now: Date): readonly ChannelEvent[] {
  return said.flatMap(({ raw, index, interpretation }) => {
    if (interpretation.kind !== 'uninterpreted') return [];
    return {
      ...envelopeOf(identity.ofCommand(raw.id, String(index), 'webhook.uninterpreted'), originOf(raw), now),
      type: 'webhook.uninterpreted',
      data: { reason: interpretation.reason, index },
    };
  });
}

/** A provider that repeats itself a hundred times within a batch is written down once; the journal sees to the rest. */
function distinct(events: readonly ParleyEvent[]): readonly ParleyEvent[] {
  const byId = new Map<string, ParleyEvent>();
  for (const event of events) if (!byId.has(event.id)) byId.set(event.id, event);
  return [...byId.values()];
}
