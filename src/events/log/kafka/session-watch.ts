import type { Consumer } from 'kafkajs';
import { LogUnavailableError } from '../event-log.js';
import { refuseOutOfRange, wentBack } from '../start-positions.js';
import type { Lanes, LanesDependencies } from './lanes.js';

/** A join may take the 15 s of a rebalance and the 5 s that kafkajs adds; nothing else takes as long. */
const DEAD_AFTER_MS = 45_000;
/** Well within a session's 6 s. */
const SET_BACK_MS = 1_000;

export interface SessionWatch {
  stop(): void;
}

interface Watched {
  readonly consumer: Consumer;
  readonly lanes: Lanes;
  end(reason: unknown): void;
}

/**
 * Sees to what no batch would tell. A topic that was made anew and is quiet: its head is behind our position. A consumer
 * of kafkajs that hangs. A clock that was set back: by it kafkajs tells when to say that it lives, so it would be silent
 * until the clock has caught up, the group would go on without it, and nobody would take over from whom dies meanwhile.
 * And it shows the positions to Kafka, whose own tools then know the lag; nobody reads from there.
 */
export function watchSession(deps: LanesDependencies, { consumer, lanes, end }: Watched): SessionWatch {
  let lastFetchAt = performance.now();
  const stopListening = consumer.on(consumer.events.FETCH_START, () => void (lastFetchAt = performance.now()));
  const isSetBack = createClockCheck();
  const findLost = createLostCheck(deps, lanes);
  const lookBack = createLookBack(deps, lanes);
  const show = createShowing(deps.topicName, consumer, lanes);
  const look = () => {
    if (performance.now() - lastFetchAt > DEAD_AFTER_MS)
      end(new LogUnavailableError('The client of Kafka has not asked for records for too long.'));
    if (isSetBack()) end(new LogUnavailableError('The clock was set back: the client of Kafka has to begin anew.'));
    void findLost().then((lost) => lost !== undefined && end(lost));
    void lookBack();
    void show();
  };
  const timer = setInterval(look, deps.lookBackEveryMs);
  return {
    stop() {
      clearInterval(timer);
      stopListening();
    },
  };
}

/** Whether the wall clock has lost time against the one that only rises since it was asked last. */
function createClockCheck(): () => boolean {
  const ahead = () => Date.now() - performance.now();
  let before = ahead();
  return () => {
    const now = ahead();
    const lost = before - now;
    before = now;
    return lost > SET_BACK_MS;
  };
}

/** Answers the error once a position was beyond the head twice: a new leader may know less for a moment. */
function createLostCheck({ options: { topic }, readRanges }: LanesDependencies, lanes: Lanes) {
  let suspected: unknown;
  return async (): Promise<unknown> => {
    // Before the heads, which only rise: what was read is below them.
    const positions = lanes.positions();
    const ranges = await readRanges().catch(() => undefined);
    if (ranges === undefined) return undefined;
    const before = suspected;
    suspected = undefined;
    for (const [partition, position] of positions) {
      const head = ranges[partition]?.head ?? position;
      try {
        refuseOutOfRange(topic, partition, position, { first: 0n, head });
      } catch (error) {
        suspected = error;
      }
    }
    return before === undefined ? undefined : suspected;
  };
}

/** With nothing new to read no commit would ever fail on a position that went back. One look at a time. */
function createLookBack({ options }: LanesDependencies, lanes: Lanes) {
  let isLooking = false;
  return async () => {
    if (isLooking) return;
    isLooking = true;
    const positions = lanes.positions();
    // Postgres may be away: then the next look tells.
    const stored = await options.startAt().catch(() => 'end' as const);
    for (const [partition, error] of wentBack(options.topic, positions, stored)) lanes.goBack(partition, error);
    isLooking = false;
  };
}

/** What moved since the last time. It's only a display: what fails is made good by the next one. */
function createShowing(topic: string, consumer: Consumer, lanes: Lanes) {
  const shown = new Map<number, bigint>();
  let isShowing = false;
  return async () => {
    const moved = lanes.positions().filter(([partition, position]) => shown.get(partition) !== position);
    if (isShowing || moved.length === 0) return;
    isShowing = true;
    try {
      await consumer.commitOffsets(
        moved.map(([partition, position]) => ({ topic, partition, offset: String(position) })),
      );
      for (const [partition, position] of moved) shown.set(partition, position);
    } catch {
      // A rebalance, or Kafka is away.
    }
    isShowing = false;
  };
}
