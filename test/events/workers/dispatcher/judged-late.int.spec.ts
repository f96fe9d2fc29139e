import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../../../src/database/database.js';
import { messageIds } from '../../../../src/events/kernel/ids.js';
import type { EventLog } from '../../../../src/events/log/event-log.js';
import { openPostgresLog } from '../../../../src/events/log/postgres/open-postgres-log.js';
import { createOutbox } from '../../../../src/events/outbox/create-outbox.js';
import type { Outbox } from '../../../../src/events/outbox/outbox.js';
import { beginCalls } from '../../../../src/events/workers/dispatcher/begin.js';
import type { DispatchSubject } from '../../../../src/events/workers/dispatcher/dispatch.js';
import { settleCalls } from '../../../../src/events/workers/dispatcher/settle.js';
import type { Running } from '../../../../src/lifecycle.js';
import { channelId, conversationId, contactId, messageId, workspaceId } from '../../../support/events.js';
import { eventually } from '../../../support/eventually.js';
import { testLog } from '../../../support/log.js';
import { openClaimBench, type ClaimBench } from './claim-bench.js';

const LEASE_MS = 60_000;
const rate = { perSecond: 1_000, burst: 1_000 };

const subject = (n: number): DispatchSubject => ({
  ...{ messageId: messageId(n), attempt: 1, part: 0, workspaceId: workspaceId() },
  ...{ channelId: channelId(), conversationId: conversationId(n), contactId: contactId(n) },
});

/** The statement had begun, and saw the row as it was, before the lock's holder changed it. */
describe('rule 17: a row that had to be waited for is judged as its last holder left it', () => {
  let bench: ClaimBench;
  let database: Database;
  let log: EventLog;
  let outbox: Outbox & Running;
  beforeEach(async () => {
    bench = await openClaimBench();
    database = bench.openDatabase();
    log = await openPostgresLog({ database, log: testLog, partitions: 2 });
    outbox = createOutbox({ database, log, fingerprint: 'f'.repeat(16), logger: testLog });
    await bench.queue(1);
    await bench.queue(2);
    await bench.openBucket(database, rate);
  });
  afterEach(async () => {
    await outbox.stop();
    await log.close();
    await bench.close();
  });

  const stateOf = async (n: number) => {
    const found = await bench.direct.query<{ state: string; call: number }>(
      'select state, call from work.dispatches where message_id = $1',
      [messageIds.toUuid(messageId(n))],
    );
    return found.rows[0];
  };
  /** Somebody else writes the first message's row, and commits once `work` waits for it. */
  const behind = async <Result>(write: string, work: () => Promise<Result>): Promise<Result> => {
    await bench.direct.query('begin');
    await bench.direct.query(`update work.dispatches set ${write} where message_id = $1`, [
      messageIds.toUuid(messageId(1)),
    ]);
    const working = work();
    await eventually(async () => expect(await bench.waiting()).toBe(1));
    await bench.direct.query('commit');
    return working;
  };
  const settle = (leaseTokens: readonly string[]) =>
    settleCalls(
      database,
      outbox,
      leaseTokens.map((leaseToken, index) => ({
        ...{ subject: subject(index + 1), leaseToken, state: 'settled', events: [], providerMessageIds: [] },
      })),
    );

  it('a call does not begin whose claim was given to somebody else', async () => {
    const claims = await bench.claim(database, rate);
    const begun = await behind(`lease_token = '${randomUUID()}'`, () => beginCalls(database, claims, LEASE_MS));
    expect(begun).toEqual(claims.map((claim) => claim.messageId === messageId(2)));
    expect([await stateOf(1), await stateOf(2)]).toEqual([
      { state: 'claimed', call: 0 },
      { state: 'calling', call: 1 },
    ]);
  });

  it('a call begins whose row was written and is still ours', async () => {
    const claims = await bench.claim(database, rate);
    const begun = await behind('run_at = now()', () => beginCalls(database, claims, LEASE_MS));
    expect(begun).toEqual([true, true]);
    // A repeat, after a commit whose answer was lost, finds its own call.
    expect(await beginCalls(database, claims, LEASE_MS)).toEqual([true, true]);
    expect([await stateOf(1), await stateOf(2)]).toEqual(Array(2).fill({ state: 'calling', call: 1 }));
  });

  it('an answer settles a call that was given up as unknown meanwhile', async () => {
    const claims = await bench.claim(database, rate);
    await beginCalls(database, claims, LEASE_MS);
    await behind(`state = 'unknown', lease_token = null`, () => settle(claims.map(({ leaseToken }) => leaseToken)));
    expect([await stateOf(1), await stateOf(2)]).toEqual(Array(2).fill({ state: 'settled', call: 1 }));
  });

  it('an answer leaves a row alone whose next attempt was asked for meanwhile', async () => {
    const claims = await bench.claim(database, rate);
    await beginCalls(database, claims, LEASE_MS);
    await behind(`state = 'waiting', lease_token = null`, () => settle(claims.map(({ leaseToken }) => leaseToken)));
    expect([await stateOf(1), await stateOf(2)]).toEqual([
      { state: 'waiting', call: 1 },
      { state: 'settled', call: 1 },
    ]);
  });
});
