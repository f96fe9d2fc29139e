import type { Database, Transaction } from '../../database/database.js';
import { isDatabaseAway } from '../../database/errors.js';
import { createMicroBatch } from '../../database/micro-batch.js';
import type { ParleyEvent } from '../catalog.js';
import type { Identity } from '../event-identity.js';
import type { Vector } from '../kernel/cursor.js';
import type { Clock } from '../kernel/clock.js';
import { LogUnavailableError, type AppendedPosition } from '../log/event-log.js';
import type { Acceptance, MessageAccepted } from '../message/decide.js';
import type { MessageEvent } from '../message/events.js';
import { reactedBy } from '../message/reacted.js';
import type { AddressBook, Thread, ThreadRequest } from '../outbox/address-book.js';
import { findKeys, insertKeys, type KeyRef } from '../outbox/idempotency-rows.js';
import type { Outbox } from '../outbox/outbox.js';
import { raiseCursor } from './answer-cursor.js';
import { insertScheduled } from './scheduled-rows.js';

const BATCH_MAX = 200;
const WAITING_MAX = 10_000;
/** Another process may take a key between our look and our insert; who loses the same race so often is told so. */
const RACES_MAX = 5;

/** A send that needs a row before its event: it has a key, its address is new, it is a reaction, or to be sent later. */
export interface Reservation {
  readonly key: (KeyRef & { readonly requestHash: string }) | undefined;
  readonly request: ThreadRequest;
  /** Undefined: the address was new a moment ago. */
  readonly thread: Thread | undefined;
  readonly acceptance: Acceptance;
}

export interface Published {
  readonly event: MessageAccepted;
  readonly position: AppendedPosition;
  readonly cursor: Vector;
}

/** A send whose rows are committed: whoever waited now hands its event to the log. */
export interface MadeReservation {
  readonly kind: 'made';
  /** What opened its thread, once the log has it; empty where the thread was there. Comes before `publish` (rule 5). */
  readonly opened: Promise<readonly AppendedPosition[]>;
  /** Hands over at once, so that calls one after another keep their order. */
  publish(opened: readonly AppendedPosition[]): Promise<Published>;
}

/** `taken`: the key stands for another send, maybe of this very batch: look it up again. */
export type Reserved = { readonly kind: 'taken' } | MadeReservation;

export interface ReservationsDeps {
  readonly database: Database;
  readonly outbox: Outbox;
  readonly addressBook: AddressBook;
  readonly identity: Identity;
  readonly clock: Clock;
  readonly tail: () => Vector;
}

/** A key is free, but somebody else took it before our insert: the transaction is undone and looks again. */
class LostRaceError extends Error {
  override readonly name = 'LostRaceError';
}

/**
 * Makes the rows of all waiting sends in one transaction at a time: addresses, idempotency keys and outbox. The caller
 * then publishes its own event and is answered by its own acknowledgement (rule 2).
 */
export function createReservations(deps: ReservationsDeps): (reservation: Reservation) => Promise<Reserved> {
  return createMicroBatch({ sizeMax: BATCH_MAX, waitingMax: WAITING_MAX, run: (batch) => reserveBatch(deps, batch) });
}

async function reserveBatch(deps: ReservationsDeps, batch: readonly Reservation[]): Promise<readonly Reserved[]> {
  try {
    return await reserveTogether(deps, batch);
  } catch (error) {
    if (batch.length === 1 || error instanceof LogUnavailableError || isDatabaseAway(error)) throw error;
    return reserveOneByOne(deps, batch);
  }
}

/** One send that Postgres refuses must not take the others of its batch with it. */
async function reserveOneByOne(deps: ReservationsDeps, batch: readonly Reservation[]): Promise<readonly Reserved[]> {
  const reserved: Reserved[] = [];
  for (const one of batch) {
    const [result] = await reserveTogether(deps, [one]).catch((error: unknown) => [failed(error)]);
    reserved.push(result ?? { kind: 'taken' });
  }
  return reserved;
}

const failed = (error: unknown): Reserved => ({
  kind: 'made',
  opened: Promise.resolve([]),
  publish: () => Promise.reject(error instanceof Error ? error : new Error('The reservation failed.')),
});

async function reserveTogether(deps: ReservationsDeps, batch: readonly Reservation[]): Promise<readonly Reserved[]> {
  const made = await withRaces((isAgain) =>
    deps.database.transaction(async (tx) => makeRows(deps, tx, await freeOf(tx, batch, isAgain))),
  );
  const openings = publishOpenings(deps.outbox, made.opened);
  return batch.map((reservation) => {
    const event = made.events.get(reservation);
    if (event === undefined) return { kind: 'taken' };
    return {
      kind: 'made',
      opened: openings.get(event.contactId) ?? Promise.resolve([]),
      publish: (positions) => publish(deps, event, made.tail, positions),
    };
  });
}

