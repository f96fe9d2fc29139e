import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { expect, vi } from 'vitest';
import type { Database } from '../../src/database/database.js';
import { openDatabase } from '../../src/database/open-database.js';
import type { Finding } from '../../src/doctor/finding.js';
import { createIdDeriver } from '../../src/events/kernel/derive-id.js';
import type { EventLog } from '../../src/events/log/event-log.js';
import { guardLog } from '../../src/events/log/log-guard.js';
import { stopAll, type Running } from '../../src/lifecycle.js';
import { loadInstanceSecret } from '../../src/secrets/instance-secret.js';
import { createSecretBox } from '../../src/secrets/secret-box.js';
import { parley } from '../support/command-line.js';
import { cloneDatabase } from '../support/database.js';
import { testLog } from '../support/log.js';

export interface DoctorRig extends Running {
  readonly database: Database;
  readonly databaseUrl: string;
  readonly dataDir: string;
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
  const clone = await cloneDatabase();
  running.push({ stop: () => clone.drop() });
  const database = openDatabase(clone.url, testLog, { poolMax: 2 });
  running.push({ stop: () => database.close() });
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-doctor-'));
  running.push({ stop: () => rm(dataDir, { recursive: true }) });
  const key = randomBytes(32);
  const secret = await loadInstanceSecret(database, createSecretBox(key));
  vi.stubEnv('DATABASE_URL', clone.url);
  vi.stubEnv('PARLEY_DATA_DIR', dataDir);
  vi.stubEnv('PARLEY_SECRET_KEY', key.toString('base64'));
  vi.stubEnv('PARLEY_SANDBOX', 'false');
  vi.stubEnv('PORT', '0');
  running.push({ stop: () => Promise.resolve(void vi.unstubAllEnvs()) });
  return {
    ...{ database, databaseUrl: clone.url, dataDir, fingerprint: createIdDeriver(secret).fingerprint },
    belongTo: (log) => guardLog(database, log),
    async pretendToRun() {
      const client = new pg.Client({ connectionString: clone.url, application_name: 'parley 1' });
      await client.connect();
      running.push({ stop: () => client.end() });
    },
    stop: () => stopAll(running),
  };
}

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
  const { code, output, errors } = await parley(['doctor', '--json']);
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
