import { PositionOutOfRangeError, type StartAt, type Topic } from './event-log.js';

export interface KeptRange {
  /** The first offset that is kept; the head where nothing is. */
  readonly first: bigint;
  readonly head: bigint;
}

/**
 * For each partition the offset to read first.
 * @throws PositionOutOfRangeError a position beyond the head, or one no longer kept
 */
export function startPositions(topic: Topic, startAt: StartAt, ranges: readonly KeptRange[]): readonly bigint[] {
  if (startAt === 'beginning') return ranges.map((range) => range.first);
  if (startAt === 'end') return ranges.map((range) => range.head);
  if (startAt.length !== ranges.length) throw new RangeError(`Positions name all ${ranges.length} partitions.`);
  for (const [partition, range] of ranges.entries())
    refuseOutOfRange(topic, partition, startAt[partition] ?? 0n, range);
  return startAt;
}

/** @throws PositionOutOfRangeError */
export function refuseOutOfRange(topic: Topic, partition: number, position: bigint, { first, head }: KeptRange): void {
  // `webhooks` is compacted: its first record may be an erased one, and passing over it loses nothing.
  const isKept = topic === 'webhooks' || position >= first;
  if (position >= 0n && position <= head && isKept) return;
  throw new PositionOutOfRangeError(
    `Position ${position} of partition ${partition} of ${topic} is outside of what the log has (${first} to ${head}).`,
  );
}

/**
 * A stored position lies before one that was committed: Postgres is an older copy now, or lost its last commits in a
 * crash (`synchronous_commit = off`). Told, and read again from there.
 */
export class PositionWentBackError extends Error {
  override readonly name = 'PositionWentBackError';
}

/** How often a consumer that has nothing to do looks whether its stored positions are still what they were. */
export const LOOK_BACK_EVERY_MS = 5_000;

/**
 * The partitions whose stored position lies before the one that was read up to. Positions are stored before anybody
 * is told of them, so those given, if they were taken before the stored ones were read, are never ahead by themselves.
 */
export function wentBack(
  topic: Topic,
  positions: readonly (readonly [number, bigint])[],
  stored: StartAt,
): readonly (readonly [number, PositionWentBackError])[] {
  if (typeof stored === 'string') return [];
  return positions.flatMap(([partition, position]) => {
    const found = stored[partition] ?? position;
    if (found >= position) return [];
    const message = `The stored position of partition ${partition} of ${topic} went back from ${position} to ${found}.`;
    return [[partition, new PositionWentBackError(message)] as const];
  });
}
