import { randomBytes } from 'node:crypto';
import type { Database } from '../database/database.js';
import { createIdDeriver } from '../events/kernel/derive-id.js';
import { instance } from '../schema/tables/config.js';
import type { SecretBox } from './secret-box.js';

const SECRET_BYTES = 32;

/**
 * The secret behind every derived id (rule 5): 32 bytes, made once, never rotated, kept sealed in `config.instance`.
 * Undefined: this database has none yet.
 * @throws SecretBoxError when it was sealed under another key
 */
export async function findInstanceSecret({ orm }: Database, box: SecretBox): Promise<Buffer | undefined> {
  const [row] = await orm.select().from(instance);
  return row && openInstanceSecret(box, row);
}

/** The same; made where there is none. @throws SecretBoxError */
export async function loadInstanceSecret(database: Database, box: SecretBox): Promise<Buffer> {
  const secret = randomBytes(SECRET_BYTES);
  // Of two processes that start at once one inserts, and both read its row.
  await database.orm
    .insert(instance)
    .values({ idSecretSealed: box.seal(secret), idFingerprint: createIdDeriver(secret).fingerprint })
    .onConflictDoNothing();
  const kept = await findInstanceSecret(database, box);
  if (kept === undefined) throw new Error('The instance has no secret.');
  return kept;
}

/** @throws SecretBoxError; Error where it isn't the secret of that fingerprint */
export function openInstanceSecret(
  box: SecretBox,
  { idSecretSealed, idFingerprint }: { readonly idSecretSealed: Buffer; readonly idFingerprint: string },
): Buffer {
  const secret = box.open(idSecretSealed);
  if (createIdDeriver(secret).fingerprint !== idFingerprint) throw new Error('The instance secret is damaged.');
  return secret;
}