/** Each thread by itself, for one that the log can't take just now is nobody else's fault; by contact, whom all of it names. */
function publishOpenings(
  outbox: Outbox,
  opened: readonly ParleyEvent[],
): ReadonlyMap<string | undefined, Promise<readonly AppendedPosition[]>> {
  const byThread = new Map<string | undefined, ParleyEvent[]>();
  for (const event of opened) byThread.set(event.contactId, [...(byThread.get(event.contactId) ?? []), event]);
  const openings = new Map([...byThread].map(([contactId, events]) => [contactId, outbox.publish(events)] as const));
  // Told to those whose thread it opens; nobody else waits for it.
  for (const opening of openings.values()) opening.catch(() => undefined);
  return openings;
}

async function withRaces<Result>(work: (isAgain: boolean) => Promise<Result>): Promise<Result> {
  for (let race = 1; ; race += 1) {
    try {
      return await work(race > 1);
    } catch (error) {
      if (!(error instanceof LostRaceError) || race >= RACES_MAX) throw error;
    }
  }
}

interface MadeRows {
  readonly events: ReadonlyMap<Reservation, MessageAccepted>;
  /** What opens the threads that this batch made. */
  readonly opened: readonly ParleyEvent[];
  readonly tail: Vector;
}

/** The tables in one order, and each one's keys sorted: two processes wait for each other, and never in a circle. */
async function makeRows(deps: ReservationsDeps, tx: Transaction, free: readonly Reservation[]): Promise<MadeRows> {
  const tail = deps.tail();
  const { threads, opened } = await claimThreads(deps, tx, free);
  const events = new Map<Reservation, MessageAccepted>();
  for (const reservation of free) {
    const thread = threads.get(reservation);
    if (thread !== undefined) events.set(reservation, reservation.acceptance(thread));
  }
  const keyRows = [...events].flatMap(([{ key }, event]) =>
    key === undefined ? [] : [{ ...key, event, record: deps.outbox.recordOf(event), cursor: tail }],
  );
  if (keyRows.length > 0 && !(await insertKeys(tx, keyRows))) throw new LostRaceError('A key was taken meanwhile.');
  await insertScheduled(tx, [...events.values()]);
  await deps.outbox.enqueue(
    tx,
    [...events.values()].flatMap((event) => withCompanion(deps, event)),
  );
  return { events, opened, tail };
}

/** Those without a key, and of each free key the first. Each was looked up a moment ago: only who lost a race looks again. */
async function freeOf(
  tx: Transaction,
  batch: readonly Reservation[],
  isAgain: boolean,
): Promise<readonly Reservation[]> {
  const keys = batch.flatMap(({ key }) => (key === undefined ? [] : [key]));
  if (keys.length === 0) return batch;
  const found = isAgain ? await findKeys(tx, keys) : [];
  const seen = new Set(keys.filter((_, index) => found[index] !== undefined).map(nameOf));
  return batch.filter(({ key }) => {
    if (key === undefined) return true;
    const isFree = !seen.has(nameOf(key));
    seen.add(nameOf(key));
    return isFree;
  });
}

const nameOf = ({ workspaceId, key }: KeyRef): string => `${workspaceId} ${key}`;

async function claimThreads(deps: ReservationsDeps, tx: Transaction, free: readonly Reservation[]) {
  const unknown = free.filter(({ thread }) => thread === undefined);
  const claimed =
    unknown.length === 0
      ? { threads: [], opened: [] }
      : await deps.addressBook.claim(
          tx,
          unknown.map(({ request }) => request),
          deps.clock.now(),
        );
  const threads = new Map(unknown.map((reservation, index) => [reservation, claimed.threads[index]]));
  for (const reservation of free) if (reservation.thread !== undefined) threads.set(reservation, reservation.thread);
  return { threads, opened: claimed.opened };
}

/**
 * What a send says goes together, its own event last: the position that a key remembers then lies behind all of it, and a
 * repeat answers the same cursor.
 */
function withCompanion({ identity }: ReservationsDeps, event: MessageAccepted): readonly MessageEvent[] {
  const companion = reactedBy(event, identity.ofCommand(event.id, 'reacted', 'message.reacted'));
  return companion === undefined ? [event] : [companion, event];
}

/** A thread is opened in the log before anything else of it is appended (rule 5). */
async function publish(
  deps: ReservationsDeps,
  event: MessageAccepted,
  tail: Vector,
  opened: readonly AppendedPosition[],
): Promise<Published> {
  const cursor = raiseCursor(tail, opened);
  const position = (await deps.outbox.publish(withCompanion(deps, event), { cursor })).at(-1);
  if (position === undefined) throw new Error('The outbox answers each event with its position.');
  return { event, position, cursor: raiseCursor(cursor, [position]) };
}
