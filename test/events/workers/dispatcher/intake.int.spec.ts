import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MessageEvent } from '../../../../src/events/message/events.js';
import type { MessageId } from '../../../../src/events/kernel/ids.js';
import { toRecord } from '../../../../src/events/codec.js';
import { createStepEventMaker } from '../../../../src/events/workers/dispatcher/step-events.js';
import type { StepEvent } from '../../../../src/events/workers/dispatcher/policy.js';
import { systemClock } from '../../../../src/events/kernel/clock.js';
import { channelId, contactId, conversationId, workspaceId } from '../../../support/events.js';
import { openDispatchRig, patiently, type DispatchRig } from './dispatch-rig.js';

let rig: DispatchRig;
beforeEach(async () => {
  rig = await openDispatchRig();
});
afterEach(() => rig.close());

const ofCall = (messageId: MessageId, said: StepEvent, call = 1): MessageEvent =>
  createStepEventMaker({ identity: rig.identity, clock: systemClock })(
    {
      messageId,
      attempt: 1,
      part: 0,
      workspaceId: workspaceId(),
      channelId: channelId(),
      conversationId: conversationId(),
      contactId: contactId(),
    },
    call,
    said,
  );

const dispatched = (messageId: MessageId, call = 1) =>
  ofCall(messageId, { type: 'message.dispatched', data: { attempt: 1, part: 0, call } }, call);
const submitted = (messageId: MessageId, id: string) =>
  ofCall(messageId, { type: 'message.submitted', data: { attempt: 1, part: 0, call: 1, providerMessageIds: [id] } });

/** Everything of work that Postgres has, as after the restore of a backup from before it. */
const restoreToNothing = () =>
  rig.direct.query(`truncate work.dispatches, work.lanes, work.positions, work.addresses, work.idempotency_keys,
    work.provider_messages, work.outbox`);

const count = async (statement: string) => (await rig.direct.query(statement)).rowCount;

