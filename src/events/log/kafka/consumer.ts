import type { Kafka } from 'kafkajs';
import { atMost, pause, unlessAborted } from '../../../lifecycle.js';
import type { ConsumerOptions, ConsumerPosition, LogConsumer, Topic } from '../event-log.js';
import { createSlots } from '../slots.js';
import { startPositions, type KeptRange } from '../start-positions.js';
import type { Turns } from '../turns.js';
import { brokerCodeOf, toLogError } from './faults.js';
import { backOffMs, isFinal } from './lane.js';
import { openSession, type Session, type SessionDependencies } from './session.js';

/** Each handler holds a transaction, and so a connection, of the pool that everybody shares. */
const HANDLERS_AT_ONCE_MAX = 4;
const BEGIN_WITHIN_MS = 10_000;
const STOP_WITHIN_MS = 5_000;

export interface ConsumerDependencies {
  /** A client of its own for each consumer of kafkajs. */
  newClient(): Kafka;
  readonly topicNames: Record<Topic, string>;
  readonly groupPrefix: string;
  readonly lookBackEveryMs: number;
  readonly turns: Turns;
  readRanges(topic: Topic): Promise<readonly KeptRange[]>;
  /** Told when a consumer had to be begun anew. */
  reconnected(): void;
}

export interface KafkaConsumer extends LogConsumer {
  positions(): readonly ConsumerPosition[];
}

/** @throws PositionOutOfRangeError when `startAt` names a position that the log doesn't have */
export async function startConsumer(deps: ConsumerDependencies, options: ConsumerOptions): Promise<KafkaConsumer> {
  const startAt = await options.startAt();
  // After the positions: read before them, the head could be older than a position that is right.
  const own = [...startPositions(options.topic, startAt, await deps.readRanges(options.topic))];
  const stopping = new AbortController();
  const open = createOpener(deps, options, own, stopping.signal);
  let session = await begin(open);
  const closed = keepOpen(session, {
    open,
    options,
    signal: stopping.signal,
    reopened(next) {
      session = next;
      deps.reconnected();
    },
  });
  closed.catch(() => undefined);
  return {
    closed,
    positions: () => session.positions(),
    async stop() {
      stopping.abort();
      await closed.catch(() => undefined);
    },
  };
}

/** The coordinator of a new group, or of one that just moved, answers after a while; then it's still worth waiting. */
async function begin(open: () => Promise<Session>): Promise<Session> {
  const deadline = performance.now() + BEGIN_WITHIN_MS;
  for (let failures = 0; ; failures += 1) {
    try {
      return await open();
    } catch (error) {
      if (isFinal(error) || brokerCodeOf(error) === undefined || performance.now() > deadline) throw error;
    }
    await pause(backOffMs(failures));
  }
}

/** `own`: the positions of this consumer; where `startAt` is a word they are all there is to go on from. */
function createOpener(
  deps: ConsumerDependencies,
  options: ConsumerOptions,
  own: bigint[],
  signal: AbortSignal,
): () => Promise<Session> {
  const { topic, group } = options;
  const readRanges = () => deps.readRanges(topic);
  const sessionDeps: Omit<SessionDependencies, 'kafka'> = {
    options,
    signal,
    topicName: deps.topicNames[topic],
    groupId: `${deps.groupPrefix}.${group}`,
    lookBackEveryMs: deps.lookBackEveryMs,
    slots: createSlots(HANDLERS_AT_ONCE_MAX),
    turns: deps.turns,
    async ask() {
      const startAt = await options.startAt();
      return startPositions(topic, typeof startAt === 'string' ? [...own] : startAt, await readRanges());
    },
    readRanges,
    moved: (partition, position) => (own[partition] = position),
  };
  return async () => {
    try {
      return await openSession({ ...sessionDeps, kafka: deps.newClient() });
    } catch (error) {
      throw isFinal(error) ? error : toLogError(error);
    }
  };
}

interface Keeping {
  readonly open: () => Promise<Session>;
  readonly options: ConsumerOptions;
  readonly signal: AbortSignal;
  reopened(session: Session): void;
}

/** Resolves when it was stopped. @throws PositionOutOfRangeError, FatalConsumerError */
async function keepOpen(first: Session, keeping: Keeping): Promise<void> {
  const { options, signal } = keeping;
  for (let session: Session | undefined = first; session !== undefined;) {
    const reason = await unlessAborted(signal, session.ended);
    await session.stop();
    if (signal.aborted) return;
    if (isFinal(reason)) throw reason;
    options.onError?.(toLogError(reason));
    session = await reopen(keeping);
  }
}

/** Tries until it succeeds; undefined when it was stopped before. */
async function reopen(keeping: Keeping): Promise<Session | undefined> {
  const { options, signal } = keeping;
  const isOver = () => signal.aborted;
  for (let failures = 0; ; failures += 1) {
    await pause(backOffMs(failures), signal);
    if (isOver()) return undefined;
    const opening = keeping.open();
    try {
      const session = await unlessAborted(signal, opening);
      if (session !== undefined) {
        keeping.reopened(session);
        return session;
      }
    } catch (error) {
      if (isFinal(error)) throw error;
      options.onError?.(error);
    }
    // Stopped while it was being opened, which the signal ends too.
    if (isOver()) {
      await atMost(
        STOP_WITHIN_MS,
        opening.then((late) => late.stop()).catch(() => undefined),
      );
      return undefined;
    }
  }
}
