import { sql } from 'drizzle-orm';
import type { Logger } from 'pino';
import type { Database } from '../../database/database.js';
import { sqlStateOf } from '../../database/errors.js';
import { pause, type Running } from '../../lifecycle.js';
import { safeMessage } from '../../logging.js';
import type { Clock } from '../kernel/clock.js';
import { PositionOutOfRangeError, type EventLog, type LogConsumer, type RecordBatch } from '../log/event-log.js';
import { StalePositionError } from '../log/positions.js';
import { inspectCopy, type CopyFacts } from './copy-facts.js';
import { bury } from './dead-letters.js';
import { projectBatch, projectWhole, type ReadBatch } from './project-batch.js';
import { LIVE_COPY } from './read-copy.js';

export interface ProjectorState {
  readonly isRunning: boolean;
  /** Why it gave up by itself; it stays stopped until somebody looked (rule 14), or put other read models in place. */
  readonly stoppedBecause?: string;
  /** The journal holds events that an older version didn't know and this one does: only a rebuild folds them. */
  readonly needsRebuild: boolean;
  /** Records of somebody else in the topic, since this process started. */
  readonly deadLetters: number;
}

export interface Projector {
  state(): ProjectorState;
}

export interface ProjectorDeps {
  readonly database: Database;
  readonly log: EventLog;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Told after each batch how long ago its oldest event was recorded, in milliseconds of our clocks. */
  readonly onProjected?: ((delayMs: number) => void) | undefined;
}

const GROUP = 'projector';
/** Before Postgres is asked again about the read models that it said were put in place. */
const LOOK_AGAIN_MS = 1_000;

/**
 * Folds the events topic into the read models and the journal (rule 11). Where a rebuild has put others in their place,
 * it begins again if it had given up.
 * @throws when Postgres or the log is away, or the stored positions are not in the log (`PositionOutOfRangeError`)
 */
export async function createProjector(deps: ProjectorDeps): Promise<Projector & Running> {
  const { database, logger } = deps;
  let facts = await inspectCopy(database.orm);
  let deadLetters = 0;
  const consuming = createConsuming(deps, (count) => {
    deadLetters += count;
    if (count > 0) logger.warn({ group: GROUP, topic: 'events', count }, 'dead letters: records that are not ours');
  });
  await consuming.begin();
  const watch = watchCopies(deps, {
    isKnown: ({ id }) => id === facts.id,
    async onExchanged(found) {
      if (!consuming.isRunning()) {
        logger.info('other read models are in place: the projector begins again');
        await consuming.beginAgain();
      }
      facts = found;
    },
  });
  return {
    state: () => {
      const stoppedBecause = consuming.stoppedBecause();
      const { needsRebuild } = facts;
      const isRunning = consuming.isRunning();
      return { isRunning, needsRebuild, deadLetters, ...(stoppedBecause !== undefined && { stoppedBecause }) };
    },
    async stop() {
      await watch.stop();
      await consuming.stop();
    },
  };
}

/** The consumer, which can be begun again after it gave up. */
function createConsuming(deps: ProjectorDeps, onDeadLetters: (count: number) => void) {
  const { database, log, logger } = deps;
  let isRunning = false;
  let stoppedBecause: string | undefined;
  let consumer: LogConsumer | undefined;
  let ended: Promise<void> = Promise.resolve();
  const options = {
    topic: 'events' as const,
    group: GROUP,
    startAt: () => LIVE_COPY.positions.load(database.orm, log.partitionCount),
    handle: (batch: RecordBatch) => handleBatch(deps, batch, onDeadLetters),
    onError: (error: unknown) => {
      // Another projector moved on: its work, and no fault. With one in another group, it's every second batch.
      const level = error instanceof StalePositionError ? 'debug' : 'warn';
      logger[level]({ group: GROUP, reason: reasonOf(error) }, 'the projector failed and tries again');
    },
  };
  const giveUp = (error: unknown) => {
    isRunning = false;
    stoppedBecause = error instanceof Error ? safeMessage(error) : 'unknown';
    logger.error(
      { group: GROUP, reason: stoppedBecause },
      'the projector stopped: the read models no longer follow the log',
    );
  };
  /** @throws when it can't begin: it is then as it was */
  const begin = async () => {
    const begun = await log.consume(options);
    [consumer, isRunning, stoppedBecause] = [begun, true, undefined];
    ended = begun.closed.then(() => void (isRunning = false), giveUp);
  };
  return {
    isRunning: () => isRunning,
    stoppedBecause: () => stoppedBecause,
    begin,
    /** The same, after it gave up; for the same reason it gives up again. */
    beginAgain: () =>
      begin().catch((error: unknown) => {
        if (!(error instanceof PositionOutOfRangeError)) throw error;
        giveUp(error);
      }),
    async stop() {
      await consumer?.stop();
      await ended;
    },
  };
}

function handleBatch(
  { database, clock, onProjected }: ProjectorDeps,
  whole: RecordBatch,
  onDeadLetters: (count: number) => void,
): Promise<void> {
  return projectWhole(whole, async (batch) => {
    const foreign = await database.transaction(
      async (tx) => {
        const found = await projectBatch(tx, LIVE_COPY, batch);
        await bury(tx, { partition: batch.partition, foreign: found, now: clock.now() });
        await tx.execute(sql`select pg_notify('parley_journal', '')`);
        return found;
      },
      { isDurable: false },
    );
    onDeadLetters(foreign.length);
    const recordedAt = oldestOf(batch);
    if (recordedAt !== undefined) onProjected?.(clock.now().getTime() - recordedAt);
  });
}

/** Milliseconds since 1970; undefined where nothing in it is an event of ours. */
function oldestOf({ records }: ReadBatch): number | undefined {
  const times = records.flatMap(({ parsed }) =>
    parsed.kind === 'foreign' ? [] : [Date.parse(parsed.event.recordedAt)],
  );
  return times.length === 0 ? undefined : Math.min(...times);
}

interface CopyWatch {
  isKnown(found: CopyFacts): boolean;
  /** @throws to be called again a little later */
  onExchanged(found: CopyFacts): Promise<void>;
}

/** Looks after each wake which copy is served, one look after another. */
function watchCopies({ database, logger }: ProjectorDeps, { isKnown, onExchanged }: CopyWatch): Running {
  const stopping = new AbortController();
  const isOver = () => stopping.signal.aborted;
  const look = async () => {
    while (!isOver()) {
      try {
        const found = await inspectCopy(database.orm);
        if (!isKnown(found) && !isOver()) await onExchanged(found);
        return;
      } catch (error) {
        logger.warn({ reason: reasonOf(error) }, 'the projector could not begin with other read models yet');
        await pause(LOOK_AGAIN_MS, stopping.signal);
      }
    }
  };
  let looking: Promise<void> = Promise.resolve();
  const unlisten = database.onWake('parley_read_models', () => {
    looking = looking.then(look);
  });
  return {
    async stop() {
      stopping.abort();
      unlisten();
      await looking;
    },
  };
}

/** For the log: drizzle's messages hold the statement's parameters, and with them what people wrote. */
function reasonOf(error: unknown): string {
  const state = sqlStateOf(error);
  if (state !== undefined) return `SQLSTATE ${state}`;
  if (!(error instanceof Error)) return 'unknown';
  return error instanceof StalePositionError ? error.message : error.name;
}