describe('intake', () => {
  it('rule 16: the same acceptance again, at once and much later, is sent once (F17)', async () => {
    await rig.start();
    const event = rig.accepted();
    await rig.append(event);
    await rig.append(event);
    await patiently(() => expect(rig.said(event.messageId).at(-1)).toBe('message.submitted'));
    await rig.append(event);
    const next = await rig.accept();
    await patiently(() => expect(rig.said(next).at(-1)).toBe('message.submitted'));
    expect(rig.callsOf(event.messageId)).toHaveLength(1);
  });

  it('F16: keeps a newer version of what it knows as a dead letter: what that accepts must not be forgotten', async () => {
    await rig.start();
    const newer = { ...rig.accepted(), version: 2 };
    await rig.append(newer);
    const next = await rig.accept();
    await patiently(() => expect(rig.said(next).at(-1)).toBe('message.submitted'));
    const { rows } = await rig.direct.query('select consumer, reason from work.dead_letters');
    expect(rows).toEqual([{ consumer: 'dispatcher', reason: 'message.accepted of version 2' }]);
    expect(rig.callsOf(newer.messageId)).toEqual([]);
  });

  it('rule 16: a restored Postgres sends nothing again, and is uncertain only of what the log leaves open', async () => {
    const settled = rig.accepted({ thread: 1, idempotencyKey: 'kept' });
    const refused = rig.accepted({ thread: 1 });
    const open = rig.accepted({ thread: 1 });
    const putOff = rig.accepted({ thread: 1 });
    const fresh = rig.accepted({ thread: 2 });
    const failure = { code: 'RECIPIENT_INVALID', isRetryable: false } as const;
    const deferred: StepEvent = {
      type: 'message.deferred',
      data: { attempt: 1, part: 0, call: 1, reason: 'lease_short', nextAt: new Date().toISOString() },
    };
    for (const event of [
      ...[settled, dispatched(settled.messageId), submitted(settled.messageId, 'theirs-1')],
      ...[refused, dispatched(refused.messageId)],
      ofCall(refused.messageId, { type: 'message.send_failed', data: { attempt: 1, part: 0, failure } }),
      ...[open, dispatched(open.messageId)],
      ...[putOff, dispatched(putOff.messageId), ofCall(putOff.messageId, deferred)],
      fresh,
    ]) {
      await rig.append(event);
    }
    await rig.start();
    await patiently(() => expect(rig.said(fresh.messageId).at(-1)).toBe('message.submitted'));
    await patiently(() => expect(rig.said(putOff.messageId).at(-1)).toBe('message.submitted'));
    await patiently(() => expect(rig.said(open.messageId).at(-1)).toBe('message.outcome_unknown'));
    expect(rig.eventsOf(open.messageId).at(-1)?.data).toMatchObject({ call: 1, reason: 'in_doubt' });
    expect(rig.carrier.calls.map(({ reference }) => reference).sort()).toEqual(
      [`${fresh.messageId}.1.0`, `${putOff.messageId}.1.0`].sort(),
    );
    const row = await rig.row(putOff.messageId);
    expect(row).toMatchObject({ state: 'settled', call: 2 });
  });

  it('rule 16: what it sent itself is not sent again after Postgres was set back, and identities are back', async () => {
    const first = await rig.start();
    const event = rig.accepted({ idempotencyKey: 'the key' });
    await rig.append(event);
    await patiently(() => expect(rig.said(event.messageId).at(-1)).toBe('message.submitted'));
    await first.stop();
    await restoreToNothing();
    const second = await rig.start();
    await patiently(() => expect(second.state().isCaughtUp).toBe(true));
    expect(await rig.row(event.messageId)).toMatchObject({ state: 'settled', payload: null });
    const next = await rig.accept();
    await patiently(() => expect(rig.said(next).at(-1)).toBe('message.submitted'));
    expect(rig.callsOf(event.messageId)).toHaveLength(1);
    const address = rig.identity.addressHash(channelId(), '+15550100000');
    const threads = await rig.direct.query('select address_hash from work.addresses');
    expect(threads.rows).toEqual([{ address_hash: address }]);
    const keys = await rig.direct.query<{ key: string; partition: number; value: Buffer }>(
      'select key, partition, value from work.idempotency_keys',
    );
    expect(keys.rows).toEqual([
      {
        key: 'the key',
        partition: rig.log.partitionOf(event.conversationId ?? ''),
        value: toRecord(event, rig.identity.fingerprint).value,
      },
    ]);
    const ids = await rig.direct.query('select 1 from work.provider_messages where provider_message_id = $1', [
      rig.callsOf(event.messageId)[0]?.id,
    ]);
    expect(ids.rowCount).toBe(1);
  });

  it('rule 16: a receipt that the log has settles a row that was never called', async () => {
    const event = rig.accepted();
    await rig.append(event);
    await rig.append(
      ofCall(event.messageId, { type: 'message.delivered', data: { attempt: 1, part: 0, providerMessageId: 'x' } }),
    );
    const dispatcher = await rig.start();
    await patiently(() => expect(dispatcher.state().isCaughtUp).toBe(true));
    expect(await rig.row(event.messageId)).toMatchObject({ state: 'settled' });
    expect(await count('select 1 from work.lanes')).toBe(0);
    expect(rig.carrier.calls).toHaveLength(0);
  });

  it('rule 16: nothing is claimed until the stored positions reach the heads seen at the start', async () => {
    const messageId = await rig.accept();
    // The intake can't move its position while we hold its row.
    const partition = rig.log.partitionOf(conversationId());
    await rig.direct.query(`insert into work.positions values ('dispatcher', 'events', $1, 0)`, [partition]);
    await rig.direct.query('begin');
    await rig.direct.query('select 1 from work.positions for update');
    const dispatcher = await rig.start({ limits: { pollMs: 20 } });
    await patiently(async () => {
      // Not by the connection in the transaction: there this view stands still.
      const waiting = await rig.database.pool.query(
        `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
      );
      expect(waiting.rowCount).toBeGreaterThan(0);
    });
    expect(dispatcher.state()).toMatchObject({ isRunning: true, isCaughtUp: false });
    expect(rig.carrier.calls).toHaveLength(0);
    await rig.direct.query('commit');
    await patiently(() => expect(rig.said(messageId).at(-1)).toBe('message.submitted'));
    expect(dispatcher.state().isCaughtUp).toBe(true);
  });

  it('rule 14: what is not ours, or is ours and broken, becomes a dead letter, and it goes on (F15)', async () => {
    await rig.start();
    const key = conversationId();
    const broken = rig.accepted();
    const record = toRecord(broken, rig.identity.fingerprint);
    const value = JSON.parse(record.value.toString()) as { data: { parts: unknown } };
    value.data.parts = 'many';
    await rig.log.append('events', { key, headers: {}, value: Buffer.from('not JSON') });
    await rig.log.append('events', { ...record, value: Buffer.from(JSON.stringify(value)) });
    await rig.append({ ...rig.accepted(), data: { ...rig.accepted().data, parts: 1_000_000 } });
    const messageId = await rig.accept();
    await patiently(() => expect(rig.said(messageId).at(-1)).toBe('message.submitted'));
    const letters = await rig.direct.query<{ reason: string }>(
      `select reason from work.dead_letters where consumer = 'dispatcher' order by "offset"`,
    );
    expect(letters.rows.map(({ reason }) => reason)).toEqual([
      'not JSON',
      'broken message.accepted',
      'message.accepted could not be taken',
    ]);
    expect(rig.carrier.calls).toHaveLength(1);
  });

  it('says so and claims nothing more when its position lies beyond the log', async () => {
    const partition = rig.log.partitionOf(conversationId());
    await rig.direct.query(`insert into work.positions values ('dispatcher', 'events', $1, 1000)`, [partition]);
    const dispatcher = await rig.start({ limits: { pollMs: 20 } });
    await patiently(() => expect(dispatcher.state().isRunning).toBe(false));
    expect(dispatcher.state().stoppedBecause).toEqual(expect.any(String));
    await rig.accept();
    expect(rig.carrier.calls).toHaveLength(0);
  });
});
