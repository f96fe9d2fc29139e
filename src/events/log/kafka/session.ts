import type { Batch, Consumer, Kafka } from 'kafkajs';
import { atMost } from '../../../lifecycle.js';
import type { ConsumerPosition } from '../event-log.js';
import { createLanes, type Lanes, type LanesDependencies } from './lanes.js';
import { watchSession } from './session-watch.js';

/** It takes milliseconds where Kafka answers; where it does not, the process has ten seconds for everything. */
const LEAVE_WITHIN_MS = 3_000;
/** kafkajs runs so many of a fetch's batches at once. */
const BATCHES_AT_ONCE = 4;

const TIMES = {
  // The shortest that brokers allow by default: what a dead process held is taken over after it.
  sessionTimeout: 6_000,
  rebalanceTimeout: 15_000,
  heartbeatInterval: 500,
  maxWaitTimeInMs: 250,
};

export interface SessionDependencies extends LanesDependencies {
  /** Of its own: kafkajs shares the committed offsets of a group among all consumers of a client. */
  readonly kafka: Kafka;
  /** Ends it, wherever it is. */
  readonly signal: AbortSignal;
}

/** One consumer of kafkajs, from its joining the group to its end. */
export interface Session {
  /** Resolves when it ended by itself, with the reason. Its handlers may still be running. */
  readonly ended: Promise<unknown>;
  positions(): readonly ConsumerPosition[];
  /** No handler begins any more; resolves after the last one settled and the group was left. Idempotent. */
  stop(): Promise<void>;
}

/** Resolves when it has joined the group. @throws what kafkajs threw */
export async function openSession(deps: SessionDependencies): Promise<Session> {
  const consumer = deps.kafka.consumer({
    groupId: deps.groupId,
    ...TIMES,
    allowAutoTopicCreation: false,
    // Whoever opened the session opens the next one.
    retry: { restartOnFailure: () => Promise.resolve(false) },
  });
  let end: (reason: unknown) => void = () => undefined;
  const ended = new Promise<unknown>((resolve) => (end = resolve));
  const lanes = createLanes(deps, consumer, (reason) => end(reason));
  const watch = watchSession(deps, { consumer, lanes, end: (reason) => end(reason) });
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= leave());
  const leave = async () => {
    deps.signal.removeEventListener('abort', onAbort);
    watch.stop();
    await lanes.leave();
    await atMost(LEAVE_WITHIN_MS, consumer.disconnect()).catch(() => undefined);
  };
  const onAbort = () => void stop();
  deps.signal.addEventListener('abort', onAbort);
  consumer.on(consumer.events.CRASH, ({ payload }) => end(payload.error));
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    if (stopped === undefined) lanes.assign(payload.memberAssignment[deps.topicName] ?? []);
  });
  try {
    // A crash while it joins: kafkajs resolves all the same.
    await Promise.race([run(consumer, deps.topicName, lanes), ended.then((reason) => Promise.reject(reason as Error))]);
  } catch (error) {
    await stop();
    throw error;
  }
  const { topic, group } = deps.options;
  return {
    ended,
    positions: () => lanes.positions().map(([partition, nextOffset]) => ({ group, topic, partition, nextOffset })),
    stop,
  };
}

async function run(consumer: Consumer, topicName: string, lanes: Lanes): Promise<void> {
  await consumer.connect();
  await consumer.subscribe({ topic: topicName, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: BATCHES_AT_ONCE,
    eachBatch: ({ batch }: { batch: Batch }) => lanes.take(batch),
  });
}
