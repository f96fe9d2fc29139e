import { ConfigError, readConfig, type Config } from '../config.js';
import { openDatabase } from '../database/open-database.js';
import { clusterPaths, hasCluster } from '../database/postgres-cluster.js';
import { startEmbeddedPostgres } from '../database/embedded-postgres.js';
import { configurationFaults } from '../doctor/configuration.js';
import { examine, type DoctorDeps, type LookAtLog } from '../doctor/doctor.js';
import type { Finding } from '../doctor/finding.js';
import { stopAll, type Running } from '../lifecycle.js';
import { createLogger, messageOf } from '../logging.js';
import { jsonLine, printable } from '../printable.js';
import type { ProgressOutput } from './progress.js';
import { EXIT, type AddVerb, type ExitCode } from './verb.js';

export interface DoctorVerbDeps {
  readonly lookAtLog: LookAtLog;
  readonly output: ProgressOutput;
  /** How long a consumer that is behind is watched; see `DoctorDeps`. */
  readonly standsAfterMs?: number | undefined;
}

export const addDoctor: AddVerb<DoctorVerbDeps> = (program, deps, finish) => {
  program
    .command('doctor')
    .description(
      'look at configuration, PostgreSQL, the log and what waits in them; ends with 1 when something is wrong',
    )
    .option('--json', 'one object a line for each finding: severity, code, message, remedy')
    .action(async ({ json = false }: { readonly json?: boolean }) => finish(await runDoctor(deps, json)));
};

async function runDoctor(deps: DoctorVerbDeps, json: boolean): Promise<ExitCode> {
  const { output } = deps;
  const findings = await findingsOf(deps);
  output.write(json ? findings.map(jsonLine).join('') : renderFindings(findings));
  return findings.some(({ severity }) => severity === 'problem') ? EXIT.failed : EXIT.ok;
}

async function findingsOf({ lookAtLog, standsAfterMs }: DoctorVerbDeps): Promise<readonly Finding[]> {
  let config: Config;
  try {
    config = readConfig();
  } catch (error) {
    if (error instanceof ConfigError) return configurationFaults(error);
    throw error;
  }
  const running: Running[] = [];
  // What is worth telling is a finding; a line of the log beside it would be the same once more.
  const logger = createLogger('silent');
  try {
    return await examine({ config, logger, lookAtLog, standsAfterMs, database: await reachPostgres(config, running) });
  } finally {
    await stopAll(running);
  }
}

/** An embedded PostgreSQL is started for the look if nobody has, and never made. */
async function reachPostgres(config: Config, running: Running[]): Promise<DoctorDeps['database']> {
  const { dataDir, databaseUrl } = config;
  try {
    if (databaseUrl === undefined && !(await hasCluster(clusterPaths(dataDir))))
      return { reason: `There is no database in ${dataDir} yet: the first start makes it.`, isExpected: true };
    const embedded = databaseUrl === undefined ? await startEmbeddedPostgres({ dataDir }) : undefined;
    if (embedded) running.push(embedded);
    const database = openDatabase(databaseUrl ?? embedded?.url ?? '', createLogger('silent'), { poolMax: POOL_MAX });
    running.push({ stop: () => database.close() });
    return database;
  } catch (error) {
    return { reason: messageOf(error), isExpected: false };
  }
}

/** Checks run side by side. */
const POOL_MAX = 4;

const MARKS: Readonly<Record<Finding['severity'], string>> = {
  ok: 'ok      ',
  remark: 'remark  ',
  problem: 'PROBLEM ',
};

/** For people: one line each, what to do below it, and the sum at the end. */
export function renderFindings(findings: readonly Finding[]): string {
  const lines = findings.flatMap((finding) => {
    const remedy = 'remedy' in finding ? finding.remedy : undefined;
    const said = `${MARKS[finding.severity]} ${printable(finding.message)}`;
    return remedy === undefined ? [said] : [said, `${' '.repeat(9)}→ ${printable(remedy)}`];
  });
  const problems = findings.filter(({ severity }) => severity === 'problem').length;
  const sum = problems === 0 ? 'Nothing is wrong.' : `${problems} ${problems === 1 ? 'problem' : 'problems'}.`;
  return `${[...lines, '', sum].join('\n')}\n`;
}
