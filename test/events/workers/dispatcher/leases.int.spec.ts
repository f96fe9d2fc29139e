import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { messageIds, type MessageId } from '../../../../src/events/kernel/ids.js';
import { LogUnavailableError } from '../../../../src/events/log/event-log.js';
import type { DispatchFaultPoint } from '../../../../src/events/workers/dispatcher/call.js';
import type { CarrierAnswer } from '../../../support/scripted-carrier.js';
import { openDispatchRig, patiently, type DispatchRig } from './dispatch-rig.js';

let rig: DispatchRig;
beforeEach(async () => {
  rig = await openDispatchRig();
});
afterEach(() => rig.close());

/** Holds a dispatcher at a point for good, as if its process had ended there. */
function holdAt(point: DispatchFaultPoint) {
  let reached: () => void = () => undefined;
  const isThere = new Promise<void>((resolve) => (reached = resolve));
  let isHeld = false;
  const faultPoint = async (at: DispatchFaultPoint) => {
    // The first one only: whoever stands still may also be the one that takes the freed row again.
    if (at !== point || isHeld) return;
    isHeld = true;
    reached();
    await new Promise(() => undefined);
  };
  return { isThere, deps: { faultPoint, limits: { stopGraceMs: 1 } } };
}

/** A minute passes, as far as leases know. */
const leasesRunOut = () =>
  rig.direct.query(`with expired as (
      update work.dispatches set lease_until = now() - interval '1 second' where lease_until is not null
    ) update work.lanes set run_at = least(run_at, now())`);

const settleByReceipt = (messageId: MessageId, state: string) =>
  rig.direct.query(
    `update work.dispatches set state = $2, lease_token = null, lease_until = null where message_id = $1`,
    [messageIds.toUuid(messageId), state],
  );

describe('leases', () => {
  it('rule 17: a claimed row whose lease ran out is free again and sent once (F7)', async () => {
    const held = holdAt('dispatch.claimed');
    await rig.start(held.deps);
    const messageId = await rig.accept();
    await held.isThere;
    expect(await rig.row(messageId)).toMatchObject({ state: 'claimed', call: 0 });
    await leasesRunOut();
    await rig.start({ limits: { pollMs: 50 } });
    await patiently(() => expect(rig.said(messageId).at(-1)).toBe('message.submitted'));
    expect(rig.carrier.calls).toHaveLength(1);
  });

  it('rule 17: a calling row whose lease ran out is unknown, and is not sent (F7)', async () => {
    const held = holdAt('dispatch.calling');
    await rig.start(held.deps);
    const messageId = await rig.accept();
    await held.isThere;
    await leasesRunOut();
    await rig.start({ limits: { pollMs: 50 } });
    await patiently(() => expect(rig.said(messageId).at(-1)).toBe('message.outcome_unknown'));
    expect(rig.eventsOf(messageId).at(-1)?.data).toMatchObject({ call: 1, reason: 'lease_expired' });
    expect(await rig.row(messageId)).toMatchObject({ state: 'unknown' });
    expect(rig.carrier.calls).toHaveLength(0);
  });

  it('rule 17: a process does not take its own calls for abandoned, however late they are', async () => {
    let answer: () => void = () => undefined;
    rig.carrier.script = () => new Promise((resolve) => (answer = () => resolve('accept')));
    await rig.start({ limits: { pollMs: 20, stopGraceMs: 1 } });
    const messageId = await rig.accept();
    await patiently(() => expect(rig.carrier.calls).toHaveLength(1));
    await leasesRunOut();
    const other = await rig.accept({ thread: 2 });
    await patiently(() => expect(rig.callsOf(other)).toHaveLength(1));
    expect(await rig.row(messageId)).toMatchObject({ state: 'calling' });
    answer();
  });

  it('rule 17: the answer of a call settles its row although it was given up as unknown meanwhile', async () => {
    let answer: () => void = () => undefined;
    rig.carrier.script = () => new Promise((resolve) => (answer = () => resolve('accept')));
    await rig.start();
    const messageId = await rig.accept();
    await patiently(() => expect(rig.carrier.calls).toHaveLength(1));
    await settleByReceipt(messageId, 'unknown');
    answer();
    await patiently(() => expect(rig.said(messageId).at(-1)).toBe('message.submitted'));
    expect(await rig.row(messageId)).toMatchObject({ state: 'settled' });
  });

  it.each<[string, CarrierAnswer, string]>([
    ['unavailable', { status: 503, body: { error: { code: 'unavailable', message: 'no' } } }, 'PROVIDER_UNAVAILABLE'],
    ['throttled', { status: 429, body: { error: { code: 'rate_limited', message: 'no' } } }, 'RATE_LIMITED'],
  ])('rule 17: that it was %s settles a row that was given up as unknown meanwhile', async (_name, says, code) => {
    let answer: () => void = () => undefined;
    rig.carrier.script = () => new Promise((resolve) => (answer = () => resolve(says)));
    await rig.start();
    const messageId = await rig.accept();
    await patiently(() => expect(rig.carrier.calls).toHaveLength(1));
    await settleByReceipt(messageId, 'unknown');
    answer();
    await patiently(() => expect(rig.said(messageId).at(-1)).toBe('message.send_failed'));
    expect(rig.eventsOf(messageId).at(-1)?.data).toMatchObject({ failure: { code, isRetryable: true } });
    expect(await rig.row(messageId)).toMatchObject({ state: 'settled', call: 1 });
  });

  it('rule 17: an answer after a receipt still records its ids and its event', async () => {
    rig.carrier.script = async (call): Promise<CarrierAnswer> => {
      await settleByReceipt(messageIds.parse(call.reference.split('.')[0] ?? '') ?? failing(), 'settled');
      return 'accept';
    };
    await rig.start();
    const messageId = await rig.accept();
    await patiently(() => expect(rig.said(messageId).at(-1)).toBe('message.submitted'));
    const ids = await rig.direct.query('select provider_message_id from work.provider_messages');
    expect(ids.rows).toEqual([{ provider_message_id: rig.carrier.calls[0]?.id }]);
  });

  it('rule 17: that nobody knows is not said of a call that a receipt has settled', async () => {
    rig.carrier.script = async (call): Promise<CarrierAnswer> => {
      await settleByReceipt(messageIds.parse(call.reference.split('.')[0] ?? '') ?? failing(), 'settled');
      return 'drop';
    };
    await rig.start();
    const messageId = await rig.accept({ text: 'first' });
    const next = await rig.accept({ text: 'next' });
    await patiently(() => expect(rig.said(next).at(-1)).toBe('message.dispatched'));
    await patiently(async () => expect(await rig.row(next)).toMatchObject({ state: 'settled' }));
    expect(rig.said(messageId)).toEqual(['message.accepted', 'message.dispatched']);
  });
});

