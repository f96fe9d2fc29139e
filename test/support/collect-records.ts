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
  const consumer = await log.consume({
    topic,
    group,
    startAt: () => Promise.resolve(startAt),
    handle: (batch) => {
      batches.push(batch);
      records.push(...batch.records);
      return Promise.resolve();
    },
  });
  return { records, batches, stop: () => consumer.stop() };
}
