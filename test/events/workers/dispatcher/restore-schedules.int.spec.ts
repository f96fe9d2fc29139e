import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ParleyEvent } from '../../../../src/events/catalog.js';
import type { StandingEvent } from '../../../../src/events/contact/events.js';
import { createAddressBook } from '../../../../src/events/outbox/create-address-book.js';
import { contactIds, messageIds, type MessageId } from '../../../../src/events/kernel/ids.js';
import type { MessageEvent } from '../../../../src/events/message/events.js';
import { at, channelId, contactId, conversationId, event, receivedData, workspaceId } from '../../../support/events.js';
import { openDispatchRig, patiently, type DispatchRig } from './dispatch-rig.js';

type Accepted = ReturnType<DispatchRig['accepted']>;

describe('an empty Postgres beside a full log (rule 16)', () => {
  let rig: DispatchRig;
  beforeAll(async () => {
    rig = await openDispatchRig();
  });
  afterAll(() => rig.close());

  const HOUR_MS = 3_600_000;
  const from = (ms: number) => new Date(Date.now() + ms).toISOString();
  let thread = 100;
  const begun = (more: Parameters<DispatchRig['accepted']>[0] = {}): Accepted => {
    thread += 1;
    return rig.accepted({ thread, ...more });
  };
  const scheduled = ({ data, ...event }: Accepted, scheduledAt: string): MessageEvent => ({
    ...event,
    type: 'message.scheduled',
    data: { ...data, scheduledAt },
  });
  /** What is said later of the same message. */
  const said = (event: Accepted, type: MessageEvent['type'], data: object): ParleyEvent =>
    ({
      ...event,
      id: rig.identity.ofCommand(event.messageId, JSON.stringify(data), type),
      ...{ type, data },
    }) as unknown as ParleyEvent;
  const call = { attempt: 1, part: 0, call: 1 };
  const cancelled = (event: Accepted) => said(event, 'message.schedule_cancelled', { parts: 1 });
  const dispatched = (event: Accepted, attempt = 1) => said(event, 'message.dispatched', { ...call, attempt });
  const submitted = (event: Accepted, attempt = 1) =>
    said(event, 'message.submitted', { ...call, attempt, providerMessageIds: [`${event.messageId} ${attempt}`] });
  const lost = (event: Accepted) => said(event, 'message.outcome_unknown', { ...call, reason: 'no_answer' });
  const resent = (event: Accepted) =>
    said(event, 'message.resend_requested', { attempt: 2, parts: [0], content: event.data.content });
  const rowsOf = async (id: MessageId) => {
    const found = await rig.direct.query<{ attempt: number; state: string; scheduled_at: Date | null }>(
      'select attempt, state, scheduled_at from work.dispatches where message_id = $1 order by attempt',
      [messageIds.toUuid(id)],
    );
    return found.rows;
  };
  const statesOf = async (id: MessageId) => (await rowsOf(id)).map(({ state }) => state);

  it('gets schedules, what became of them, and resends from it, and sends only what is still to be sent', async () => {
    const later = begun({ idempotencyKey: 'kept' });
    const taken = begun();
    const done = begun();
    const half = begun();
    const overdue = begun();
    const settled = begun();
    const again = begun();
    const againDone = begun();
    const passed = from(-HOUR_MS);
    const at = from(HOUR_MS);
    for (const event of [
      ...[scheduled(later, at), scheduled(taken, passed), cancelled(taken)],
      ...[scheduled(done, passed), dispatched(done), submitted(done), scheduled(half, passed), dispatched(half)],
      scheduled(overdue, passed),
      ...[settled, dispatched(settled), lost(settled)],
      said(settled, 'message.resolved', { attempt: 1, parts: [0], as: 'SENT' }),
      ...[again, dispatched(again), lost(again), resent(again)],
      ...[againDone, dispatched(againDone), lost(againDone), resent(againDone)],
      ...[dispatched(againDone, 2), submitted(againDone, 2)],
    ])
      await rig.append(event);
    await rig.start();
    await patiently(async () => expect(await statesOf(overdue.messageId)).toEqual(['settled']));
    await patiently(async () => expect(await statesOf(again.messageId)).toEqual(['settled', 'settled']));
    await patiently(async () => expect(await statesOf(half.messageId)).toEqual(['unknown']));
    expect(await statesOf(taken.messageId)).toEqual(['cancelled']);
    expect(await statesOf(done.messageId)).toEqual(['settled']);
    expect(await statesOf(settled.messageId)).toEqual(['settled']);
    expect(await statesOf(againDone.messageId)).toEqual(['settled', 'settled']);
    const [row] = await rowsOf(later.messageId);
    expect(row).toMatchObject({ state: 'scheduled' });
    expect(row?.scheduled_at?.toISOString()).toBe(at);
    expect(rig.carrier.calls.map(({ reference }) => reference).sort()).toEqual(
      [`${overdue.messageId}.1.0`, `${again.messageId}.2.0`].sort(),
    );
    const keys = await rig.direct.query<{ message_id: string }>(
      `select message_id from work.idempotency_keys where key = 'kept'`,
    );
    expect(keys.rows).toEqual([{ message_id: messageIds.toUuid(later.messageId) }]);
  });

  it('takes back in an older copy what the log says was cancelled, though it has become due', async () => {
    const event = begun();
    const first = await rig.start();
    await rig.append(scheduled(event, from(HOUR_MS)));
    await patiently(async () => expect(await statesOf(event.messageId)).toEqual(['scheduled']));
    await first.stop();
    await rig.append(cancelled(event));
    await rig.direct.query(`update work.dispatches set run_at = now() - interval '1 minute' where message_id = $1`, [
      messageIds.toUuid(event.messageId),
    ]);
    await rig.start();
    await patiently(async () => expect(await statesOf(event.messageId)).toEqual(['cancelled']));
    expect(rig.callsOf(event.messageId)).toEqual([]);
  });

  it('knows from it who may not be written to, by the highest revision', async () => {
    const said = (type: StandingEvent['type'], revision: number, n: number): ParleyEvent =>
      event({ type, n: 9_000 + n, thread: 77, data: { revision } });
    await rig.append(said('contact.blocked', 3, 1));
    await rig.append(said('contact.unblocked', 2, 2));
    await rig.append(said('contact.opted_out', 1, 3));
    await rig.append(said('contact.opted_in', 2, 4));
    await patiently(async () => {
      const found = await rig.direct.query(
        `select is_blocked, block_revision, is_opted_out, consent_revision from work.contact_standings
         where contact_id = $1`,
        [contactIds.toUuid(contactId(77))],
      );
      expect(found.rows).toEqual([{ is_blocked: true, block_revision: 3, is_opted_out: false, consent_revision: 2 }]);
    });
  });

  it('and who is shown in whose place, by the highest revision: what one of them says holds for all', async () => {
    const merged = (into: number, revision: number, n: number): ParleyEvent =>
      event({ type: 'contact.merged', n: 9_100 + n, thread: 78, data: { intoContactId: contactId(into), revision } });
    await rig.append(merged(80, 2, 1));
    await rig.append(merged(79, 1, 2));
    await rig.append(event({ type: 'contact.absorbed', n: 9_103, thread: 80, data: { fromContactId: contactId(78) } }));
    await patiently(async () => {
      const found = await rig.direct.query(
        `select contact_id, survivor_id, merge_revision from work.contact_standings
         where contact_id = any($1) order by 1`,
        [[78, 80].map((n) => contactIds.toUuid(contactId(n)))],
      );
      expect(found.rows).toEqual([
        {
          contact_id: contactIds.toUuid(contactId(78)),
          survivor_id: contactIds.toUuid(contactId(80)),
          merge_revision: 2,
        },
        { contact_id: contactIds.toUuid(contactId(80)), survivor_id: null, merge_revision: 0 },
      ]);
    });
  });
});

