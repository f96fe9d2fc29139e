import { readFile } from 'node:fs/promises';
import type { Config } from '../config.js';
import { migrate } from '../database/migrate.js';
import { exportInstance, importInstance } from '../secrets/instance-copy.js';
import { createSecretBox, type SecretBox } from '../secrets/secret-box.js';
import { findSecretKey } from '../secrets/secret-key.js';
import type { ProgressOutput } from './progress.js';
import { EXIT, type AddVerb, type ExitCode } from './verb.js';
import { withDatabase } from './with-database.js';

export interface SecretDeps {
  readonly input: AsyncIterable<Buffer | string>;
  readonly output: ProgressOutput;
  readonly errors: ProgressOutput;
}

export const addSecret: AddVerb<SecretDeps> = (program, deps, finish) => {
  const secret = program
    .command('secret')
    .description('the instance secret, for the day when no backup is left (docs/backup.md)');
  secret
    .command('export')
    .description('print the instance secret as one line of JSON, sealed under PARLEY_SECRET_KEY')
    .action(async () => finish(await exportInstanceTo(deps)));
  secret
    .command('import')
    .description('make an empty database that instance; needs the same PARLEY_SECRET_KEY')
    .argument('<file>', 'what `parley secret export` printed; `-`: standard input')
    .action(async (file: string) => finish(await importInstanceFrom(deps, file)));
};

/** What an export prints is a few hundred bytes. */
const INPUT_CHARACTERS_MAX = 65_536;

/** Prints the sealed copy. @returns the exit code; 1: what was wrong has been said. @throws ConfigError */
const exportInstanceTo = ({ output, errors }: SecretDeps): Promise<ExitCode> =>
  withDatabase(errors, async ({ config, database }) => {
    output.write(`${await exportInstance(database, await requireBox(config))}\n`);
    return EXIT.ok;
  });

/** @param file a path, or `-` for the input. @returns as above. @throws ConfigError */
const importInstanceFrom = ({ input, output, errors }: SecretDeps, file: string): Promise<ExitCode> =>
  withDatabase(
    errors,
    async ({ config, database, url }) => {
      const box = await requireBox(config);
      const text = file === '-' ? await textOf(input) : await readFile(file, 'utf8');
      await migrate(url);
      const fingerprint = await importInstance(database, box, text);
      output.write(`This database is instance ${fingerprint} now.\n`);
      return EXIT.ok;
    },
    { mayMake: true },
  );

/** None is made here: what another key sealed it could not open, and what it sealed nobody else could. */
async function requireBox({ dataDir, secretKey }: Config): Promise<SecretBox> {
  const key = await findSecretKey({ dataDir, configured: secretKey });
  if (key !== undefined) return createSecretBox(key);
  throw new Error(`Set PARLEY_SECRET_KEY to the key of this instance, or put its file secret-key into ${dataDir}.`);
}

async function textOf(input: SecretDeps['input']): Promise<string> {
  let text = '';
  for await (const chunk of input) {
    text += chunk.toString();
    if (text.length > INPUT_CHARACTERS_MAX) throw new Error('This is not what `parley secret export` prints.');
  }
  return text;
}
