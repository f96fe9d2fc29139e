import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Database } from '../database/database.js';
import { instance } from '../schema/tables/config.js';
import { openInstanceSecret } from './instance-secret.js';
import type { SecretBox } from './secret-box.js';

/** There is nothing to copy, nowhere to put it, or it isn't a copy. */
export class InstanceCopyError extends Error {
  override readonly name = 'InstanceCopyError';
}

const FORMAT = 'parley-instance/1';

/** What one database tells another: who it is, and no more. The secret is sealed as it is in `config.instance`. */
const instanceCopy = z.object({
  format: z.literal(FORMAT),
  fingerprint: z.string().regex(/^[0-9a-f]{1,64}$/),
  /** The event log that it belongs to; null: it never started on one. */
  logId: z.string().max(1_024).nullable(),
  createdAt: z.iso.datetime(),
  secretSealed: z.base64().max(4_096),
});

/** One line of JSON, of use only to who has the same `PARLEY_SECRET_KEY`. @throws InstanceCopyError, SecretBoxError */
export async function exportInstance({ orm }: Database, box: SecretBox): Promise<string> {
  // Asked first, for nothing is migrated here: a Parley of another version may be running on it.
  const found = await orm.execute<{ is_there: boolean }>(
    sql`select to_regclass('config.instance') is not null is_there`,
  );
  const [row] = found.rows[0]?.is_there ? await orm.select().from(instance) : [];
  if (row === undefined) throw new InstanceCopyError('This database has no instance yet: start Parley on it once.');
  // A copy that nobody could open later is found out now.
  openInstanceSecret(box, row);
  return JSON.stringify({
    format: FORMAT,
    fingerprint: row.idFingerprint,
    logId: row.logId,
    createdAt: row.createdAt.toISOString(),
    secretSealed: row.idSecretSealed.toString('base64'),
  } satisfies z.infer<typeof instanceCopy>);
}

/**
 * Makes an empty database that instance. Answers its fingerprint; a repeat changes nothing.
 * @throws InstanceCopyError when the text is no copy, or the database is another instance
 * @throws SecretBoxError when it was sealed under another key
 */
export async function importInstance({ orm }: Database, box: SecretBox, text: string): Promise<string> {
  const copy = parseCopy(text);
  const row = {
    idSecretSealed: Buffer.from(copy.secretSealed, 'base64'),
    idFingerprint: copy.fingerprint,
    logId: copy.logId,
    createdAt: new Date(copy.createdAt),
  };
  openInstanceSecret(box, row);
  await orm.insert(instance).values(row).onConflictDoNothing();
  const [kept] = await orm.select({ idFingerprint: instance.idFingerprint }).from(instance);
  if (kept?.idFingerprint === copy.fingerprint) return copy.fingerprint;
  throw new InstanceCopyError(
    `This database is instance ${kept?.idFingerprint} already: import ${copy.fingerprint} into an empty one.`,
  );
}

function parseCopy(text: string): z.infer<typeof instanceCopy> {
  const parsed = instanceCopy.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  throw new InstanceCopyError('This is not what `parley secret export` prints.');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
