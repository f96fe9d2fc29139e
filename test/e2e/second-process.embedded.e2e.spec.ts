import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createApp } from '../../src/app.js';
import { readConfig } from '../../src/config.js';
import { InstanceLockedError, takeInstanceLock } from '../../src/database/instance-lock.js';
import { cloneDatabase, type ClonedDatabase } from '../support/database.js';
import { temporaryDataDir } from '../support/parley-process.js';

let database: ClonedDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await cloneDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

it('is refused before it changes the tables of the one that runs', async () => {
  await client.query('drop schema drizzle, read, work, config, log cascade');
  const data = await temporaryDataDir();
  const first = await takeInstanceLock(database.url);
  const second = await createApp(
    readConfig({ PORT: '0', DATABASE_URL: database.url, PARLEY_DATA_DIR: data.path, PARLEY_LOG_LEVEL: 'silent' }),
  );
  await expect(second.ready).rejects.toThrow(InstanceLockedError);
  const { rows } = await client.query(`select 1 from pg_namespace where nspname in ('drizzle', 'config')`);
  expect(rows).toEqual([]);
  await second.stop();
  await first.stop();
  await data.remove();
});