describe('deferral', () => {
  it('rule 17: a call that the log does not acknowledge within 5 s is put off, and sent once later', async () => {
    let release: () => void = () => undefined;
    const isLocked = new Promise<void>((resolve) => (release = resolve));
    await rig.start({ faultPoint: (point) => (point === 'dispatch.claimed' ? isLocked : undefined) });
    const messageId = await rig.accept();
    await patiently(async () => expect(await rig.row(messageId)).toMatchObject({ state: 'claimed' }));
    await rig.direct.query('begin');
    await rig.direct.query('lock table log.partitions in exclusive mode');
    release();
    await patiently(async () => expect(await rig.row(messageId)).toMatchObject({ state: 'calling' }));
    // Appended behind the dispatcher's own record, so that when this one is given up, that one was before it.
    await expect(rig.outbox.append(rig.accepted({ thread: 2 }))).rejects.toThrow(LogUnavailableError);
    expect(rig.carrier.calls).toHaveLength(0);
    await rig.direct.query('commit');
    await patiently(() => expect(rig.said(messageId).at(-1)).toBe('message.submitted'));
    // While the log was away it waited in the outbox: the sweeper may bring it after what came next.
    await patiently(() => expect(rig.said(messageId)).toContain('message.deferred'));
    expect(rig.callsOf(messageId)).toHaveLength(1);
    expect(await rig.row(messageId)).toMatchObject({ state: 'settled', call: 2 });
  });

  it('rule 17: a call that does not fit into what is left of the lease is put off (F14)', async () => {
    let asked = Number.NEGATIVE_INFINITY;
    // The process sleeps for 31 s between the commit of *calling* and the first byte.
    const clock = { now: () => new Date(Date.now() + (++asked >= 3 ? 31_000 : 0)) };
    await rig.start({
      clock,
      faultPoint: (point) => {
        if (point === 'dispatch.claimed') asked = asked < 0 ? 0 : 3;
      },
    });
    const messageId = await rig.accept();
    await patiently(() => expect(rig.said(messageId).at(-1)).toBe('message.submitted'));
    expect(rig.said(messageId)).toEqual([
      'message.accepted',
      'message.dispatched',
      'message.deferred',
      'message.dispatched',
      'message.submitted',
    ]);
    expect(rig.eventsOf(messageId)[2]?.data).toMatchObject({ call: 1, reason: 'lease_short' });
    expect(rig.carrier.calls).toHaveLength(1);
  });

  it('rule 17: of two that hold a row only the one with the lease may begin', async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    let claimed: () => void = () => undefined;
    const isClaimed = new Promise<void>((resolve) => (claimed = resolve));
    await rig.start({
      faultPoint: async (point) => {
        if (point !== 'dispatch.claimed') return;
        claimed();
        await gate;
      },
    });
    const messageId = await rig.accept();
    await isClaimed;
    await rig.direct.query('update work.dispatches set lease_token = $1', [randomUUID()]);
    release();
    const other = await rig.accept({ thread: 2 });
    await patiently(() => expect(rig.said(other).at(-1)).toBe('message.submitted'));
    expect(rig.callsOf(messageId)).toHaveLength(0);
    expect(await rig.row(messageId)).toMatchObject({ state: 'claimed', call: 0 });
  });
});

function failing(): never {
  throw new Error('The carrier was called with a reference that names no message.');
}
