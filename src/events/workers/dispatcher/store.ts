import type { Logger } from 'pino';
import type { Database } from '../../../database/database.js';
import type { MessageEvent } from '../../message/events.js';
import type { Outbox } from '../../outbox/outbox.js';
import { giveBack, type GivenBack } from './give-back.js';
import { createIsolatingBatch } from './isolating-batch.js';
import type { Publisher } from './publisher.js';
import { isPassing, retryPassing } from './retry.js';
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
}

const BATCH_MAX = 128;
/** An answer is worth keeping as long as this process lives; a bound all the same. */
const STORE_FOR_MS = 24 * 3_600_000;

export function createClaimStore({ database, outbox, publisher, logger, givingUp }: ClaimStoreDeps): ClaimStore {
  const storing = <Item>(
    write: (items: readonly Item[]) => Promise<readonly MessageEvent[]>,
    what: string,
  ): ((item: Item) => Promise<void>) => {
    const add = createIsolatingBatch<Item, undefined>({
      async run(items) {
        await publisher.publish(await write(items));
        return items.map(() => undefined);
      },
      sizeMax: BATCH_MAX,
      isShared: isPassing,
    });
    const options = { forMs: STORE_FOR_MS, signal: givingUp, logger, what };
    return (item) => retryPassing(() => add(item), options);
  };
  return {
    settle: storing<Settlement>((items) => settleCalls(database, outbox, items), 'storing outcomes'),
    giveBack: storing<GivenBack>((items) => giveBack(database, outbox, items), 'giving claims back'),
  };
}
