import { crc32 } from 'node:zlib';
import {
  FatalConsumerError,
  type ConsumerOptions,
  type EventLog,
  type LogRecord,
  type OutgoingRecord,
  type RecordBatch,
  type Topic,
} from './event-log.js';

/** CRC-32 of the record as it was written: eight hexadecimal digits. */
export const CHECKSUM_HEADER = 'parley-checksum';

/**
 * A log whose records tell whether they still are what was written (F36). Kafka's client here doesn't look at Kafka's own
 * sums, and Postgres has none where they were not asked for: a flipped bit in a text would be folded, and one in the JSON
 * around it would make the event somebody else's record, which is passed over. Records without a sum are not ours, or
 * older, and are not checked.
 *
 * What is damaged isn't handed over, nor what stands behind it in its partition: the consumer stops and says so.
 */
export const withChecksums = (log: EventLog): EventLog => ({
  ...log,
  append: async (topic, record, options) => log.append(topic, withChecksum(topic, record), options),
  consume: (options) => log.consume({ ...options, handle: (batch) => handleSound(options, batch) }),
});

/** The record as it is appended. */
export const withChecksum = (topic: Topic, record: OutgoingRecord): OutgoingRecord => ({
  ...record,
  headers: { ...record.headers, [CHECKSUM_HEADER]: checksumOf(topic, record) },
});

/** The headers of an event only repeat its value; those of a webhook say more than that. */
export function checksumOf(
  topic: Topic,
  { key, headers, value }: Pick<LogRecord, 'key' | 'headers' | 'value'>,
): string {
  const ofKey = crc32(key ?? '');
  const ofHeaders = topic === 'events' ? ofKey : crc32(textOf(headers), ofKey);
  return crc32(value ?? '', ofHeaders)
    .toString(16)
    .padStart(8, '0');
}

/** In one order, for not every log keeps theirs. */
const textOf = (headers: LogRecord['headers']): string =>
  Object.entries(headers)
    .filter(([name]) => name !== CHECKSUM_HEADER)
    .map(([name, value]) => `${name}\n${value}\n`)
    .sort()
    .join('');

const isDamaged = (topic: Topic, record: LogRecord): boolean => {
  const sum = record.headers[CHECKSUM_HEADER];
  // A tombstone takes the place of what it erases.
  return sum !== undefined && record.value !== null && sum !== checksumOf(topic, record);
};

async function handleSound({ topic, handle }: ConsumerOptions, batch: RecordBatch): Promise<void> {
  const at = batch.records.findIndex((record) => isDamaged(topic, record));
  const damaged = batch.records[at];
  if (damaged === undefined) return handle(batch);
  const nextOffset = damaged.offset;
  if (at > 0) await handle({ ...batch, records: batch.records.slice(0, at), nextOffset });
  throw new FatalConsumerError(
    `Partition ${batch.partition} of ${topic} is damaged at offset ${damaged.offset}: what stands there is not what was ` +
      'written. Bring the partition back from a replica or a copy of the log, and start again (docs/backup.md)',
  );
}
