import type { Pool } from 'pg';
import { z } from 'zod';
import { urlOf, type Config } from '../config.js';
import { applicationName } from '../database/open-database.js';
import { printable } from '../printable.js';
import type { Check } from './check.js';
import { counted, ok, problem, remark, type Finding } from './finding.js';

const ANSWER_WITHIN_MS = 3_000;
/** Of /readyz, which has a few lines. */
const ANSWER_CHARACTERS_MAX = 65_536;
const REASONS_MAX = 10;

const readiness = z.object({
  isReady: z.boolean(),
  roles: z.record(z.string(), z.object({ isReady: z.boolean(), reasons: z.array(z.string()) })),
  reasons: z.array(z.string()),
});
type Readiness = z.infer<typeof readiness>;

/** Processes of Parley that are connected to this database, this one not counted. */
export async function countProcesses(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `select count(distinct (client_addr, application_name))::int as count from pg_stat_activity
     where datname = current_database() and application_name like 'parley %'
       and not (application_name = $1 and client_addr is not distinct from inet_client_addr())`,
    [applicationName],
  );
  return rows[0]?.count ?? 0;
}

/** @param running undefined: the database is away, so it can't be told */
export const processCheck = (config: Config, running: (() => Promise<number>) | undefined): Check => ({
  code: 'PROCESSES',
  what: 'the running processes',
  async run() {
    const count = await running?.();
    const url = urlOf(config);
    const answer = url === undefined ? undefined : await askReadiness(url);
    return [...connected(count, answer !== undefined), ...(url && answer ? judge(url, answer) : [])];
  },
});

function connected(count: number | undefined, hasAnswered: boolean): readonly Finding[] {
  if (count === undefined) return hasAnswered ? [] : [remark('PROCESSES', 'No process of Parley answers.')];
  if (count > 0)
    return [ok('PROCESSES', `${counted(count, 'process', 'processes')} of Parley connected to the database.`)];
  return [remark('PROCESSES', 'No process of Parley is connected to the database.', 'Start it: npm start')];
}

/** Undefined: nobody is there, or nobody who speaks as Parley does. */
async function askReadiness(url: string): Promise<Readiness | undefined> {
  try {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS), redirect: 'manual' });
    const text = await answer.text();
    if (text.length > ANSWER_CHARACTERS_MAX) return undefined;
    return readiness.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function judge(url: string, { isReady, roles, reasons }: Readiness): readonly Finding[] {
  const said = Object.values(roles).flatMap((role) => (role.isReady ? role.reasons : []));
  const remarks = said.slice(0, REASONS_MAX).map((reason) => remark('READINESS', `It says: ${printable(reason)}.`));
  if (isReady)
    return [ok('READINESS', `${url} is ready (${Object.keys(roles).map(printable).join(', ')}).`), ...remarks];
  const why = reasons.slice(0, REASONS_MAX).map(printable).join('; ');
  return [problem('READINESS', `${url} is not ready: ${why}.`, 'What it names is what it waits for: see to that.')];
}
