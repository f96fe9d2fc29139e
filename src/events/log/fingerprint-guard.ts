import { randomUUID } from 'node:crypto';
import type { EventLog } from './event-log.js';

/** The header of each event that tells which secret its derived ids came from (`codec.ts`). */
const FINGERPRINT_HEADER = 'ce_idfingerprint';

/** The log was written under another instance secret: ids derived here would split every thread in two (rule 5). */
export class FingerprintMismatchError extends Error {
  override readonly name = 'FingerprintMismatchError';
}

/**
 * Reads the log from the beginning up to the first record that names a fingerprint; an empty log fits every secret.
 * @throws FingerprintMismatchError
 */
export async function guardFingerprint(log: EventLog, fingerprint: string): Promise<void> {
  const found = await firstFingerprint(log);
  if (found === undefined || found === fingerprint) return;
  throw new FingerprintMismatchError(
    `The event log was written by another instance (fingerprint ${found}, ours is ${fingerprint}). Restore the ` +
      'database that belongs to this log, or start with an empty log.',
  );
}

async function firstFingerprint(log: EventLog): Promise<string | undefined> {
  const heads = await log.heads('events');
  const unread = new Set(heads.flatMap((head, partition) => (head > 0n ? [partition] : [])));
  if (unread.size === 0) return undefined;
  const search = openSearch();
  const consumer = await log.consume({
    topic: 'events',
    // Of its own: two processes that start at once would share the partitions, and one wait for the other to be done.
    group: `fingerprint-guard-${randomUUID()}`,
    startAt: () => Promise.resolve('beginning'),
    onError: search.fail,
    handle(batch) {
      const named = batch.records.find((record) => record.headers[FINGERPRINT_HEADER] !== undefined);
      if (named !== undefined) search.end(named.headers[FINGERPRINT_HEADER]);
      // Up to the head as it was: a log full of other people's records ends the search too.
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

function openSearch() {
  let end: (found: string | undefined) => void = () => undefined;
  let fail: (error: unknown) => void = () => undefined;
  const ended = new Promise<string | undefined>((resolve, reject) => ([end, fail] = [resolve, reject]));
  // It may fail before anybody waits for it.
  ended.catch(() => undefined);
  return { ended, end: (found: string | undefined) => end(found), fail: (error: unknown) => fail(error) };
}
