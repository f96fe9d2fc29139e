import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.js';
import { openDatabase } from '../../../src/database/open-database.js';
import { guardLog, OtherLogError } from '../../../src/events/log/log-guard.js';
import { openPostgresLog } from '../../../src/events/log/postgres/open-postgres-log.js';
import { loadInstanceSecret } from '../../../src/secrets/instance-secret.js';
import { createSecretBox } from '../../../src/secrets/secret-box.js';
import { cloneDatabase, type ClonedDatabase } from '../../support/database.js';
import { testLog } from '../../support/log.js';

let clone: ClonedDatabase;
let database: Database;
beforeEach(async () => {
  clone = await cloneDatabase();
  database = openDatabase(clone.url, testLog);
  await loadInstanceSecret(database, createSecretBox(randomBytes(32)));
});
afterEach(async () => {
  await database.close();
  await clone.drop();
});

it('knows the first log again, and refuses any other with what to do', async () => {
  await Promise.all([guardLog(database, { id: 'cluster/one' }), guardLog(database, { id: 'cluster/one' })]);
  await guardLog(database, { id: 'cluster/one' });
  await expect(guardLog(database, { id: 'cluster/two' })).rejects.toThrow(OtherLogError);
  await expect(guardLog(database, { id: 'cluster/two' })).rejects.toThrow('KAFKA_BROKERS');
});

it('takes the embedded log of a database from before for its log', async () => {
  const log = await openPostgresLog({ database, log: testLog, partitions: 1 });
  await expect(guardLog(database, { id: 'cluster/one' })).rejects.toThrow(OtherLogError);
  await guardLog(database, log);
  await log.close();
});
