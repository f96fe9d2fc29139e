import { parseRecord } from '../codec.js';
import type { EventLog } from './event-log.js';
import { readSome } from './read-some.js';

/** The header of each event that tells which secret its derived ids came from (`codec.ts`). */
export const FINGERPRINT_HEADER = 'ce_idfingerprint';

/** The log was written under another instance secret: ids derived here would split every thread in two (rule 5). */
export class FingerprintMismatchError extends Error {
  override readonly name = 'FingerprintMismatchError';
}

/**
 * Sees to it that the log is this instance's; an empty log fits every secret.
 * @param fingerprint of the database's secret; undefined: the database has none yet
 * @throws FingerprintMismatchError which says which backup is needed
 */
export async function guardFingerprint(log: EventLog, fingerprint: string | undefined): Promise<void> {
  const found = await firstFingerprint(log);
  if (found === undefined || found === fingerprint) return;
  const ours = fingerprint === undefined ? 'this database is empty' : `this database is of instance ${fingerprint}`;
  throw new FingerprintMismatchError(
    `The event log belongs to instance ${found} (its last event is of ${await lastEventAt(log)}), and ${ours}. ` +
      `Restore a backup of the database of instance ${found}, of whatever age: what it lacks is read from the log. ` +
      'Where there is none, `parley secret import` takes what `parley secret export` once printed, into an empty ' +
      'database; channels and API keys are lost then. To begin anew instead, set another PARLEY_TOPIC_PREFIX. ' +
      '(docs/backup.md)',
  );
}

/** Of the first record that names one; a log full of other people's records names none. */
export function firstFingerprint(log: EventLog): Promise<string | undefined> {
  return readSome(log, 'beginning', (record) => record.headers[FINGERPRINT_HEADER]);
}

/** When the youngest of the partitions' last events was recorded, as RFC 3339; for people. */
async function lastEventAt(log: EventLog): Promise<string> {
  const heads = await log.heads('events');
  const times: string[] = [];
  await readSome(
    log,
    heads.map((head) => (head > 0n ? head - 1n : head)),
    (record) => {
      const parsed = parseRecord(record);
      if (parsed.kind === 'event') times.push(parsed.event.recordedAt);
      return undefined;
    },
  );
  return times.toSorted().at(-1) ?? 'an unknown time';
}
