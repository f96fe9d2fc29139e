import { performance } from 'node:perf_hooks';
import { secretKeySourceOf, type Config } from '../config.js';
import type { Database } from '../database/database.js';
import { requireMigrated } from '../database/migrations.js';
import { jsonLine } from '../printable.js';
import type { Keyring } from '../secrets/keyring.js';
import { countSealed, resealAll, type Resealed } from '../secrets/reseal.js';
import { createSecretBox } from '../secrets/secret-box.js';
import { findKeyring, switchKeyFiles } from '../secrets/secret-key.js';
import { createProgress, type Progress, type ProgressOutput } from './progress.js';
import { EXIT, UsageError, type ExitCode } from './verb.js';
import { withDatabase } from './with-database.js';

interface RotateDeps {
  readonly output: ProgressOutput;
  readonly errors: ProgressOutput;
}

/** Makes a new key where the key is a file; where it is configured the operator has made it. Then seals all under it. */
export function rotateSecret(
  { output, errors }: RotateDeps,
  { json = false }: { readonly json?: boolean },
): Promise<ExitCode> {
  return withDatabase(errors, async ({ config, database }) => {
    await requireMigrated(database.pool);
    const progress = createProgress(errors, () => performance.now());
    try {
      const done = await alone(database, () => rotate(config, database, progress));
      progress.end();
      output.write(json ? jsonLine(done) : wordsOf(done, config));
      return done.unopened === 0 ? EXIT.ok : EXIT.failed;
    } finally {
      progress.end();
    }
  });
}

/** Two at once would each make a key, and one of them be lost. */
async function alone<Result>({ pool }: Database, work: () => Promise<Result>): Promise<Result> {
  const client = await pool.connect();
  try {
    const { rows } = await client.query<{ locked: boolean }>(
      `select pg_try_advisory_lock(hashtext('parley secret rotate')) as locked`,
    );
    if (!rows[0]?.locked) throw new Error('Another `parley secret rotate` is at work.');
    return await work();
  } finally {
    // Not back to the pool: the lock is the session's, and goes with it.
    client.release(true);
  }
}

async function rotate(config: Config, database: Database, progress: Progress): Promise<Resealed> {
  await beginUnlessBegun(config, database, await requireKeyring(config), progress);
  const keyring = await requireKeyring(config);
  progress.step('Sealing under the new key');
  return resealAll(database, createSecretBox(keyring), keyring.current(), (resealed) =>
    progress.step(`Sealing under the new key: ${resealed} so far`),
  );
}

/** A rotation that was begun is ended first: only then is the key from before it needed for nothing. */
async function beginUnlessBegun(
  config: Config,
  database: Database,
  keyring: Keyring,
  progress: Progress,
): Promise<void> {
  const { byKey, others } = await countSealed(database.orm, [keyring.current()]);
  if (others > 0) return;
  if (config.secretKey === undefined) {
    progress.step('Making a new key');
    await switchKeyFiles(config.dataDir);
  } else if (config.previousSecretKey === undefined) {
    throw new UsageError(
      `All ${byKey[0] ?? 0} secrets are sealed under PARLEY_SECRET_KEY. To rotate it, set PARLEY_SECRET_KEY to a new key and ` +
        'PARLEY_SECRET_KEY_PREVIOUS to the one so far, in every process, restart them, and run this again.',
    );
  }
}

function wordsOf({ resealed, unopened }: Resealed, config: Config): string {
  const done = `${resealed} sealed anew, under the present key.\n`;
  if (unopened > 0)
    return `${done}${unopened} could not be opened: set PARLEY_SECRET_KEY_PREVIOUS to the key of that time, and run this again.\n`;
  const previous = config.secretKey === undefined ? 'The file secret-key.previous' : 'PARLEY_SECRET_KEY_PREVIOUS';
  return `${done}${previous} is needed for backups from before alone: \`parley doctor\` says when nothing else is left.\n`;
}

/** None is made here: what another key sealed it could not open, and what it sealed nobody else could. */
export async function requireKeyring(config: Config): Promise<Keyring> {
  const keyring = await findKeyring(secretKeySourceOf(config));
  if (keyring !== undefined) return keyring;
  throw new Error(
    `Set PARLEY_SECRET_KEY to the key of this instance, or put its file secret-key into ${config.dataDir}.`,
  );
}
