import type { Database, Transaction } from '../../../../database/database.js';
import type { ParleyEvent } from '../../../catalog.js';
import { earlierOf } from '../../../kernel/instant.js';
import type { EventId } from '../../../kernel/ids.js';
import type { Interpreted, InterpretDeps } from '../interpret-batch.js';
import { isEcho } from '../echo.js';
import { fateByNow } from '../parked.js';
import { fromElsewhere } from '../place-echoes.js';
import { placeMoves, type PlacedMoves } from '../place-moves.js';
import { findFates, settleFound } from '../place-receipts.js';
import { placeSaid, type Placed } from '../place-said.js';
import { orphanEvent, receiptEvent } from '../receipt.js';
import type { KnownEvent } from './known-events.js';
import type { Reading, ReceiptReading } from './readings.js';
import type { Tally } from './tally.js';

export interface HistoryDeps extends InterpretDeps {
  /** Rolls back whatever it did. */
  readonly isDryRun: boolean;
  readonly tally: Tally;
}

/**
 * Commits the rows of what the journal lacks, and answers its events. A call that a receipt names is settled, as by any
 * late receipt. Nothing is parked: who still waits for its message waits for the interpreter already, or for the next run.
 */
export async function placeHistory(
  deps: HistoryDeps,
  readings: readonly Reading[],
  journal: ReadonlyMap<EventId, KnownEvent>,
  now: Date,
): Promise<Interpreted> {
  if (readings.length === 0) return { opened: [], events: [] };
  const placed = await inTransaction(deps.database, deps.isDryRun, (tx) => place(tx, deps, readings, now));
  const events = readings.flatMap((reading) => eventsOf(reading, { ...placed, deps, journal, now }));
  return { opened: placed.opened, events };
}

/** In the interpreter's order of locks. */
async function place(
  tx: Transaction,
  { addressBook, identity, outbox, hasIntakeSeenAll }: HistoryDeps,
  readings: readonly Reading[],
  now: Date,
): Promise<PlacedHistory> {
  const moves = readings.flatMap((one) => (one.kind === 'moved' ? [one.move] : []));
  // In the one transaction, which a dry run undoes; where it meets another in a circle of locks, Postgres ends one of them.
  const moved = await placeMoves(moves, (work) => work(tx), { addressBook, identity, outbox }, now);
  const receipts = readings.filter((one): one is ReceiptReading => one.kind === 'receipt');
  const fates = await findFates(
    tx,
    receipts.map(({ receipt }) => receipt),
    hasIntakeSeenAll,
  );
  await settleFound(tx, fates);
  const byNow = new Map(
    receipts.map(({ receipt, raw }) => [receipt, fateByNow(receipt, fates.get(receipt), raw.receivedAt, now)]),
  );
  const unplaced = {
    fates,
    received: readings.flatMap((one) => (one.kind === 'received' ? [one.received] : [])),
    told: readings.flatMap((one) => (one.kind === 'told' ? [one.told] : [])),
    echoes: fromElsewhere(byNow, identity, true),
  };
  // A name of the past is worth something only where none is known.
  const isNameNews = (known: string | undefined) => known === undefined;
  const placed = await placeSaid(tx, unplaced, { addressBook, identity, now, isNameNews });
  return { ...placed, opened: [...moved.opened, ...placed.opened], moved };
}

interface PlacedHistory extends Placed {
  readonly moved: PlacedMoves;
}

interface Placing extends PlacedHistory {
  readonly deps: HistoryDeps;
  readonly journal: ReadonlyMap<EventId, KnownEvent>;
  readonly now: Date;
}

function eventsOf(reading: Reading, placing: Placing): readonly ParleyEvent[] {
  const { tally } = placing.deps;
  const { channelId, receivedAt } = reading.raw;
  const events = newEventsOf(reading, placing);
  for (const { type } of events) tally.count(channelId, type, 'new');
  return events.map((event) => asHistory(event, receivedAt));
}

function newEventsOf(reading: Reading, placing: Placing): readonly ParleyEvent[] {
  if (reading.kind === 'receipt') return ofReceipt(reading, placing);
  if (reading.kind === 'moved') return placing.moved.events.get(reading.move) ?? [];
  if (reading.kind === 'received') return placing.received.get(reading.received) ?? [];
  return [placing.told.get(reading.told) ?? []].flat();
}

function ofReceipt({ receipt, raw, orphanId }: ReceiptReading, placing: Placing): readonly ParleyEvent[] {
  const { deps, journal, fates, echoes, now } = placing;
  const fate = fateByNow(receipt, fates.get(receipt), raw.receivedAt, now);
  const echo = echoes.get(receipt);
  if (typeof fate !== 'string' && echo === undefined) return [receiptEvent(receipt, fate, now)];
  if (journal.has(orphanId)) {
    deps.tally.count(raw.channelId, isEcho(receipt) ? 'message.echoed' : 'receipt.orphaned', 'unchanged');
    return [];
  }
  if (echo !== undefined) return [echo];
  if (fate === 'orphaned') return [orphanEvent(receipt, deps.identity, now)];
  deps.tally.leave('waiting');
  return [];
}

/** It happened no later than we heard of it, however far a provider's clock ran ahead then. */
const asHistory = (event: ParleyEvent, heardAt: Date): ParleyEvent => ({
  ...event,
  occurredAt: earlierOf(event.occurredAt, heardAt.toISOString()),
  reinterpreted: true,
});

/** Carries what a transaction came to past its end. */
class RolledBack<Result> extends Error {
  constructor(readonly result: Result) {
    super('Nothing of it is to stay.');
  }
}

async function inTransaction<Result>(
  database: Database,
  isDryRun: boolean,
  work: (tx: Transaction) => Promise<Result>,
): Promise<Result> {
  if (!isDryRun) return database.transaction(work);
  let rolledBack: RolledBack<Result> | undefined;
  try {
    return await database.transaction(async (tx) => {
      rolledBack = new RolledBack(await work(tx));
      throw rolledBack;
    });
  } catch (error) {
    if (rolledBack !== undefined && error === rolledBack) return rolledBack.result;
    throw error;
  }
}
