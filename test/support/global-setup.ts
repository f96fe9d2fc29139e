import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/database/embedded-postgres.js';
import { migrate } from '../../src/database/migrate.js';
import { startBroker, whyNoBroker } from '../../kafka/broker.mjs';
import { newScratch } from './scratch.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Of the run's PostgreSQL; only `test/support/database.ts` reads it. */
    postgresUrl: string;
    /** Of the run's Kafka; only `test/support/kafka.ts` reads it. */
    kafka: SharedKafka;
  }
}

/** `KAFKA_BROKERS` of the run, or why there is none. */
export type SharedKafka = { readonly brokers: string } | { readonly missing: string };

export const TEMPLATE_DATABASE = 'parley_template';

/** One PostgreSQL and one Kafka for the run, whichever projects take part: this file is loaded once for each of them. */
interface SharedServers {
  users: number;
  readonly postgres: Promise<{ readonly url: string; readonly stop: () => Promise<void> }>;
  readonly kafka: Promise<{ readonly kafka: SharedKafka; readonly stop: () => Promise<void> }>;
}
const shared = globalThis as { parleyTestServers?: SharedServers };

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const servers = (shared.parleyTestServers ??= { users: 0, postgres: startPostgres(), kafka: startKafka() });
  servers.users += 1;
  const [postgres, kafka] = await Promise.all([servers.postgres, servers.kafka]);
  project.provide('postgresUrl', postgres.url);
  project.provide('kafka', kafka.kafka);
  return async () => {
    servers.users -= 1;
    if (servers.users > 0) return;
    delete shared.parleyTestServers;
    await Promise.all([postgres.stop(), kafka.stop()]);
  };
}

/** An existing one where `KAFKA_BROKERS` names it, else one of our own where this machine has what it takes. */
async function startKafka(): Promise<{ kafka: SharedKafka; stop: () => Promise<void> }> {
  const nothing = () => Promise.resolve();
  const given = process.env['KAFKA_BROKERS'];
  if (given) return { kafka: { brokers: given }, stop: nothing };
  const missing = whyNoBroker();
  if (missing !== undefined) {
    console.warn(`\n*** The tests on Kafka are skipped: ${missing}. ***\n`);
    return { kafka: { missing }, stop: nothing };
  }
  const dataDir = await newScratch('parley-kafka-');
  const broker = await startBroker({ dataDir });
  const dismissWatchdog = watchOver(broker.pid, 'KILL', dataDir);
  const stop = async () => {
    await broker.stop();
    dismissWatchdog();
    await rm(dataDir, { recursive: true, force: true });
  };
  return { kafka: { brokers: broker.brokers }, stop };
}

async function startPostgres() {
  const dataDir = await newScratch('parley-test-');
  // Nothing here must survive a power cut; and its files are in memory, the write-ahead log too.
  const settings = { fsync: 'off', full_page_writes: 'off', max_wal_size: '256MB', max_connections: '300' };
  const postgres = await startEmbeddedPostgres({ dataDir, settings });
  const dismissWatchdog = watchOver(await pidOf(dataDir), 'QUIT', dataDir);
  await makeTemplate(postgres);
  const stop = async () => {
    await postgres.stop();
    dismissWatchdog();
    await rm(dataDir, { recursive: true, force: true });
  };
  return { url: postgres.url, stop };
}

async function makeTemplate(postgres: EmbeddedPostgres): Promise<void> {
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await client.query(`create database ${TEMPLATE_DATABASE}`);
  await client.end();
  const url = new URL(postgres.url);
  url.pathname = `/${TEMPLATE_DATABASE}`;
  await migrate(url.href);
}

async function pidOf(dataDir: string): Promise<number> {
  return Number((await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);
}

/** A run that is killed leaves nothing behind: a shell reads from us, and when we are gone it stops the server. */
function watchOver(pid: number, signal: 'QUIT' | 'KILL', dataDir: string): () => void {
  const script = 'read word; [ "$word" = dismissed ] || { kill "-$1" "$2"; sleep 1; rm -rf "$3"; }';
  const watchdog = spawn('sh', ['-c', script, 'sh', signal, String(pid), dataDir], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watchdog.unref();
  return () => void watchdog.stdin.end('dismissed\n');
}
