import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate, openDatabase, silent, startEmbeddedPostgres } from './product.js';

/** A Postgres for the time of the run. */
export interface ProvidedPostgres {
  /** A new database, migrated. */
  makeDatabase(): Promise<string>;
  stop(): Promise<void>;
}

/** With the settings that Parley's own has: its commits are durable, and cost what that costs. */
export async function providePostgres(): Promise<ProvidedPostgres> {
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-bench-'));
  const postgres = await startEmbeddedPostgres({ dataDir });
  return {
    async makeDatabase() {
      const name = `bench_${randomBytes(4).toString('hex')}`;
      const administrator = openDatabase(postgres.url, silent);
      try {
        await administrator.pool.query(`create database ${name}`);
      } finally {
        await administrator.close();
      }
      const url = new URL(postgres.url);
      url.pathname = `/${name}`;
      await migrate(url.href);
      return url.href;
    },
    async stop() {
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
