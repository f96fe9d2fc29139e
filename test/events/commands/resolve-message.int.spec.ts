import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { messageIds, type MessageId } from '../../../src/events/kernel/ids.js';
import { settleCalls as settleByAnswer } from '../../../src/events/workers/dispatcher/settle.js';
import { findCalls, settleCalls as settleByReceipt } from '../../../src/events/workers/interpreter/calls.js';
import { codesOf, valueOf } from '../../support/command-bench.js';
import { openDispatchBench, untilSomebodyWaits, type DispatchBench } from '../../support/dispatch-bench.js';
import { withClient } from '../../support/with-client.js';

describe('resolveMessage', () => {
  let bench: DispatchBench;
  beforeAll(async () => {
    bench = await openDispatchBench();
    bench.carrier.script = ({ content, reference }) =>
      content.text.startsWith('lost') && attemptOf(reference) <= (content.text === 'lost twice' ? 2 : 1)
        ? 'drop'
        : 'accept';
    await bench.dispatch();
  });
  afterAll(() => bench.stop());

  const attemptOf = (reference: string) => Number(reference.split('.')[1]);
  const resolve = (messageId: string, as: 'SENT' | 'FAILED' | 'RESEND', caller = bench.caller) =>
    bench.commands.resolveMessage(caller, { messageId, as });
  const lost = async (n: number, text = 'lost') => {
    const { id } = await bench.send(text, { to: { phoneNumber: `+155501004${String(n).padStart(2, '0')}` } });
    await bench.untilStates(id, 'unknown');
    return id;
  };
  const receiptOf = async (messageId: MessageId) => {
    const { workspaceId } = bench.caller;
    const spoken = { channelId: bench.channelId, providerMessageId: `echo ${messageId}` };
    const [call] = await findCalls(bench.database.orm, [{ ...spoken, reference: { messageId, attempt: 1, part: 0 } }]);
    if (call === undefined) throw new Error('No such call.');
    return { ...spoken, workspaceId, call };
  };

  it('takes it for sent or failed, and says who decided', async () => {
    const [sent, failed] = await Promise.all([lost(1), lost(2)]);
    expect(valueOf(await resolve(sent, 'SENT'))).toMatchObject({ id: sent, status: 'SENT', failure: null });
    const failure = { code: 'RESOLVED_AS_FAILED' };
    expect(valueOf(await resolve(failed, 'FAILED'))).toMatchObject({ status: 'SENDING_FAILED', failure });
    for (const id of [sent, failed]) {
      expect(await bench.rows(id)).toMatchObject([{ state: 'settled', payload: null, look_up_at: null }]);
      const said = (await bench.eventsOf(id)).find(({ type }) => type === 'message.resolved');
      expect(said?.data).toMatchObject({ attempt: 1, parts: [0], resolvedBy: bench.caller.keyId });
    }
    await bench.untilStatus(sent, 'SENT');
    await bench.untilStatus(failed, 'SENDING_FAILED');
  });

  it('sends it again as attempt 2, behind what waits, with what it said', async () => {
    const id = await lost(3, 'lost once');
    const resent = valueOf(await resolve(id, 'RESEND'));
    expect(resent).toMatchObject({ id, status: 'ACCEPTED' });
    await bench.untilStates(id, 'settled', 'settled');
    expect(bench.callsOf(id).map(({ reference }) => attemptOf(reference))).toEqual([1, 2]);
    const said = (await bench.eventsOf(id)).find(({ type }) => type === 'message.resend_requested');
    expect(said?.data).toMatchObject({
      ...{ attempt: 2, parts: [0], resolvedBy: bench.caller.keyId },
      content: { address: '+15550100403', message: { kind: 'text', text: 'lost once' } },
    });
    await bench.untilStatus(id, 'PROCESSING');
  });

  it('refuses what is known, unknown to the caller, foreign or malformed', async () => {
    const id = await lost(4);
    const known = await bench.send('fine', { to: { phoneNumber: '+15550100405' } });
    await bench.untilStates(known.id, 'settled');
    const nobody = messageIds.fromUuid('00000000-0000-7000-8000-000000000000');
    expect(codesOf(await resolve(known.id, 'SENT'))).toEqual(['MESSAGE_NOT_UNKNOWN messageId']);
    expect(codesOf(await resolve(nobody, 'SENT'))).toEqual(['MESSAGE_NOT_FOUND messageId']);
    expect(codesOf(await resolve(id, 'SENT', await bench.stranger()))).toEqual(['MESSAGE_NOT_FOUND messageId']);
    expect(codesOf(await resolve('nonsense', 'SENT'))).toEqual(['INPUT_INVALID messageId']);
    expect(await bench.states(id)).toEqual(['unknown']);
    expect(valueOf(await resolve(id, 'SENT'))?.status).toBe('SENT');
    expect(codesOf(await resolve(id, 'SENT'))).toEqual(['MESSAGE_NOT_UNKNOWN messageId']);
  });

  it('waits until no part is on its way, and takes only the parts that nobody knows about', async () => {
    const id = await lost(6);
    const uuid = messageIds.toUuid(id);
    // Two more parts of the same message: one that was sent, and one that is still waiting for its lane's turn.
    await bench.database.pool.query(
      `insert into work.dispatches (message_id, attempt, part, workspace_id, conversation_id, contact_id, channel_id,
         state, queue_offset, call, run_at, payload)
       select message_id, attempt, more.part, workspace_id, conversation_id, contact_id, channel_id, more.state,
         queue_offset, 0, now() + interval '1 hour', payload
       from work.dispatches, (values (1, 'settled'), (2, 'waiting')) as more(part, state) where message_id = $1`,
      [uuid],
    );
    expect(codesOf(await resolve(id, 'RESEND'))).toEqual(['MESSAGE_NOT_UNKNOWN messageId']);
    await bench.database.pool.query(`update work.dispatches set state = 'unknown' where message_id = $1 and part = 2`, [
      uuid,
    ]);
    expect((await resolve(id, 'RESEND')).ok).toBe(true);
    await bench.untilStates(id, 'settled', 'settled', 'settled', 'settled', 'settled');
    expect((await bench.rows(id)).map(({ attempt, part }) => `${attempt}.${part}`)).toEqual([
      '1.0',
      '1.1',
      '1.2',
      '2.0',
      '2.2',
    ]);
    expect(bench.callsOf(id).map(({ reference }) => reference.slice(id.length + 1))).toEqual(['1.0', '2.0', '2.2']);
  });

  it('waits for who settles it just now, and loses then', async () => {
    const id = await lost(61);
    const result = await withClient(bench.databaseUrl, async (settling) => {
      await settling.query('begin');
      await settling.query(`update work.dispatches set state = 'settled' where message_id = $1`, [
        messageIds.toUuid(id),
      ]);
      const resolving = resolve(id, 'RESEND');
      await untilSomebodyWaits(bench);
      await settling.query('commit');
      return resolving;
    });
    expect(codesOf(result)).toEqual(['MESSAGE_NOT_UNKNOWN messageId']);
    expect(await bench.states(id)).toEqual(['settled']);
  });

  it('has one winner of two people at once, every time', async () => {
    const ids = await Promise.all(Array.from({ length: 15 }, (_, n) => lost(10 + n)));
    for (const [n, id] of ids.entries()) {
      const both = await Promise.all([resolve(id, n % 2 ? 'RESEND' : 'SENT'), resolve(id, 'RESEND')]);
      const won = both.flatMap((result) => (result.ok ? [result.value?.status] : []));
      expect(won).toHaveLength(1);
      const isResent = won[0] === 'ACCEPTED';
      await bench.untilStates(id, ...(isResent ? ['settled', 'settled'] : ['settled']));
      expect(bench.callsOf(id)).toHaveLength(isResent ? 2 : 1);
    }
  });

  it('has one winner of RESEND and a receipt, or a late answer, every time (rule 17)', async () => {
    const ids = await Promise.all(Array.from({ length: 24 }, (_, n) => lost(30 + n)));
    let resent = 0;
    for (const [n, id] of ids.entries()) {
      const spoken = await receiptOf(id);
      const { contactId, ...call } = spoken.call;
      const subject = { ...spoken, ...call, contactId };
      const settle = () =>
        n % 2 === 0
          ? bench.database.transaction((tx) => settleByReceipt(tx, [spoken]))
          : settleByAnswer(bench.database, bench.outbox, [
              {
                subject,
                leaseToken: messageIds.toUuid(id),
                state: 'settled',
                events: [],
                providerMessageIds: ['late'],
              },
            ]);
      // By turns the one first, the other first, and both at once.
      const settling = n % 3 === 1 ? undefined : settle();
      if (n % 3 === 0) await settling;
      const [result] = await Promise.all([resolve(id, 'RESEND'), settling]);
      if (n % 3 === 1) await settle();
      if (result.ok) resent += 1;
      else expect(codesOf(result)).toEqual(['MESSAGE_NOT_UNKNOWN messageId']);
      await bench.untilStates(id, ...(result.ok ? ['settled', 'settled'] : ['settled']));
      expect(bench.callsOf(id)).toHaveLength(result.ok ? 2 : 1);
    }
    expect(resent).toBeGreaterThan(0);
    expect(resent).toBeLessThan(ids.length);
  });

  it('keeps each attempt apart: late news of the first settles nothing of the second (rule 17)', async () => {
    const id = await lost(60, 'lost twice');
    expect((await resolve(id, 'RESEND')).ok).toBe(true);
    await bench.untilStates(id, 'settled', 'unknown');
    const { contactId, ...first } = (await receiptOf(id)).call;
    const { workspaceId } = bench.caller;
    const subject = { ...first, workspaceId, channelId: bench.channelId, contactId };
    const late = { subject, leaseToken: messageIds.toUuid(id), state: 'settled', events: [] } as const;
    await settleByAnswer(bench.database, bench.outbox, [{ ...late, providerMessageIds: ['of the first'] }]);
    expect(await bench.states(id)).toEqual(['settled', 'unknown']);
    const spoken = { channelId: bench.channelId, providerMessageId: 'of the first' };
    const second = { ...spoken, providerMessageId: 'of the second' };
    const [byId, byEcho] = await findCalls(bench.database.orm, [
      spoken,
      { ...second, reference: { messageId: id, attempt: 2, part: 0 } },
    ]);
    expect(byId).toMatchObject({ messageId: id, attempt: 1, isOver: true });
    expect(byEcho).toMatchObject({ messageId: id, attempt: 2, isOver: false });
    if (byEcho === undefined) throw new Error('No such call.');
    await bench.database.transaction((tx) => settleByReceipt(tx, [{ ...second, workspaceId, call: byEcho }]));
    expect(await bench.states(id)).toEqual(['settled', 'settled']);
    expect(codesOf(await resolve(id, 'SENT'))).toEqual(['MESSAGE_NOT_UNKNOWN messageId']);
  });
});
