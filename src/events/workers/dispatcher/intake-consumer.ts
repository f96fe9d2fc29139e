import type { Logger } from 'pino';
import type { Database } from '../../../database/database.js';
import { pause, type Running } from '../../../lifecycle.js';
import {
  FatalConsumerError,
  PositionOutOfRangeError,
  type ConsumerOptions,
  type EventLog,
  type RecordBatch,
} from '../../log/event-log.js';
import { StalePositionError, type PositionStore } from '../../log/positions.js';

export interface IntakeConsumerDeps {
  readonly database: Database;
  readonly log: EventLog;
  readonly positions: PositionStore;
  readonly handle: (batch: RecordBatch) => Promise<void>;
  /** A stored position lies before one that this process has committed: Postgres is an older copy now. */
  readonly onGoneBack: () => void;
  readonly logger: Logger;
}

export interface IntakeConsumer extends Running {
  /** Why it gave up by itself: it doesn't begin again, for somebody must look. */
  stoppedBecause(): string | undefined;
}

const RETRY_MS = 1_000;

/** Consumes the events topic for the intake; begins again for as long as Postgres or the log are away. */
export function runIntake(deps: IntakeConsumerDeps): IntakeConsumer {
  const stopping = new AbortController();
  const watched = watchPositions(deps);
  let stoppedBecause: string | undefined;
  const run = async () => {
    while (!stopping.signal.aborted) {
      try {
        await consumeUntil(stopping.signal, deps, watched);
      } catch (error) {
        if (error instanceof PositionOutOfRangeError || error instanceof FatalConsumerError) {
          stoppedBecause = error.message;
          deps.logger.error({ err: error }, 'the intake of the dispatcher gave up');
          return;
        }
        deps.logger.warn({ err: error }, 'the intake of the dispatcher could not begin');
      }
      await pause(RETRY_MS, stopping.signal);
    }
  };
  const running = run();
  return {
    stoppedBecause: () => stoppedBecause,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

type Watched = Pick<ConsumerOptions, 'startAt' | 'handle'>;

/** Resolves when stopped; rejects when it couldn't begin, or gave up by itself. */
async function consumeUntil(
  stopping: AbortSignal,
  { log, logger }: IntakeConsumerDeps,
  watched: Watched,
): Promise<void> {
  const beginning = log.consume({
    topic: 'events',
    group: 'dispatcher',
    startAt: () => watched.startAt(),
    handle: (batch) => watched.handle(batch),
    onError(error) {
      // Another process of the group moved on: its work, and no fault.
      if (error instanceof StalePositionError) logger.debug('another intake has moved the position');
      else logger.warn({ err: error }, 'the intake of the dispatcher will be tried again');
    },
  });
  const stopped = new Promise<undefined>((resolve) => {
    stopping.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  const consumer = await Promise.race([beginning, stopped]);
  if (consumer === undefined) {
    // With the log away it may still be beginning: whoever closes the log ends it.
    beginning.then((late) => late.stop()).catch(() => undefined);
    return;
  }
  try {
    await Promise.race([consumer.closed, stopped]);
  } finally {
    await consumer.stop();
  }
}

/** Remembers how far this process has committed, so that a position which went back is noticed (rule 16). */
function watchPositions({ database, log, positions, handle, onGoneBack }: IntakeConsumerDeps): Watched {
  const committed = new Map<number, bigint>();
  return {
    async startAt() {
      const stored = await positions.load(database.orm, log.partitionCount);
      const isBack = stored.some((offset, partition) => offset < (committed.get(partition) ?? 0n));
      if (isBack) onGoneBack();
      stored.forEach((offset, partition) => committed.set(partition, offset));
      return stored;
    },
    async handle(batch: RecordBatch) {
      await handle(batch);
      committed.set(batch.partition, batch.nextOffset);
    },
  };
}
