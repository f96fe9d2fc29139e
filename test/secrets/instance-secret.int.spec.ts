import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Database } from '../../src/database/database.js';
import { openDatabase } from '../../src/database/open-database.js';
import { loadInstanceSecret } from '../../src/secrets/instance-secret.js';
import { createSecretBox, SecretBoxError } from '../../src/secrets/secret-box.js';
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

it('rule 5: the instance secret is made once, whoever asks first, and never rotated', async () => {
  const box = createSecretBox(randomBytes(32));
  const secrets = await Promise.all(Array.from({ length: 8 }, () => loadInstanceSecret(database, box)));
  expect(new Set(secrets.map((secret) => secret.toString('hex'))).size).toBe(1);
  expect(secrets[0]).toHaveLength(32);
  await expect(loadInstanceSecret(database, createSecretBox(randomBytes(32)))).rejects.toThrow(SecretBoxError);
});
