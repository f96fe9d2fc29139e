import type { Batch, Consumer } from 'kafkajs';
import { withTimeout } from '../../../lifecycle.js';
import type { ConsumerOptions } from '../event-log.js';
import type { Slots } from '../slots.js';
import type { KeptRange } from '../start-positions.js';
import type { Turns } from '../turns.js';
import { createLane, type Lane, type LaneControls } from './lane.js';

/** kafkajs fetches again only when every batch of a fetch is done: longer than so, a partition holds up no other. */
const HOLD_UP_AFTER_MS = 1_000;

export interface LanesDependencies {
  readonly options: ConsumerOptions;
  readonly topicName: string;
  readonly groupId: string;
  /** How often a session is looked after. */
  readonly lookBackEveryMs: number;
  readonly slots: Slots;
  readonly turns: Turns;
  /** All partitions' positions, asked anew. */
  ask(): Promise<readonly bigint[]>;
  readRanges(): Promise<readonly KeptRange[]>;
  moved(partition: number, position: bigint): void;
}

/** The partitions that are assigned to one consumer of kafkajs. */
export interface Lanes {
  assign(partitions: readonly number[]): void;
  /** Resolves when the batch was handled, or when the others shouldn't wait for it any longer. Never rejects. */
  take(batch: Batch): Promise<void>;
  /** By partition, the next offset to read, where it is known. */
  positions(): readonly (readonly [number, bigint])[];
  /** What is stored lies before what was read: it is read again. */
  goBack(partition: number, error: Error): void;
  /** No handler begins any more; resolves after the last one settled. */
  leave(): Promise<void>;
}

export function createLanes(deps: LanesDependencies, consumer: Consumer, giveUp: (error: unknown) => void): Lanes {
  const { topicName: topic } = deps;
  let lanes = new Map<number, Lane>();
  const left = new Set<Promise<void>>();

  const leaveAll = () => {
    for (const lane of lanes.values()) {
      lane.leave();
      const settled = lane.settled();
      left.add(settled);
      void settled.then(() => left.delete(settled));
    }
    lanes = new Map();
  };
  return {
    assign(partitions) {
      leaveAll();
      attempt(() => consumer.resume([{ topic, partitions: [...partitions] }]));
      const asked = deps.ask();
      asked.catch(() => undefined);
      lanes = new Map(
        partitions.map((partition) => [partition, openLane(deps, consumer, { partition, asked, giveUp })]),
      );
    },
    async take(batch) {
      const lane = lanes.get(batch.partition);
      if (lane === undefined) return;
      if ((await withTimeout(HOLD_UP_AFTER_MS, lane.take(batch), 'late')) === 'late') lane.holdUp();
    },
    positions: () =>
      [...lanes].flatMap(([partition, lane]) => {
        const position = lane.position();
        return position === undefined ? [] : [[partition, position] as const];
      }),
    goBack: (partition, error) => lanes.get(partition)?.goBack(error),
    async leave() {
      leaveAll();
      attempt(() => consumer.pause([{ topic }]));
      await Promise.all(left);
    },
  };
}

interface Opening {
  readonly partition: number;
  /** All positions, asked when the partitions were assigned. */
  readonly asked: Promise<readonly bigint[]>;
  readonly giveUp: (error: unknown) => void;
}

function openLane(deps: LanesDependencies, consumer: Consumer, { partition, asked, giveUp }: Opening): Lane {
  const { topicName, options, slots, turns } = deps;
  const turn = `${deps.groupId}/${topicName}/${partition}`;
  const positionIn = async (all: Promise<readonly bigint[]>) => pick(await all, partition);
  // Whoever had it before may still be at its last batch, and move the position.
  const first = async () => positionIn((await turns.wasFree(turn)) ? asked : deps.ask());
  return createLane(partition, first(), {
    options,
    controls: controlsOf(consumer, topicName, partition),
    handling: (work) => turns.use(turn, () => slots.use(work)),
    ask: () => positionIn(deps.ask()),
    readRange: async () => pick(await deps.readRanges(), partition),
    moved: (position) => deps.moved(partition, position),
    giveUp,
  });
}

function controlsOf(consumer: Consumer, topic: string, partition: number): LaneControls {
  const partitions = [partition];
  return {
    seek: (position) => attempt(() => consumer.seek({ topic, partition, offset: String(position) })),
    pause: () => attempt(() => consumer.pause([{ topic, partitions }])),
    resume: () => attempt(() => consumer.resume([{ topic, partitions }])),
  };
}

/** kafkajs throws where its consumer has ended meanwhile: then there is nothing to steer any more. */
function attempt(steer: () => void): void {
  try {
    steer();
  } catch {
    // The end itself is told by its event.
  }
}

function pick<Item>(all: readonly Item[], partition: number): Item {
  const item = all[partition];
  if (item === undefined) throw new RangeError(`The log has no partition ${partition}.`);
  return item;
}
