import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { ConfigError } from '../config.js';
import { addChannel, type ChannelDeps } from './channel.js';
import { addDoctor, type DoctorVerbDeps } from './doctor.js';
import { addKey, type KeyDeps } from './key.js';
import { addMigrate, type MigrateDeps } from './migrate.js';
import type { OperateDeps } from './operate.js';
import { addRebuild } from './rebuild.js';
import { addRedrive } from './redrive.js';
import { addReinterpret } from './reinterpret.js';
import { addSecret, type SecretDeps } from './secret.js';
import { addSimulate, type SimulateDeps } from './simulate.js';
import { addStart, type StartDeps } from './start.js';
import { addTail, type TailDeps } from './tail.js';
import { EXIT, UsageError, type AddVerb, type Finish } from './verb.js';

export type CliDeps = StartDeps &
  DoctorVerbDeps &
  TailDeps &
  MigrateDeps &
  OperateDeps &
  KeyDeps &
  ChannelDeps &
  SecretDeps &
  SimulateDeps;

/** In the order in which `--help` shows them. */
const VERBS: readonly AddVerb<CliDeps>[] = [
  addStart,
  addDoctor,
  addTail,
  addMigrate,
  addRebuild,
  addReinterpret,
  addRedrive,
  addKey,
  addChannel,
  addSecret,
  addSimulate,
];

/** Runs one command line (without node and script). @returns the exit code, after everything has stopped */
export async function runCli(args: readonly string[], deps: CliDeps): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = createProgram(deps, (code) => (exitCode = code));
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (!(error instanceof ConfigError || error instanceof UsageError)) throw error;
    deps.errors.write(`${error.message}\n`);
    return EXIT.usage;
  }
}

function createProgram(deps: CliDeps, finish: Finish): Command {
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
  for (const addVerb of VERBS) addVerb(program, deps, finish);
  return program;
}

/** From `package.json`, which lies two levels up both from `src/cli` and from `dist/cli`. */
function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : '';
}
