import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.js';
import { openDatabase } from '../../../src/database/open-database.js';
import type { EventLog } from '../../../src/events/log/event-log.js';
import { FingerprintMismatchError, guardFingerprint } from '../../../src/events/log/fingerprint-guard.js';
import { openPostgresLog } from '../../../src/events/log/postgres/open-postgres-log.js';
import { toRecord } from '../../../src/events/codec.js';
import { cloneDatabase, type ClonedDatabase } from '../../support/database.js';
import { event, receivedData } from '../../support/events.js';
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

  it('rule 5: an empty database is told which backup it needs, and how old the log is', async () => {
    const recordedAt = '2026-01-02T03:04:05.678Z';
    const received = event({ type: 'message.received', n: 1, data: receivedData(), recordedAt });
    await log.append('events', toRecord(received, 'aaaa'));
    const refused = guardFingerprint(log, undefined);
    await expect(refused).rejects.toThrow(FingerprintMismatchError);
    for (const words of ['instance aaaa', recordedAt, 'this database is empty', 'parley secret import'])
      await expect(refused).rejects.toThrow(words);
  });
});
