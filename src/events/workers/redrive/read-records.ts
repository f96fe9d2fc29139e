import { PositionOutOfRangeError, type EventLog, type LogRecord, type Topic } from '../../log/event-log.js';
import { readUpTo } from '../../log/read-up-to.js';

export interface RecordPlace {
  readonly partition: number;
  readonly offset: bigint;
}

/** By `placeKey`: the records that the log still has at these places. */
export type FoundRecords = ReadonlyMap<string, LogRecord>;

export const placeKey = ({ partition, offset }: RecordPlace): string => `${partition}/${offset}`;

/**
 * Reads the records of a topic at these places. One that retention or a tombstone took is not among the answers.
 * @throws what the log throws that can't be read, and the signal's reason
 */
export async function readRecords(
  log: EventLog,
  topic: Topic,
  places: readonly RecordPlace[],
  signal: AbortSignal,
): Promise<FoundRecords> {
  try {
    return await readTogether(log, topic, places, signal);
  } catch (error) {
    if (!(error instanceof PositionOutOfRangeError)) throw error;
    // One of them isn't kept any more, and would have the others not found either.
    if (places.length <= 1) return new Map();
    const found = new Map<string, LogRecord>();
    for (const place of places)
      for (const [key, record] of await readRecords(log, topic, [place], signal)) found.set(key, record);
    return found;
  }
}

async function readTogether(log: EventLog, topic: Topic, places: readonly RecordPlace[], signal: AbortSignal) {
  const heads = await log.heads(topic);
  const wanted = new Set(places.map(placeKey));
  const within = (partition: number) =>
    places.filter((place) => place.partition === partition).map(({ offset }) => offset);
  const from = heads.map((head, partition) => within(partition).reduce((least, at) => (at < least ? at : least), head));
  const until = heads.map((head, partition) => {
    const last = within(partition).reduce((most, at) => (at > most ? at : most), -1n) + 1n;
    return last === 0n || last > head ? head : last;
  });
  const found = new Map<string, LogRecord>();
  const handle = (batch: { readonly records: readonly LogRecord[] }) => {
    for (const record of batch.records)
      if (record.value !== null && wanted.has(placeKey(record))) found.set(placeKey(record), record);
    return Promise.resolve();
  };
  await readUpTo(log, { topic, from, until, handle, signal });
  return found;
}
