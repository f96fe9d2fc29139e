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
