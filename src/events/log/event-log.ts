/**
 * The event log: the one port behind which Kafka and the embedded log are the same.
 *
 * Promises, each held by a test of `test/contracts/event-log.contract.ts` for every driver:
 *  1. Records of one partition key keep the order of their `append` calls.
 *  2. At least once: a record whose handler did not resolve is handed over again.
 *  3. A resolved `append` is durable, and its position is where consumers find it.
 *  4. Positions rise within a partition. On `events` they have no gaps; on `webhooks` (compacted) they may.
 *  5. A handler that throws sees the batch again, from where `startAt` then says.
 *  6. `stop` resolves after the last handler settled; no handler begins afterwards.
 *  7. A consumer starts at given positions, at the beginning or at the end, and knows the head.
 *  8. A position beyond the head, or one no longer kept, refuses (`PositionOutOfRangeError`); nothing is ever reset silently.
 */
export const TOPICS = ['events', 'webhooks'] as const;
export type Topic = (typeof TOPICS)[number];

/** Above it a record is refused before it joins a batch: 2 MiB of key, headers and value together. */
export const RECORD_BYTES_MAX = 2 * 1024 * 1024;

export interface OutgoingRecord {
  readonly key: string;
  /** What picks the partition; the key where absent. Webhooks: key is the raw webhook's id, partition by channel. */
  readonly partitionKey?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Buffer;
}

export interface LogRecord {
  readonly partition: number;
  readonly offset: bigint;
  /** Null where somebody else wrote to the topic without one. */
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string>>;
  /** Null is a tombstone. */
  readonly value: Buffer | null;
}

/** Records of one partition, in order. */
export interface RecordBatch {
  readonly partition: number;
  /** The position this batch was read from: on `events` the first record's offset, on `webhooks` at most that. */
  readonly readFrom: bigint;
  /** At least one record and at most 500. */
  readonly records: readonly LogRecord[];
  /** The offset after the last one of this batch: the position to store. */
  readonly nextOffset: bigint;
  /** The offset that the next append to this partition will get, as known when the batch was read. */
  readonly head: bigint;
}

/** For each partition the next offset to read. */
export type StartAt = 'beginning' | 'end' | readonly bigint[];

export interface ConsumerOptions {
  readonly topic: Topic;
  /** The consumer group's name, e.g. `projector`. The processes of one group share the partitions between them. */
  readonly group: string;
  /**
   * Asked at the start, again after each failure of `handle`, for it may be that another process moved on, and every few
   * seconds: positions that went back (Postgres was restored, or lost its last commits) are read from again.
   */
  startAt(): Promise<StartAt>;
  /** Batches of one partition come one after another; those of several may run at the same time (at most 4). */
  handle(batch: RecordBatch): Promise<void>;
  /** Told of each failure of `handle` or of reading, before the retry. The consumer itself goes on with growing delays (≤ 5 s). */
  onError?(error: unknown): void;
}

export interface LogConsumer {
  /** Resolves after the last handler settled. Idempotent. */
  stop(): Promise<void>;
  /**
   * Rejects when the consumer gave up by itself: with a `PositionOutOfRangeError`, or a `FatalConsumerError` that the
   * handler threw. Resolves after `stop`.
   */
  readonly closed: Promise<void>;
}

export interface AppendOptions {
  /** Takes the record out of the queue if it wasn't handed over yet; the append then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface AppendedPosition {
  readonly partition: number;
  readonly offset: bigint;
}

/** Where a consumer of this process stands in a partition that it holds now. */
export interface ConsumerPosition {
  readonly group: string;
  readonly topic: Topic;
  readonly partition: number;
  /** The next offset that it reads: what the head is beyond it is its lag. */
  readonly nextOffset: bigint;
}

export interface EventLog {
  /** Names this log for cursors: another log has another name. */
  readonly id: string;
  /** The same for both topics. */
  readonly partitionCount: number;
  /** The partition that a key belongs to: murmur2, as Kafka's Java client. */
  partitionOf(key: string): number;
  /**
   * Resolves when the record is durable. Concurrent calls share batches; those called one after another for one
   * partition key keep their order.
   * @throws LogUnavailableError it isn't known whether the record was written
   * @throws RecordTooLargeError surely not written
   */
  append(topic: Topic, record: OutgoingRecord, options?: AppendOptions): Promise<AppendedPosition>;
  /** For each partition the offset that the next append gets. @throws LogUnavailableError */
  heads(topic: Topic): Promise<readonly bigint[]>;
  /** Resolves once it is reading; rejects when `startAt` is out of range. */
  consume(options: ConsumerOptions): Promise<LogConsumer>;
  /** Where the consumers of this handle stand, for those who watch their lag. */
  positions(): readonly ConsumerPosition[];
  /** How often a lost connection to the log's server was made anew since this handle was opened. */
  reconnects(): number;
  /** Stops the consumers, then refuses everything. Idempotent. */
  close(): Promise<void>;
}

/** It isn't known whether the record was written: retrying is safe for whoever repeats the same event id. */
export class LogUnavailableError extends Error {
  override readonly name = 'LogUnavailableError';
}

/** Surely not written: the record is over `RECORD_BYTES_MAX`. */
export class RecordTooLargeError extends Error {
  override readonly name = 'RecordTooLargeError';
}

/** The stored position isn't in the log. Never answered by a reset: somebody must look. */
export class PositionOutOfRangeError extends Error {
  override readonly name = 'PositionOutOfRangeError';
}

/** Thrown by a handler that must not be retried: the consumer stops and says so (rule 14). */
export class FatalConsumerError extends Error {
  override readonly name = 'FatalConsumerError';
}
