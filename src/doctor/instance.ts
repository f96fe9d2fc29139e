import { sql } from 'drizzle-orm';
import { secretKeySourceOf, type Config } from '../config.js';
import type { Database } from '../database/database.js';
import { findInstanceSecret } from '../secrets/instance-secret.js';
import type { Keyring } from '../secrets/keyring.js';
import { countSealed } from '../secrets/reseal.js';
import { createSecretBox, SecretBoxError } from '../secrets/secret-box.js';
import { findKeyring, PREVIOUS_KEY_FILE } from '../secrets/secret-key.js';
import type { Check } from './check.js';
import { counted, ok, problem, remark, type Finding } from './finding.js';

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

async function checkInstance(config: Config, database: Database): Promise<readonly Finding[]> {
  const instance = await readInstance(database);
  if (instance === undefined) return [remark('INSTANCE', 'Nobody has started Parley on this database yet.')];
  const is = `This is instance ${instance.fingerprint}`;
  const keyring = await findKeyring(secretKeySourceOf(config));
  if (keyring === undefined)
    return [
      problem('SECRET_KEY', `${is}, and its secret key is not here: nothing that is sealed opens.`, BRING_THE_KEY),
    ];
  try {
    await findInstanceSecret(database, createSecretBox(keyring));
  } catch (error) {
    if (!(error instanceof SecretBoxError)) throw error;
    return [problem('SECRET_KEY', `${is}, and the secret key here is not its own.`, BRING_THE_KEY)];
  }
  return [ok('INSTANCE', `${is}, and its secret key is here.`), ...(await checkSealed(config, database, keyring))];
}

/** What is sealed under which key: whether a rotation is over. */
async function checkSealed(config: Config, { orm }: Database, keyring: Keyring): Promise<readonly Finding[]> {
  const current = keyring.current();
  const [previous] = keyring.others().filter((key) => !key.equals(current));
  const { byKey, others } = await countSealed(orm, previous === undefined ? [current] : [current, previous]);
  const underPrevious = byKey[1] ?? 0;
  if (others > 0)
    return [
      problem(
        'SECRET_KEY_UNKNOWN',
        `${counted(others, 'secret')} sealed under a key that is not here.`,
        BRING_PREVIOUS,
      ),
    ];
  if (underPrevious > 0)
    return [
      remark('SECRET_KEY_ROTATION', `${counted(underPrevious, 'secret')} still sealed under the previous key.`, ROTATE),
    ];
  if (previous === undefined) return [];
  return [
    remark(
      'SECRET_KEY_PREVIOUS',
      'The previous secret key is not needed any more.',
      config.secretKey === undefined
        ? `Remove the file ${PREVIOUS_KEY_FILE}; keep a copy for as long as there are backups from before.`
        : 'Unset PARLEY_SECRET_KEY_PREVIOUS; keep a copy for as long as there are backups from before.',
    ),
  ];
}

const ROTATE = 'Run `parley secret rotate`.';
const BRING_PREVIOUS = 'Set PARLEY_SECRET_KEY_PREVIOUS to the key of that time, then run `parley secret rotate`.';
const BRING_THE_KEY =
  'Set PARLEY_SECRET_KEY to the key of this instance, or put its file secret-key into the data directory.';
