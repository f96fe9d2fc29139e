import { readFileSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { ConfigError, parseRoles, ROLES, ROLES_WANTED, type Role } from '../config.js';
import { exportInstanceTo, importInstanceFrom, type InstanceDeps } from './secret.js';
import { start, type StartDeps } from './start.js';

/** What the process ends with. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

export type CliDeps = StartDeps & InstanceDeps;

/** Runs one command line (without node and script). @returns the exit code, after everything has stopped */
export async function runCli(args: readonly string[], deps: CliDeps): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = createProgram(deps, (code) => (exitCode = code));
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (!(error instanceof ConfigError)) throw error;
    deps.errors.write(`${error.message}\n`);
    return EXIT.usage;
  }
}

function createProgram(deps: CliDeps, finish: (exitCode: number) => void): Command {
  const program = new Command('parley')
    .description('A messaging platform of your own: one GraphQL API over many messaging providers.')
    .version(packageVersion(), '-V, --version')
    .showHelpAfterError()
    .configureOutput({
      writeOut: (text) => void deps.output.write(text),
      writeErr: (text) => void deps.errors.write(text),
    })
    .exitOverride()
    .addHelpText('after', '\nConfiguration is by environment variables: see .env.example.');
  program
    .command('start')
    .description('start the API, its workers and, unless configured otherwise, an embedded PostgreSQL')
    .option('--roles <roles>', `only these of ${ROLES.join(',')} (as PARLEY_ROLES, and wins over it)`, toRoles)
    .action(async ({ roles }: StartOptions) => finish(await start(deps, roles)));
  addSecret(program, deps, finish);
  return program;
}

function addSecret(program: Command, deps: CliDeps, finish: (exitCode: number) => void): void {
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
}

interface StartOptions {
  readonly roles?: readonly Role[];
}

/** @throws InvalidArgumentError which ends the process with the usage */
function toRoles(text: string): readonly Role[] {
  const roles = parseRoles(text);
  if (roles === undefined) throw new InvalidArgumentError(`They ${ROLES_WANTED}.`);
  return roles;
}

/** From `package.json`, which lies two levels up both from `src/cli` and from `dist/cli`. */
function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : '';
}
