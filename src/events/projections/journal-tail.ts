import type { Logger } from 'pino';
import type { Database } from '../../database/database.js';
import { isDatabaseAway, sqlStateOf } from '../../database/errors.js';
import type { Running } from '../../lifecycle.js';
import type { Vector } from '../kernel/cursor.js';
import { createAudience, type Listener } from './audience.js';
import { readJournal, readStoredPositions } from './journal.js';
import type { WakeSignal } from '../../wake-signal.js';

/** 500 events of about 1 KiB: one read stays below 1 MiB and in the low milliseconds. */
const PAGE_SIZE = 500;
/** What a lost NOTIFY costs at most. */
const POLL_MS = 1_000;

/** The one reader of the journal that all live subscribers of this process share. */
export interface JournalTail extends Running {
  /** Everything below was given to the listeners of its time. Never goes back. */
  reached(): Vector;
  /**
   * `reached`, or less where a crash of Postgres took back commits that were not flushed yet: what a cursor for a
   * client says, who might otherwise query the older state and resume beyond what it lacks.
   */
  stored(): Vector;
  /** From the next event after `reached()` on. Returns what ends it. */
  join(listener: Listener): () => void;
}

/**
 * @param woken fired by NOTIFY; also polled as a net, so that Postgres may go away and come back
 * @throws when Postgres is away at the start, for nobody knows then where *now* is
 */
export async function startJournalTail(deps: {
  readonly database: Database;
  readonly partitionCount: number;
  readonly woken: WakeSignal;
  readonly log: Logger;
}): Promise<JournalTail> {
  const { database, woken, log } = deps;
  const audience = createAudience();
  let reached = await readStoredPositions(database.orm, deps.partitionCount);
  let stored = reached;
  let isStopped = false;
  const isRunning = () => !isStopped;

  const readOnce = async (): Promise<boolean> => {
    const page = await readJournal(database.orm, {}, reached, PAGE_SIZE);
    for (const entry of page.items) audience.give(entry);
    reached = page.end;
    stored = page.stored;
    return page.hasMore;
  };
  const follow = async () => {
    while (isRunning()) {
      const mark = woken.mark();
      try {
        while (isRunning() && (await readOnce()));
      } catch (error) {
        log.warn({ reason: reasonOf(error) }, 'the journal could not be read: live subscriptions wait');
      }
      if (isRunning()) await woken.wait(mark, POLL_MS);
    }
  };
  const following = follow();
  return {
    reached: () => reached,
    stored: () => reached.map((offset, partition) => smaller(offset, stored[partition] ?? 0n)),
    join: (listener) => audience.join(listener),
    async stop() {
      isStopped = true;
      woken.fire();
      await following;
    },
  };
}

const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** Never the message of the database's error: it may quote what was in a row. */
const reasonOf = (error: unknown): string =>
  sqlStateOf(error) ?? (isDatabaseAway(error) ? 'Postgres is away' : error instanceof Error ? error.name : 'unknown');
