import type { Logger } from 'pino';
import type { Database } from '../../database/database.js';
import { pause, type Running } from '../../lifecycle.js';
import type { EventLog } from '../log/event-log.js';
import type { BoundedAppend } from './bounded-append.js';
import { forgetExpiredKeys } from './idempotency-rows.js';
import { findOverdueRows, settleRows, tryLockSweep, type OutboxRow, type Settlement } from './outbox-rows.js';

const SWEEP_EVERY_MS = 1_000;
const FORGET_EVERY_MS = 3_600_000;
/** The port's own bound is below it. */
const HEADS_WITHIN_MS = 10_000;

export interface SweeperDeps {
  readonly database: Database;
  readonly log: EventLog;
  readonly appender: BoundedAppend;
  readonly logger: Logger;
}

/**
 * Appends the outbox rows that their writer didn't (rule 3): it died, or the log was away. Also asks an absent log
 * whether it's back, and forgets idempotency keys after their 30 days.
 */
export function startSweeper(deps: SweeperDeps): Running {
  const stopping = new AbortController();
  const sweeping = sweepUntil(stopping.signal, deps);
  return {
    async stop() {
      stopping.abort();
      await sweeping;
    },
  };
}

async function sweepUntil(signal: AbortSignal, deps: SweeperDeps): Promise<void> {
  let forgetAt = 0;
  let isFailing = false;
  while (!signal.aborted) {
    try {
      await sweepAll(signal, deps);
      if (deps.appender.isAway()) await askWhetherBack(signal, deps);
      if (performance.now() >= forgetAt) {
        await forgetExpiredKeys(deps.database.orm);
        forgetAt = performance.now() + FORGET_EVERY_MS;
      }
      isFailing = false;
    } catch (error) {
      if (!isFailing) deps.logger.warn({ err: error }, 'the outbox could not be swept');
      isFailing = true;
    }
    await pause(SWEEP_EVERY_MS, signal);
  }
}

async function sweepAll(signal: AbortSignal, deps: SweeperDeps): Promise<void> {
  for (let swept = await sweep(deps); swept > 0 && !signal.aborted;) swept = await sweep(deps);
}

/**
 * One batch, oldest first; answers how many rows were appended. The lock is held over the append (≤ 5 s), and the
 * positions are committed with it, so a second sweeper never overtakes.
 */
async function sweep({ database, appender, logger }: Omit<SweeperDeps, 'log'>): Promise<number> {
  return database.transaction(async (tx) => {
    if (!(await tryLockSweep(tx))) return 0;
    const rows = await findOverdueRows(tx);
    if (rows.length === 0) return 0;
    const settled = await appendAll(rows, appender, logger);
    if (settled.length > 0) await settleRows(tx, settled);
    return settled.length;
  });
}

/** What fails stays where it is; the others go on. */
async function appendAll(
  rows: readonly OutboxRow[],
  appender: BoundedAppend,
  logger: Logger,
): Promise<readonly Settlement[]> {
  const appended = await Promise.allSettled(rows.map(({ record }) => appender.append(record)));
  const failed = appended.find((result) => result.status === 'rejected');
  if (failed !== undefined) logger.warn({ err: failed.reason, count: rows.length }, 'overdue events were not appended');
  return rows.flatMap(({ eventId }, index) => {
    const result = appended[index];
    return result?.status === 'fulfilled' ? [{ eventId, position: result.value, cursor: null }] : [];
  });
}

/** A stop doesn't wait for the answer: of a log that swallows everything it would take seconds, and nothing hangs on it. */
async function askWhetherBack(signal: AbortSignal, { log, appender }: SweeperDeps): Promise<void> {
  const over = new AbortController();
  const end = () => over.abort();
  if (signal.aborted) return;
  signal.addEventListener('abort', end);
  try {
    const answered = log.heads('events').then(() => true);
    if (await Promise.race([answered, pause(HEADS_WITHIN_MS, over.signal).then(() => false)])) appender.markBack();
  } finally {
    end();
    signal.removeEventListener('abort', end);
  }
}
