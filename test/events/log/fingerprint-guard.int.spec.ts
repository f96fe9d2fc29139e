import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.js';
import { openDatabase } from '../../../src/database/open-database.js';
import type { EventLog } from '../../../src/events/log/event-log.js';
import { FingerprintMismatchError, guardFingerprint } from '../../../src/events/log/fingerprint-guard.js';
import { openPostgresLog } from '../../../src/events/log/postgres/open-postgres-log.js';
import { cloneDatabase, type ClonedDatabase } from '../../support/database.js';
import { testLog } from '../../support/log.js';

describe('fingerprint guard (rule 5)', () => {
  let cloned: ClonedDatabase;
  let database: Database;
  let log: EventLog;

  beforeAll(async () => {
    cloned = await cloneDatabase();
    database = openDatabase(cloned.url, testLog);
    log = await openPostgresLog({ database, log: testLog, partitions: 12 });
  });
  afterAll(async () => {
    await log.close();
    await database.close();
    await cloned.drop();
  });

  it('rule 5: an empty log fits every secret', async () => {
    await guardFingerprint(log, 'aaaa');
  });

  it('rule 5: records that are not ours decide nothing', async () => {
    await Promise.all(
      ['x', 'y', 'z'].map((key) => log.append('events', { key, headers: {}, value: Buffer.from('?') })),
    );
    await guardFingerprint(log, 'aaaa');
  });

  it('rule 5: refuses a log whose events carry another fingerprint', async () => {
    const headers = { ce_idfingerprint: 'aaaa' };
    await Promise.all(
      Array.from({ length: 30 }, (_, n) => log.append('events', { key: `k${n}`, headers, value: Buffer.from('{}') })),
    );
    await guardFingerprint(log, 'aaaa');
    await expect(guardFingerprint(log, 'bbbb')).rejects.toThrow(FingerprintMismatchError);
  });
});
