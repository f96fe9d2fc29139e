import { randomBytes } from 'node:crypto';
import type { Database } from '../database/database.js';
import { createIdDeriver } from '../events/kernel/derive-id.js';
import { instance } from '../schema/tables/config.js';
import type { SecretBox } from './secret-box.js';

const SECRET_BYTES = 32;

/**
 * The secret behind every derived id (rule 5): 32 bytes, made once, never rotated, kept sealed in `config.instance`.
 * @throws SecretBoxError when it was sealed under another key
 */
export async function loadInstanceSecret({ orm }: Database, box: SecretBox): Promise<Buffer> {
  const secret = randomBytes(SECRET_BYTES);
  // Of two processes that start at once one inserts, and both read its row.
  await orm
    .insert(instance)
    .values({ idSecretSealed: box.seal(secret), idFingerprint: createIdDeriver(secret).fingerprint })
    .onConflictDoNothing();
  const [row] = await orm.select().from(instance);
  if (row === undefined) throw new Error('The instance has no secret.');
  const kept = box.open(row.idSecretSealed);
  if (createIdDeriver(kept).fingerprint !== row.idFingerprint) throw new Error('The instance secret is damaged.');
  return kept;
}