describe('an empty address book beside a full log (rules 5 and 16)', () => {
  let rig: DispatchRig;
  beforeAll(async () => {
    rig = await openDispatchRig();
  });
  afterAll(() => rig.close());

  it('tells where contacts went, by the last move, unless they were heard of there since', async () => {
    const addresses = ['+15550100081', '+15550100082', '+15550100083'] as const;
    const [old, fresh, other] = addresses;
    const elsewhere = '+15550100084';
    const hashOf = (address: string) => rig.identity.addressHash(channelId(), address);
    const moved = (n: number, thread: number, from: string, address: string, second: number): ParleyEvent =>
      event({
        ...{ type: 'conversation.address_changed', n: 9_200 + n, thread, occurredAt: at(second) },
        data: { content: { from, address } },
      });
    const opened = (n: number, thread: number, address: string) =>
      event({ type: 'conversation.opened', n: 9_200 + n, thread, data: { content: { address } } });
    const heard = (n: number, thread: number, address: string, second: number): ParleyEvent => {
      const data = receivedData(`restored-${n}`);
      return event({
        ...{ type: 'message.received', n: 9_200 + n, thread, message: 9_200 + n, occurredAt: at(second) },
        data: { ...data, content: { ...data.content, address } },
      });
    };
    const content = { from: other, address: old };
    for (const one of [
      // Whichever partition is read first: the address that was gone over to is its own thread's.
      ...[opened(2, 83, other), opened(1, 81, old)],
      // The later one counts, whichever is told first; and who was heard of later than he went is there again.
      ...[moved(3, 81, old, fresh, 5), moved(4, 81, old, elsewhere, 3), heard(5, 81, old, 4), heard(6, 83, other, 9)],
      event({
        ...{ type: 'conversation.merged', n: 9_207, thread: 83, occurredAt: at(7) },
        data: { intoConversationId: conversationId(81), content },
      }),
    ])
      await rig.append(one);
    await rig.start();
    const book = createAddressBook({ identity: rig.identity, outbox: rig.outbox });
    const find = () =>
      book.find(
        rig.database.orm,
        addresses.map((address) => ({ workspaceId: workspaceId(), channelId: channelId(), address })),
      );
    await patiently(async () => {
      expect(await find()).toMatchObject([
        { conversationId: conversationId(81), moved: { to: fresh, at: new Date(at(5)) } },
        { conversationId: conversationId(81), contactId: contactId(81) },
        { conversationId: conversationId(83) },
      ]);
      const kept = await rig.direct.query<{ moved_to: string | null; back_at: Date | null }>(
        'select moved_to, back_at from work.addresses where address_hash = $1',
        [hashOf(other)],
      );
      expect(kept.rows).toEqual([{ moved_to: old, back_at: new Date(at(9)) }]);
    });
    expect((await find())[2]?.moved).toBeUndefined();
  });
});
