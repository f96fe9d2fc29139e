import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { pause, type Running } from '../../../lifecycle.js';
import type { ConsumerPosition } from '../event-log.js';

/** It is days that count: an hour more or less is nothing, and the look itself reads a page of each partition. */
const LOOK_EVERY_MS = 3_600_000;
/** By then the consumers have begun, and their positions are known. */
const FIRST_LOOK_AFTER_MS = 60_000;
/** Rows of one statement: a few milliseconds, in which nothing else is held up. */
const ROWS_MAX = 1_000;

export interface RetentionDeps {
  readonly pool: Pool;
  /** Where this process' consumers stand: what they haven't read is never deleted. */
  readonly positions: () => readonly ConsumerPosition[];
  readonly logger: Logger;
}

/**
 * Deletes raw webhooks older than so many days, now and then. The counters stay where they are, and on `webhooks` readers
 * pass over gaps, so nobody's position is touched. @param days undefined: nothing is ever deleted
 */
export function keepWebhooksFor(days: number | undefined, deps: RetentionDeps): Running {
  if (days === undefined) return { stop: () => Promise.resolve() };
  const stopping = new AbortController();
  const run = async () => {
    await pause(FIRST_LOOK_AFTER_MS, stopping.signal);
    while (!stopping.signal.aborted) {
      try {
        await deleteOldWebhooks(deps, days, stopping.signal);
      } catch (error) {
        deps.logger.warn({ err: error }, 'old webhooks could not be deleted and will be later');
      }
      await pause(LOOK_EVERY_MS, stopping.signal);
    }
  };
  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** Partition by partition, a page at a time, up to what every consumer of them has read. Answers how many went. */
export async function deleteOldWebhooks(
  { pool, positions }: Pick<RetentionDeps, 'pool' | 'positions'>,
  days: number,
  signal?: AbortSignal,
): Promise<number> {
  let deleted = 0;
  for (const [partition, upTo] of readByAll(positions())) {
    let page: number;
    do {
      page = signal?.aborted ? 0 : await deletePage(pool, partition, upTo, days);
      deleted += page;
    } while (page === ROWS_MAX);
  }
  return deleted;
}

/** Without a consumer nothing is known to be read: then the map is empty. */
function readByAll(positions: readonly ConsumerPosition[]): ReadonlyMap<number, bigint> {
  const read = new Map<number, bigint>();
  for (const { topic, partition, nextOffset } of positions) {
    if (topic !== 'webhooks') continue;
    const before = read.get(partition);
    read.set(partition, before === undefined || nextOffset < before ? nextOffset : before);
  }
  return read;
}

/**
 * Offsets rise with time, so the oldest page tells: where it holds nothing old enough, no later one does. Asking by time
 * would read all that is kept, for no index serves it.
 */
async function deletePage(pool: Pool, partition: number, upTo: bigint, days: number): Promise<number> {
  const deleted = await pool.query(
    `with oldest as (
       select "offset", appended_at from log.records
       where topic = 'webhooks' and partition = $1 and "offset" < $2 order by "offset" limit ${ROWS_MAX}
     )
     delete from log.records r using oldest
     where r.topic = 'webhooks' and r.partition = $1 and r."offset" = oldest."offset"
       and oldest.appended_at < now() - make_interval(days => $3)`,
    [partition, upTo, days],
  );
  return deleted.rowCount ?? 0;
}
