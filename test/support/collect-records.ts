import type { EventLog, LogRecord, RecordBatch, StartAt, Topic } from '../../src/events/log/event-log.js';

export interface Collected {
  /** In the order in which they were handed over. */
  readonly records: LogRecord[];
  readonly batches: RecordBatch[];
  readonly stop: () => Promise<void>;
}

/** Consumes a topic into memory. */
export async function collectRecords(
  log: EventLog,
  topic: Topic,
  startAt: StartAt = 'beginning',
  group = 'collector',
): Promise<Collected> {
  const records: LogRecord[] = [];
  const batches: RecordBatch[] = [];
  const stored = typeof startAt === 'string' ? startAt : [...startAt];
  const consumer = await log.consume({
    topic,
    group,
    startAt: () => Promise.resolve(stored),
    handle: (batch) => {
      if (typeof stored !== 'string') stored[batch.partition] = batch.nextOffset;
      batches.push(batch);
      records.push(...batch.records);
      return Promise.resolve();
    },
  });
  return { records, batches, stop: () => consumer.stop() };
}
