import { sql } from 'drizzle-orm';
import type { Config } from '../config.js';
import type { Database } from '../database/database.js';
import { findInstanceSecret } from '../secrets/instance-secret.js';
import { createSecretBox, SecretBoxError } from '../secrets/secret-box.js';
import { findSecretKey } from '../secrets/secret-key.js';
import type { Check } from './check.js';
import { ok, problem, remark, type Finding } from './finding.js';

/** Who this database is, and whether we have its key. */
export interface InstanceFacts {
  readonly fingerprint: string;
  /** Null: it never started on a log. */
  readonly logId: string | null;
}

/** Undefined: nobody has started on this database yet. Reads no secret. */
export async function readInstance({ orm }: Database): Promise<InstanceFacts | undefined> {
  const there = await orm.execute<{ is_there: boolean }>(
    sql`select to_regclass('config.instance') is not null as is_there`,
  );
  if (!there.rows[0]?.is_there) return undefined;
  const found = await orm.execute<{ fingerprint: string; log_id: string | null }>(
    sql`select id_fingerprint as fingerprint, log_id from config.instance`,
  );
  const [row] = found.rows;
  return row && { fingerprint: row.fingerprint, logId: row.log_id };
}

export const instanceCheck = (config: Config, database: Database): Check => ({
  code: 'INSTANCE',
  what: 'the instance and its secret key',
  run: () => checkInstance(config, database),
});

async function checkInstance({ dataDir, secretKey }: Config, database: Database): Promise<readonly Finding[]> {
  const instance = await readInstance(database);
  if (instance === undefined) return [remark('INSTANCE', 'Nobody has started Parley on this database yet.')];
  const is = `This is instance ${instance.fingerprint}`;
  const key = await findSecretKey({ dataDir, configured: secretKey });
  if (key === undefined)
    return [
      problem('SECRET_KEY', `${is}, and its secret key is not here: nothing that is sealed opens.`, BRING_THE_KEY),
    ];
  try {
    await findInstanceSecret(database, createSecretBox(key));
  } catch (error) {
    if (!(error instanceof SecretBoxError)) throw error;
    return [problem('SECRET_KEY', `${is}, and the secret key here is not its own.`, BRING_THE_KEY)];
  }
  return [ok('INSTANCE', `${is}, and its secret key is here.`)];
}

const BRING_THE_KEY =
  'Set PARLEY_SECRET_KEY to the key of this instance, or put its file secret-key into the data directory.';
