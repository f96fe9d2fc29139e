import type { Logger } from 'pino';
import type { Database } from '../../database/database.js';
import { pause, type Running } from '../../lifecycle.js';
import { settleRows, type Settlement } from './outbox-rows.js';

const BATCH_MAX = 500;
/** Beyond it the oldest are dropped: their rows stay, and the sweeper appends them again under the same event id. */
const WAITING_MAX = 10_000;
const BACK_OFF_MS = 100;
const BACK_OFF_MAX_MS = 2_000;
/** A stop does not wait for a Postgres that is away: the sweeper of the next start settles what is left. */
const STOP_TRIES = 2;

export interface Settlements extends Running {
  add(settlement: Settlement): void;
}

/** Writes acknowledgements into the rows, in batches behind the answers: no caller waits for it. */
export function createSettlements({ database, logger }: { database: Database; logger: Logger }): Settlements {
  const waiting: Settlement[] = [];
  const stopping = new AbortController();
  let running: Promise<void> | undefined;

  const drain = async () => {
    // One turn later, so that the acknowledgements of one flush share a batch.
    await Promise.resolve();
    for (let failures = 0; waiting.length > 0 && !(stopping.signal.aborted && failures >= STOP_TRIES);) {
      const batch = waiting.slice(0, BATCH_MAX);
      try {
        await settleRows(database.orm, batch);
        // By membership: the oldest may have been dropped meanwhile.
        const settled = new Set(batch);
        while (waiting[0] !== undefined && settled.has(waiting[0])) waiting.shift();
        failures = 0;
      } catch (error) {
        failures += 1;
        if (failures === 1) logger.warn({ err: error, count: waiting.length }, 'outbox rows could not be settled');
        await pause(Math.min(BACK_OFF_MS * 2 ** failures, BACK_OFF_MAX_MS), stopping.signal);
      }
    }
    running = undefined;
  };
  return {
    add(settlement) {
      waiting.push(settlement);
      if (waiting.length > WAITING_MAX) waiting.splice(0, waiting.length - WAITING_MAX);
      running ??= drain();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
