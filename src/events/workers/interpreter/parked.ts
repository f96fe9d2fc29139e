import type { Logger } from 'pino';
import type { Database, Transaction } from '../../../database/database.js';
import type { Running } from '../../../lifecycle.js';
import type { Identity } from '../../event-identity.js';
import type { Clock } from '../../kernel/clock.js';
import { channelIds, type ChannelId } from '../../kernel/ids.js';
import type { AddressBook } from '../../outbox/address-book.js';
import type { Outbox } from '../../outbox/outbox.js';
import { appendEvents } from './append-events.js';
import { isEcho } from './echo.js';
import { dueReceipts, PARKED_PAGE, putOff, removeParked, wokenReceipts, type ParkedReceipt } from './parked-rows.js';
import { fromElsewhere, placeEchoes } from './place-echoes.js';
import { eventOfFate, findReceiptCalls, settleFound, type ReceiptFate } from './place-receipts.js';
import type { Receipt } from './receipt.js';
import { claimThreads } from './threads.js';

export interface ParkedDeps {
  readonly database: Database;
  readonly outbox: Outbox;
  readonly addressBook: AddressBook;
  readonly identity: Identity;
  readonly clock: Clock;
  readonly logger: Logger;
}

const NET_MS = 1_000;
/** After that nobody waits any more (design §9). */
export const PARKED_MS_MAX = 24 * 60 * 60 * 1_000;
/**
 * An echo waits no longer than a call of ours may take to tell its id (30 s), and as much again to record it: somebody
 * wants to see what was written at the phone.
 */
export const ECHO_PARKED_MS_MAX = 60_000;

/** Tries parked receipts again: at once when their channel recorded a provider's id, and now and then as a net. */
export function startParkedReceipts(deps: ParkedDeps): Running {
  const woken = new Set<ChannelId>();
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;

  const run = () => {
    if (stopped) return;
    // One run at a time; who wakes during it is served by the next one, which then begins at once.
    running ??= tryAgain(deps, woken)
      .catch((error: unknown) => deps.logger.warn({ err: error }, 'Parked receipts could not be tried.'))
      .finally(() => {
        running = undefined;
        clearTimeout(timer);
        if (!stopped) timer = setTimeout(run, woken.size > 0 ? 0 : NET_MS);
      });
  };
  const unsubscribe = deps.database.onWake('parley_parked', (payload) => {
    const channelId = channelIds.parse(payload);
    if (channelId !== undefined) woken.add(channelId);
    run();
  });
  run();
  return {
    async stop() {
      stopped = true;
      unsubscribe();
      clearTimeout(timer);
      await running;
    },
  };
}

async function tryAgain(deps: ParkedDeps, woken: Set<ChannelId>): Promise<void> {
  const channels = [...woken];
  woken.clear();
  const { orm } = deps.database;
  for (const channelId of channels) await settlePages(deps, () => wokenReceipts(orm, channelId));
  await settlePages(deps, () => dueReceipts(orm, deps.clock.now()));
}

/** Page by page: what a page held is gone or put off when the next one is read. */
async function settlePages(deps: ParkedDeps, read: () => Promise<readonly ParkedReceipt[]>): Promise<void> {
  let page: readonly ParkedReceipt[];
  do {
    page = await read();
    await settleParked(deps, page);
  } while (page.length === PARKED_PAGE);
}

/** In the interpreter's order: rows, then the append, and only then the parked row goes. A repeat says the same again. */
async function settleParked(deps: ParkedDeps, parked: readonly ParkedReceipt[]): Promise<void> {
  if (parked.length === 0) return;
  const now = deps.clock.now();
  const { fates, echoes, opened } = await deps.database.transaction((tx) => place(tx, deps, parked, now));
  const next = parked.map((one) => {
    const { receipt } = one;
    const said = { identity: deps.identity, now };
    return { one, event: echoes.get(receipt) ?? eventOfFate(receipt, fates.get(receipt), said) };
  });
  await deps.outbox.publish(opened);
  const said = next.flatMap(({ one, event }) => (event === undefined ? [] : [{ one, event }]));
  await appendEvents(
    deps,
    said.map(({ event }) => event),
  );
  await removeParked(
    deps.database.orm,
    said.map(({ one }) => one.receipt.eventId),
  );
  const waiting = next.flatMap(({ one, event }) => (event === undefined ? [one] : []));
  await putOff(deps.database.orm, waiting, now);
}

async function place(tx: Transaction, deps: ParkedDeps, parked: readonly ParkedReceipt[], now: Date) {
  const { addressBook, identity } = deps;
  const calls = await findReceiptCalls(
    tx,
    parked.map(({ receipt }) => receipt),
  );
  const fates = new Map(
    parked.map(({ receipt, parkedAt }) => [receipt, fateByNow(receipt, calls.get(receipt), parkedAt, now)]),
  );
  await settleFound(tx, fates);
  const echoes = fromElsewhere(fates, identity);
  const threads = await claimThreads(tx, addressBook, [...echoes.values()], now);
  return { fates, opened: threads.opened, echoes: await placeEchoes(tx, echoes, threads, { identity, now }) };
}

/** Who has waited for as long as he may waits no longer. */
export function fateByNow(receipt: Receipt, fate: ReceiptFate | undefined, parkedAt: Date, now: Date): ReceiptFate {
  if (fate !== undefined && fate !== 'parked') return fate;
  const isOver = now.getTime() - parkedAt.getTime() >= (isEcho(receipt) ? ECHO_PARKED_MS_MAX : PARKED_MS_MAX);
  return isOver ? 'orphaned' : 'parked';
}
