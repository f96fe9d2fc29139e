import type { Logger } from 'pino';
import { isDatabaseAway } from '../../database/errors.js';
import { pause, type Running } from '../../lifecycle.js';
import { safeMessage } from '../../logging.js';
import {
  FatalConsumerError,
  LogUnavailableError,
  PositionOutOfRangeError,
  type ConsumerOptions,
  type EventLog,
} from './event-log.js';
import { StalePositionError } from './positions.js';

export interface KeptConsumer extends Running {
  /** Why it gave up by itself: it doesn't begin again, for somebody must look. */
  stoppedBecause(): string | undefined;
  /** Why it isn't reading, though it goes on trying; undefined while it reads. */
  waitsBecause(): string | undefined;
}

const RETRY_MS = 1_000;

/** Consumes until it is stopped, and begins again for as long as Postgres or the log are away at the start. */
export function keepConsuming(log: EventLog, logger: Logger, options: Omit<ConsumerOptions, 'onError'>): KeptConsumer {
  const { group } = options;
  const stopping = new AbortController();
  let stoppedBecause: string | undefined;
  let waitsBecause: string | undefined = 'starting';
  const onBegun = () => (waitsBecause = undefined);
  const onError = (error: unknown) => {
    // Another process of the group moved on: its work, and no fault.
    if (error instanceof StalePositionError) logger.debug({ group }, 'Another process has moved the position.');
    else logger.warn({ err: error, group }, 'A batch will be tried again.');
  };
  const run = async () => {
    while (!stopping.signal.aborted) {
      try {
        await consumeUntil(stopping.signal, log, { ...options, onError }, onBegun);
      } catch (error) {
        waitsBecause = reasonOf(error);
        if (error instanceof PositionOutOfRangeError || error instanceof FatalConsumerError) {
          stoppedBecause = error.message;
          logger.error({ err: error, group }, 'The consumer gave up.');
          return;
        }
        logger.warn({ err: error, group }, 'The consumer could not begin.');
      }
      await pause(RETRY_MS, stopping.signal);
    }
  };
  const running = run();
  return {
    stoppedBecause: () => stoppedBecause,
    waitsBecause: () => waitsBecause,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** For people; a message of the database's could name what was in a row. */
function reasonOf(error: unknown): string {
  if (!(error instanceof LogUnavailableError) && isDatabaseAway(error)) return 'PostgreSQL is away';
  return error instanceof Error ? safeMessage(error) : 'unknown';
}

/** Resolves when stopped; rejects when it couldn't begin, or gave up by itself. */
async function consumeUntil(
  stopping: AbortSignal,
  log: EventLog,
  options: ConsumerOptions,
  onBegun: () => void,
): Promise<void> {
  let stop: () => void = () => undefined;
  const stopped = new Promise<undefined>((resolve) => (stop = () => resolve(undefined)));
  stopping.addEventListener('abort', stop);
  try {
    await consumeWhile(stopped, log, options, onBegun);
  } finally {
    // It begins again and again while Postgres is away: a listener each time would be a leak.
    stopping.removeEventListener('abort', stop);
  }
}

async function consumeWhile(
  stopped: Promise<undefined>,
  log: EventLog,
  options: ConsumerOptions,
  onBegun: () => void,
): Promise<void> {
  const beginning = log.consume(options);
  const consumer = await Promise.race([beginning, stopped]);
  if (consumer === undefined) {
    // With the log away it may still be beginning: it is ended as soon as it has begun, or by whoever closes the log.
    beginning.then((late) => late.stop()).catch(() => undefined);
    return;
  }
  onBegun();
  try {
    await Promise.race([consumer.closed, stopped]);
  } finally {
    await consumer.stop();
  }
}
