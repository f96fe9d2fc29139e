import type { EventLog, LogRecord, StartAt } from './event-log.js';
import { passingGroup } from './passing-group.js';

/**
 * Reads the events topic from the given positions up to the heads as they are now, or until `find` answers something,
 * which is answered. In a group of its own: two processes that start at once would share the partitions, and one wait
 * for the other to be done.
 * @throws what the log throws that can't be read
 */
export async function readSome<Found>(
  log: EventLog,
  startAt: StartAt,
  find: (record: LogRecord) => Found | undefined,
): Promise<Found | undefined> {
  const heads = await log.heads('events');
  const isUnread = (head: bigint, partition: number) =>
    head > (typeof startAt === 'string' ? 0n : (startAt[partition] ?? 0n));
  const unread = new Set(heads.flatMap((head, partition) => (isUnread(head, partition) ? [partition] : [])));
  if (unread.size === 0) return undefined;
  const search = openSearch<Found>();
  const consumer = await log.consume({
    topic: 'events',
    group: passingGroup('reader'),
    startAt: () => Promise.resolve(startAt),
    onError: search.fail,
    handle(batch) {
      for (const record of batch.records) {
        const found = find(record);
        if (found !== undefined) search.end(found);
      }
      if (batch.nextOffset >= (heads[batch.partition] ?? 0n)) unread.delete(batch.partition);
      if (unread.size === 0) search.end(undefined);
      return Promise.resolve();
    },
  });
  consumer.closed.catch(search.fail);
  try {
    return await search.ended;
  } finally {
    await consumer.stop();
  }
}

/** The event that lies there; undefined: there is none yet. @throws as above */
export async function eventAt(log: EventLog, partition: number, offset: bigint): Promise<LogRecord | undefined> {
  const heads = await log.heads('events');
  const startAt = heads.map((head, index) => (index === partition ? offset : head));
  return readSome(log, startAt, (record) =>
    record.partition === partition && record.offset === offset ? record : undefined,
  );
}

function openSearch<Found>() {
  let end: (found: Found | undefined) => void = () => undefined;
  let fail: (error: unknown) => void = () => undefined;
  const ended = new Promise<Found | undefined>((resolve, reject) => ([end, fail] = [resolve, reject]));
  // It may fail before anybody waits for it.
  ended.catch(() => undefined);
  return { ended, end: (found: Found | undefined) => end(found), fail: (error: unknown) => fail(error) };
}
