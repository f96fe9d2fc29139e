import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { expect, vi } from 'vitest';
import type { Finding } from '../../src/doctor/finding.js';
import { createIdDeriver } from '../../src/events/kernel/derive-id.js';
import type { EventLog } from '../../src/events/log/event-log.js';
import { guardLog } from '../../src/events/log/log-guard.js';
import { stopAll, type Running } from '../../src/lifecycle.js';
import { loadInstanceSecret } from '../../src/secrets/instance-secret.js';
import { createSecretBox } from '../../src/secrets/secret-box.js';
import { parley } from '../support/command-line.js';
import { openEnvironment, type Environment } from './environment.js';

export interface DoctorRig extends Environment {
  /** Of this instance's events. */
  readonly fingerprint: string;
  /** The log that this instance belongs to, as a start opens it. */
  belongTo(log: EventLog): Promise<void>;
  /** Connects to the database as a process of Parley does. */
  pretendToRun(): Promise<void>;
}

/** An instance as a start leaves it behind, and the environment that names it. */
export async function startDoctorRig(): Promise<DoctorRig> {
  const running: Running[] = [];
  const environment = await openEnvironment();
  running.push(environment);
  const { database, databaseUrl, dataDir } = environment;
  const key = randomBytes(32);
  const secret = await loadInstanceSecret(database, createSecretBox(key));
  vi.stubEnv('PARLEY_SECRET_KEY', key.toString('base64'));
  vi.stubEnv('PARLEY_SANDBOX', 'false');
  vi.stubEnv('PORT', '0');
  return {
    ...{ database, databaseUrl, dataDir, fingerprint: createIdDeriver(secret).fingerprint },
    belongTo: (log) => guardLog(database, log),
    async pretendToRun() {
      const client = new pg.Client({ connectionString: databaseUrl, application_name: 'parley 1' });
      await client.connect();
      running.push({ stop: () => client.end() });
    },
    stop: () => stopAll(running),
  };
}

/** Nothing moves here but where a whole Parley runs, which moves several times within it. */
const STANDS_AFTER_MS = 500;

export interface Examined {
  /** Their codes, but for the settings of the tests' own server, which may lose data and does without fsync. */
  readonly problems: readonly string[];
  readonly findings: readonly (Finding & { readonly remedy?: string })[];
  /** Everything that was printed. */
  readonly text: string;
  /** Those of one code. */
  of(code: string): readonly (Finding & { readonly remedy?: string })[];
}

/** `parley doctor --json` */
export async function doctor(): Promise<Examined> {
  const { code, output, errors } = await parley(['doctor', '--json'], { standsAfterMs: STANDS_AFTER_MS });
  const findings = output
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Examined['findings'][number]);
  const problems = findings.filter(({ severity }) => severity === 'problem').map((one) => one.code);
  expect(code).toBe(problems.length === 0 ? 0 : 1);
  return {
    ...{ findings, problems: problems.filter((one) => one !== 'DATABASE_SETTINGS'), text: output + errors },
    of: (wanted) => findings.filter((one) => one.code === wanted),
  };
}
