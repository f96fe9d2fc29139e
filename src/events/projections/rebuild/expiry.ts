import type { Logger } from 'pino';
import type { Database } from '../../../database/database.js';
import { pause, type Running } from '../../../lifecycle.js';
import { dropExpired } from './copies.js';

const LOOK_EVERY_MS = 60 * 60_000;

/** Drops, now and every hour, what exchanges and dead rebuilds left behind. Any number of processes may do it. */
export function startCopyExpiry({
  database,
  logger,
}: {
  readonly database: Database;
  readonly logger: Logger;
}): Running {
  const stopping = new AbortController();
  const run = async () => {
    while (!stopping.signal.aborted) {
      try {
        const dropped = await database.transaction((tx) => dropExpired(tx));
        if (dropped.length > 0) logger.info({ schemas: dropped }, 'old read models were dropped');
      } catch (error) {
        logger.warn({ err: error }, 'old read models could not be looked for');
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
