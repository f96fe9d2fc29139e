import { migrate } from '../database/migrate.js';
import { exportInstance, importInstance } from '../secrets/instance-copy.js';
import { createSecretBox } from '../secrets/secret-box.js';
import type { ProgressOutput } from './progress.js';
import { readInput, type Input } from './read-input.js';
import { requireKeyring, rotateSecret } from './secret-rotate.js';
import { EXIT, type AddVerb, type ExitCode } from './verb.js';
import { withDatabase } from './with-database.js';

export interface SecretDeps {
  readonly input: Input;
  readonly output: ProgressOutput;
  readonly errors: ProgressOutput;
}

export const addSecret: AddVerb<SecretDeps> = (program, deps, finish) => {
  const secret = program
    .command('secret')
    .description(
      'the instance secret, for the day when no backup is left (docs/backup.md), and the key that seals secrets',
    );
  secret
    .command('export')
    .description('print the instance secret as one line of JSON, sealed under PARLEY_SECRET_KEY')
    .action(async () => finish(await exportInstanceTo(deps)));
  secret
    .command('import')
    .description('make an empty database that instance; needs the same PARLEY_SECRET_KEY')
    .argument('<file>', 'what `parley secret export` printed; `-`: standard input')
    .action(async (file: string) => finish(await importInstanceFrom(deps, file)));
  secret
    .command('rotate')
    .description(
      'seal all secrets under a new key (docs/operations.md); may be killed and run again, and beside Parley',
    )
    .option('--json', 'one object on one line: resealed, unopened')
    .action(async (options: { readonly json?: boolean }) => finish(await rotateSecret(deps, options)));
};

/** Prints the sealed copy. @returns the exit code; 1: what was wrong has been said. @throws ConfigError */
const exportInstanceTo = ({ output, errors }: SecretDeps): Promise<ExitCode> =>
  withDatabase(errors, async ({ config, database }) => {
    output.write(`${await exportInstance(database, createSecretBox(await requireKeyring(config)))}\n`);
    return EXIT.ok;
  });

/** @param file a path, or `-` for the input. @returns as above. @throws ConfigError */
const importInstanceFrom = ({ input, output, errors }: SecretDeps, file: string): Promise<ExitCode> =>
  withDatabase(
    errors,
    async ({ config, database, url }) => {
      const box = createSecretBox(await requireKeyring(config));
      const text = await readInput(input, file, noExport);
      await migrate(url);
      const fingerprint = await importInstance(database, box, text);
      output.write(`This database is instance ${fingerprint} now.\n`);
      return EXIT.ok;
    },
    { mayMake: true },
  );

const noExport = () => new Error('This is not what `parley secret export` prints.');
