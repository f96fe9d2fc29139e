import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { conversationId } from '../../../support/events.js';
import { eventually } from '../../../support/eventually.js';
import { openInboundRig, receipt, type InboundRig } from '../../../support/inbound-rig.js';

let rig: InboundRig;
beforeEach(async () => {
  rig = await openInboundRig();
});
afterEach(() => rig.close());

const HOUR = 3_600_000;
const taken = async (webhook: unknown) => expect((await rig.post(webhook)).status).toBe(200);
const untilParked = (count: number) => eventually(async () => expect(await rig.parkedCount()).toBe(count));
/** As if the net's pauses had gone by. */
const due = () => rig.direct.query(`update work.parked_receipts set run_at = now() - interval '1 hour'`);

describe('F18: a receipt that comes before its send is recorded', () => {
  it('waits while a call of its channel is under way, and is said when the id is recorded', async () => {
    const { messageId } = await rig.dispatch();
    await rig.interpret();
    await taken(receipt('out-1', 'delivered'));
    await taken(receipt('out-1', 'sent'));
    await untilParked(2);
    expect(rig.events('message.delivered')).toEqual([]);
    // Far away: only the wake can be what says it.
    await rig.direct.query(`update work.parked_receipts set run_at = now() + interval '1 hour'`);
    await rig.recordProviderId(messageId, 'out-1');
    await eventually(() => expect(rig.events('message.delivered')).toHaveLength(1));
    expect(rig.events('message.delivered')[0]).toMatchObject({ messageId, conversationId: conversationId() });
    await untilParked(0);
    expect(await rig.dispatchState(messageId)).toBe('settled');
  });

  it('is found by the net where the wake was lost', async () => {
    const { messageId } = await rig.dispatch();
    await rig.interpret();
    await taken(receipt('out-1', 'read'));
    await untilParked(1);
    await rig.direct.query(
      `insert into work.provider_messages select channel_id, 'out-1', workspace_id, conversation_id, message_id, 1, 0
       from work.dispatches`,
    );
    await due();
    await eventually(() => expect(rig.events('message.read')).toMatchObject([{ messageId }]));
    await untilParked(0);
  });

  it.each([
    ['calling, however long', { state: 'calling', calledAt: new Date(Date.now() - HOUR) }, 1],
    ['unknown, however long', { state: 'unknown', calledAt: new Date(Date.now() - HOUR) }, 1],
    ['settled ten minutes ago', { state: 'settled', calledAt: new Date(Date.now() - HOUR / 6) }, 1],
    ['settled an hour ago', { state: 'settled', calledAt: new Date(Date.now() - HOUR) }, 0],
    ['waiting', { state: 'waiting', calledAt: null }, 0],
    ['of another channel', { state: 'calling', channel: 2 }, 0],
  ])('with a call that is %s', async (_name, dispatch, parked) => {
    await rig.dispatch(dispatch);
    await rig.interpret();
    await taken(receipt('out-1', 'read'));
    if (parked === 0) await eventually(() => expect(rig.events('receipt.orphaned')).toHaveLength(1));
    await untilParked(parked);
    if (parked === 1) expect(rig.events('receipt.orphaned')).toEqual([]);
  });

  it('is parked once, however often it comes', async () => {
    await rig.dispatch();
    await rig.interpret();
    await Promise.all(Array.from({ length: 30 }, () => taken(receipt('out-1', 'read'))));
    await taken(receipt('out-1', 'delivered'));
    await untilParked(2);
  });

  it('keeps facts and no words', async () => {
    await rig.dispatch();
    await rig.interpret();
    const error = { code: 'recipient_unreachable', message: '+15550100000 is not at home' };
    await taken(receipt('out-1', 'failed', { error }));
    await untilParked(1);
    const rows = await rig.direct.query<{ receipt: unknown }>('select receipt from work.parked_receipts');
    expect(rows.rows[0]?.receipt).toMatchObject({ status: 'failed', failure: { code: 'RECIPIENT_UNREACHABLE' } });
    expect(JSON.stringify(rows.rows)).not.toContain('not at home');
  });
});

describe('a parked receipt that nobody comes for', () => {
  it('is tried with growing pauses', async () => {
    await rig.dispatch();
    await rig.interpret();
    await taken(receipt('out-1', 'read'));
    await untilParked(1);
    const parked = async () => {
      const found = await rig.direct.query<{ tries: number; run_at: Date }>(
        'select tries, run_at from work.parked_receipts',
      );
      const [row] = found.rows;
      if (row === undefined) throw new Error('Nothing is parked.');
      return row;
    };
    for (let tries = 0; tries < 3;) {
      const before = await parked();
      const begun = Date.now();
      await due();
      const after = await eventually(async () => {
        const now = await parked();
        expect(now.tries).toBeGreaterThan(before.tries);
        return now;
      });
      tries = after.tries;
      expect(after.run_at.getTime()).toBeGreaterThanOrEqual(begun + 1_000 * 2 ** (before.tries + 1));
    }
  });

  it('becomes receipt.orphaned after 24 hours, once', async () => {
    await rig.dispatch();
    await rig.interpret();
    await taken(receipt('out-1', 'failed'));
    await untilParked(1);
    rig.advance(23 * HOUR);
    await due();
    await eventually(async () => {
      const rows = await rig.direct.query<{ tries: number }>('select tries from work.parked_receipts');
      expect(rows.rows[0]?.tries).toBeGreaterThan(0);
    });
    expect(rig.events('receipt.orphaned')).toEqual([]);
    rig.advance(2 * HOUR);
    await due();
    await eventually(() => expect(rig.events('receipt.orphaned')).toHaveLength(1));
    await untilParked(0);
    expect(rig.events('receipt.orphaned')[0]?.data).toMatchObject({ providerMessageId: 'out-1', status: 'failed' });
  });

  it('goes on waiting over a restart, and while Postgres is away', async () => {
    const { messageId } = await rig.dispatch();
    const first = await rig.interpret();
    await taken(receipt('out-1', 'read'));
    await untilParked(1);
    await first.stop();
    const second = await rig.interpret();
    rig.proxy.cut();
    await rig.recordProviderId(messageId, 'out-1');
    rig.proxy.heal();
    await eventually(() => expect(rig.events('message.read')).toMatchObject([{ messageId }]), { timeoutMs: 20_000 });
    expect(second.state()).toEqual({ isRunning: true, stoppedBecause: undefined });
  });
});
