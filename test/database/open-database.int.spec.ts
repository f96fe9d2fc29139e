import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Database } from '../../src/database/database.js';
import { openDatabase } from '../../src/database/open-database.js';
import { cloneDatabase, type ClonedDatabase } from '../support/database.js';
import { testLog } from '../support/log.js';

let cloned: ClonedDatabase;
let database: Database;

beforeAll(async () => {
  cloned = await cloneDatabase();
  database = openDatabase(cloned.url, testLog);
});

afterAll(async () => {
  await database.close();
  await cloned.drop();
});

it('finds the migrated tables in a cloned database', async () => {
  const found = await database.orm.execute<{ schema: string }>(
    sql`select distinct table_schema as schema from information_schema.tables
        where table_schema in ('config', 'log', 'read', 'work') order by 1`,
  );
  expect(found.rows.map((row) => row.schema)).toEqual(['config', 'log', 'read', 'work']);
});
