import { performance } from 'node:perf_hooks';
import { takeInstanceLock } from '../database/instance-lock.js';
import { migrate } from '../database/migrate.js';
import { NewerDatabaseError, readMigrationState, type MigrationState } from '../database/migrations.js';
import { createProgress, type ProgressOutput } from './progress.js';
import { EXIT, type AddVerb, type ExitCode } from './verb.js';
import { withDatabase, type OpenedDatabase } from './with-database.js';

export interface MigrateDeps {
  readonly output: ProgressOutput;
  readonly errors: ProgressOutput;
}

interface MigrateOptions {
  readonly check?: boolean;
  readonly json?: boolean;
}

export const addMigrate: AddVerb<MigrateDeps> = (program, deps, finish) => {
  program
    .command('migrate')
    .description('bring the database up to date, as each start does, and say with what')
    .option('--check', 'change nothing; ends with 1 when something is missing')
    .option('--json', 'one object on one line: applied, missing, before')
    .action(async (options: MigrateOptions) => finish(await runMigrate(deps, options)));
};

/** What it came to, by names of migrations. */
interface Report {
  /** Now, by this run. */
  readonly applied: readonly string[];
  /** Still. */
  readonly missing: readonly string[];
  /** How many were there before. */
  readonly before: number;
}

function runMigrate(deps: MigrateDeps, { check = false, json = false }: MigrateOptions): Promise<ExitCode> {
  const work = async (opened: OpenedDatabase) => {
    const state = await readMigrationState(opened.database.pool);
    if (state.newer > 0) throw new NewerDatabaseError(state.newer);
    const report = check || state.missing.length === 0 ? reportOf(state) : await apply(deps, opened, state);
    deps.output.write(json ? `${JSON.stringify(report)}\n` : wordsOf(report));
    return report.missing.length === 0 ? EXIT.ok : EXIT.failed;
  };
  return withDatabase(deps.errors, work, { mayMake: !check });
}

const reportOf = ({ applied, missing }: MigrationState): Report => ({ applied: [], missing, before: applied.length });

/** Progress goes to stderr: what is printed is the answer. */
async function apply({ errors }: MigrateDeps, opened: OpenedDatabase, found: MigrationState): Promise<Report> {
  const progress = createProgress(errors, () => performance.now());
  // As a start does it: on the embedded log a running process must not find its tables changed under it.
  const lock = opened.config.kafka === undefined ? await takeInstanceLock(opened.url) : undefined;
  try {
    progress.step(`Applying ${found.missing.length} migrations`);
    // Another process may have been faster: what it left to us is what the database lacked then.
    const before = await migrate(opened.url);
    return { applied: before.missing, missing: [], before: before.applied.length };
  } finally {
    progress.end();
    await lock?.stop();
  }
}

function wordsOf({ applied, missing, before }: Report): string {
  const lines = [...applied.map((name) => `applied  ${name}`), ...missing.map((name) => `missing  ${name}`)];
  const end =
    missing.length > 0
      ? `${missing.length} missing: run \`parley migrate\`, or start Parley.`
      : `The database is up to date (${before + applied.length} migrations).`;
  return `${[...lines, end].join('\n')}\n`;
}
