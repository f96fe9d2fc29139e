import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogUnavailableError, type EventLog } from '../../src/events/log/event-log.js';
import { collectRecords } from '../support/collect-records.js';
import { appending } from './event-log/appending.js';
import { consuming } from './event-log/consuming.js';
import { failing } from './event-log/failing.js';
import { CONTRACT_PARTITIONS, record, type LogUnderTest } from './event-log/log-under-test.js';
import { positioning } from './event-log/positioning.js';

export { CONTRACT_PARTITIONS, type LogUnderTest } from './event-log/log-under-test.js';

/** What every driver promises, in the words of `event-log.ts`; one test or more per promise. */
export function eventLogContract(name: string, open: () => Promise<LogUnderTest>): void {
  describe(`event log contract: ${name}`, () => {
    let under: LogUnderTest;
    let log: EventLog;

    beforeEach(async () => {
      under = await open();
      log = under.log;
    });
    afterEach(() => under.close());

    appending(() => under);
    consuming(() => under);
    failing(() => under);
    positioning(() => under);

    it('names itself the same for every handle, and another log otherwise', async () => {
      const again = await under.reopen();
      const other = await open();
      expect(again.id).toBe(log.id);
      expect(other.log.id).not.toBe(log.id);
      await again.close();
      await other.close();
    });

    it('refuses to open with another number of partitions', async () => {
      await expect(under.reopen(CONTRACT_PARTITIONS + 1)).rejects.toThrow(/partitions/);
    });

    it('refuses everything after close', async () => {
      await log.append('events', record('a', 1));
      await log.close();
      await log.close();
      await expect(log.append('events', record('a', 2))).rejects.toThrow(LogUnavailableError);
      await expect(log.heads('events')).rejects.toThrow(LogUnavailableError);
      await expect(collectRecords(log, 'events')).rejects.toThrow(LogUnavailableError);
    });
  });
}
