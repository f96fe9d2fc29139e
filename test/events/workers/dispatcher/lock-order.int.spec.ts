import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database, Transaction } from '../../../../src/database/database.js';
import { toRecord } from '../../../../src/events/codec.js';
import { createIdentity } from '../../../../src/events/event-identity.js';
import { createIdDeriver } from '../../../../src/events/kernel/derive-id.js';
import { channelIds, conversationIds, messageIds } from '../../../../src/events/kernel/ids.js';
import type { RecordBatch } from '../../../../src/events/log/event-log.js';
import { createPositionStore } from '../../../../src/events/log/positions.js';
import { createIntake } from '../../../../src/events/workers/dispatcher/intake.js';
import { lockDispatches } from '../../../../src/events/workers/dispatcher/dispatch.js';
import { advanceLanes } from '../../../../src/events/workers/dispatcher/lanes.js';
import { settleCalls } from '../../../../src/events/workers/interpreter/calls.js';
import { channelId, conversationId, event, messageId, workspaceId } from '../../../support/events.js';
import { eventually } from '../../../support/eventually.js';
import { testLog } from '../../../support/log.js';
import { openClaimBench, type ClaimBench } from './claim-bench.js';

let bench: ClaimBench;
let one: Database;
let other: Database;
beforeEach(async () => {
  bench = await openClaimBench();
  one = bench.openDatabase();
  other = bench.openDatabase();
});
afterEach(() => bench.close());

const rate = { perSecond: 1_000, burst: 1_000 };
const untilWaiting = (count: number) => eventually(async () => expect(await bench.waiting()).toBe(count));

/** Holds rows as a third process would, until told to let go. */
async function holding(statement: string, values: readonly string[]): Promise<() => Promise<unknown>> {
  await bench.direct.query('begin');
  await bench.direct.query(statement, [...values]);
  return () => bench.direct.query('commit');
}

const isLane = async (n: number): Promise<boolean> => {
  const lanes = await bench.direct.query('select 1 from work.lanes where conversation_id = $1', [
    conversationIds.toUuid(conversationId(n)),
  ]);
  return lanes.rowCount === 1;
};

/** That the message `n`, first in thread `n`, was delivered, as the intake of a process that is catching up reads it. */
function deliveredBatch(n: number): RecordBatch {
  const delivered = event({
    ...{ type: 'message.delivered', n, message: n, thread: n },
    data: { attempt: 1, part: 0, providerMessageId: 'carrier-1' },
  });
  const record = { ...toRecord(delivered, 'f'.repeat(16)), partition: 0, offset: 0n };
  return { partition: 0, readFrom: 0n, records: [record], nextOffset: 1n, head: 1n };
}

const catchingUpIntake = (database: Database) =>
  createIntake({
    database,
    positions: createPositionStore('dispatcher', 'events'),
    identity: createIdentity(createIdDeriver(Buffer.alloc(32, 9))),
    isCatchingUp: () => true,
    onCommitted: () => undefined,
    logger: testLog,
  });

/** The interpreter's settling of what a receipt speaks of. */
const settleByReceipt = (tx: Transaction, n: number) =>
  settleCalls(tx, [
    {
      call: { messageId: messageId(n), attempt: 1, part: 0, conversationId: conversationId(n), isOver: false },
      ...{ workspaceId: workspaceId(), channelId: channelId(), providerMessageId: 'carrier-1' },
    },
  ]);

describe('two processes never wait for each other in a circle', () => {
  it('an intake that restores ids, and a receipt that settles the same call', async () => {
    await bench.queue(1, { state: 'unknown', lane: false });
    const letGo = await holding('select 1 from work.dispatches where message_id = $1 for update', [
      messageIds.toUuid(messageId(1)),
    ]);
    const settling = one.transaction((tx) => settleByReceipt(tx, 1));
    await untilWaiting(1);
    const taking = catchingUpIntake(other)(deliveredBatch(1)).then(
      () => 'taken',
      (error: unknown) => (error instanceof Error ? error.name : 'failed'),
    );
    await untilWaiting(2);
    await letGo();
    await settling;
    // The receipt was first: what the intake read of the row is old, and it reads again.
    expect(await taking).toBe('CollisionError');
    await catchingUpIntake(other)(deliveredBatch(1));
    const ids = await bench.direct.query('select provider_message_id from work.provider_messages');
    expect(ids.rows).toEqual([{ provider_message_id: 'carrier-1' }]);
  });

  it('a claim, and whoever has news of a head that waits', async () => {
    await bench.queue(1);
    await bench.queue(2);
    await bench.openBucket(one, rate);
    await other.transaction(async (tx) => {
      await lockDispatches(tx, [{ messageId: messageId(1), attempt: 1, part: 0 }]);
      const claims = await bench.claim(one, rate);
      expect(claims.map((claim) => claim.messageId)).toEqual([messageId(2)]);
      await advanceLanes(tx, [conversationId(1)]);
    });
    // Its lane was left as it was, and the next claim takes it.
    expect((await bench.claim(one, rate)).map((claim) => claim.messageId)).toEqual([messageId(1)]);
  });

  it('a claim, and one of the same channel in a process that stands still', async () => {
    await bench.queue(1);
    await bench.openBucket(one, rate);
    const letGo = await holding('select 1 from work.channel_rates where channel_id = $1 for update', [
      channelIds.toUuid(channelId()),
    ]);
    expect(await bench.claim(one, rate)).toEqual([]);
    await letGo();
    expect(await bench.claim(one, rate)).toHaveLength(1);
  });

  it('two that advance lanes, one of which was opened after the first had looked', async () => {
    await bench.queue(2);
    const letGo = await holding('select 1 from work.lanes where conversation_id = $1 for update', [
      conversationIds.toUuid(conversationId(2)),
    ]);
    const both = [conversationId(1), conversationId(2)];
    const first = one.transaction((tx) => advanceLanes(tx, both));
    await untilWaiting(1);
    // Lane 1 is opened by an intake; whoever comes then locks it, and waits behind the first for lane 2.
    const opened = bench.openDatabase();
    await opened.transaction(async (tx) => {
      await tx.execute(`insert into work.dispatches (message_id, attempt, part, workspace_id, conversation_id, contact_id,
          channel_id, state, queue_offset, run_at) select '${messageIds.toUuid(messageId(1))}', attempt, part, workspace_id,
          '${conversationIds.toUuid(conversationId(1))}', contact_id, channel_id, state, queue_offset, run_at
        from work.dispatches`);
      await advanceLanes(tx, [conversationId(1)], 'made');
    });
    const second = other.transaction((tx) => advanceLanes(tx, both));
    await untilWaiting(2);
    await letGo();
    await Promise.all([first, second]);
    expect(await isLane(1)).toBe(true);
  });
});
