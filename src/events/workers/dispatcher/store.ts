import type { Logger } from 'pino';
import type { Database } from '../../../database/database.js';
import { LogUnavailableError } from '../../log/event-log.js';
import type { MessageEvent } from '../../message/events.js';
import type { Outbox } from '../../outbox/outbox.js';
import { giveBack, type GivenBack } from './give-back.js';
import { createIsolatingBatch } from './isolating-batch.js';
import type { Publisher } from './publisher.js';
import { isPassing, retryPassing, WITHIN_LEASE_MS } from './retry.js';
import { settleCalls, type Settlement } from './settle.js';

/** Writes the ends of claims, together, and again until it worked: an answer is known to this process only. */
export interface ClaimStore {
  settle(settlement: Settlement): Promise<void>;
  giveBack(item: GivenBack): Promise<void>;
}

export interface ClaimStoreDeps {
  readonly database: Database;
  readonly outbox: Outbox;
  readonly publisher: Publisher;
  readonly logger: Logger;
  /** Nobody waits for us any more: the lease's end will tell. */
  readonly givingUp: AbortSignal;
  /** How long what is said of a claim that goes back is worth waiting for the log: well below a lease. Default 20 s. */
  readonly sayForMs?: number | undefined;
}

const BATCH_MAX = 128;
/** An answer is worth keeping as long as this process lives; a bound all the same. */
const STORE_FOR_MS = 24 * 3_600_000;

export function createClaimStore(deps: ClaimStoreDeps): ClaimStore {
  const { database, outbox, publisher, logger, givingUp, sayForMs = WITHIN_LEASE_MS } = deps;
  const batching = <Item>(write: (items: readonly Item[]) => Promise<readonly MessageEvent[]>) =>
    createIsolatingBatch<Item, undefined>({
      async run(items) {
        await publisher.publish(await write(items));
        return items.map(() => undefined);
      },
      sizeMax: BATCH_MAX,
      isShared: isPassing,
    });
  const trying = { forMs: STORE_FOR_MS, signal: givingUp, logger };
  const settle = batching<Settlement>((items) => settleCalls(database, outbox, items));
  const giveBackSaying = batching<GivenBack>((items) => giveBack(database, outbox, items));
  // In batches of their own: those that say something fail together, as long as the log is away.
  const giveBackSilently = batching<GivenBack>((items) => giveBack(database, outbox, items));
  return {
    settle: (settlement) => retryPassing(() => settle(settlement), { ...trying, what: 'storing outcomes' }),
    /**
     * In the end without a word: where the log is away for longer than a lease, another process would take a call for
     * unknown that surely wasn't made. A restored Postgres, which misses that word, takes it so, and sends nothing again.
     */
    giveBack(item) {
      const saysUntil = performance.now() + sayForMs;
      let isLogAway = false;
      const giveBackOnce = async () => {
        if (isLogAway && performance.now() >= saysUntil) return giveBackSilently({ ...item, event: undefined });
        isLogAway = false;
        return giveBackSaying(item).catch((error: unknown) => {
          isLogAway = error instanceof LogUnavailableError;
          throw error;
        });
      };
      return retryPassing(giveBackOnce, { ...trying, what: 'giving claims back' });
    },
  };
}
