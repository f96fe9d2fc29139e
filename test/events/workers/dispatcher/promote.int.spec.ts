import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventIds } from '../../../../src/events/kernel/ids.js';
import type { Dispatcher } from '../../../../src/events/workers/dispatcher/dispatcher.js';
import { pause } from '../../../../src/lifecycle.js';
import { valueOf } from '../../../support/command-bench.js';
import { inSeconds, openDispatchBench, type DispatchBench } from '../../../support/dispatch-bench.js';
import { eventually } from '../../../support/eventually.js';

describe('a scheduled message that becomes due', () => {
  let bench: DispatchBench;
  let running: Dispatcher[] = [];
  beforeAll(async () => {
    bench = await openDispatchBench();
  });
  afterEach(async () => {
    await Promise.all(running.map((dispatcher) => dispatcher.stop()));
    running = [];
  });
  afterAll(() => bench.stop());

  const dispatch = async (...args: Parameters<DispatchBench['dispatch']>) => {
    running.push(await bench.dispatch(...args));
  };

  it('waits in no lane until then, is sent at once then, and is never ACCEPTED (design §14)', async () => {
    const scheduledAt = inSeconds(2.5);
    const message = await bench.send('later', { to: { phoneNumber: '+15550100101' }, scheduledAt });
    expect(message).toMatchObject({ status: 'SCHEDULED', scheduledAt, addedAt: null });
    expect(await bench.states(message.id)).toEqual(['scheduled']);
    // The net alone would find it a minute later.
    await dispatch({}, { limits: { pollMs: 60_000 } });
    const now = await bench.send('now', { to: { phoneNumber: '+15550100101' } });
    await bench.untilStates(now.id, 'settled');
    expect(await bench.states(message.id)).toEqual(['scheduled']);
    await bench.untilStates(message.id, 'settled');
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(scheduledAt));
    await bench.untilSaid(message.id, 'message.scheduled', 'message.dispatched', 'message.submitted');
    await bench.untilStatus(message.id, 'PROCESSING');
    expect((await bench.message(message.id))?.addedAt).not.toBeNull();
  });

  it('takes its place behind what waits, in the order of the times, whatever the order of the sends', async () => {
    const to = { phoneNumber: '+15550100102' };
    const ids = [
      await bench.send('third', { to, scheduledAt: inSeconds(3_000) }),
      await bench.send('second', { to, scheduledAt: inSeconds(2_000) }),
      await bench.send('first', { to }),
    ].map(({ id }) => id);
    await bench.database.pool.query(
      `update work.dispatches set run_at = clock_timestamp() - (interval '1 hour' - (run_at - clock_timestamp()))
       where state = 'scheduled'`,
    );
    const before = bench.carrier.calls.length;
    await dispatch();
    for (const id of ids) await bench.untilStates(id, 'settled');
    expect(bench.carrier.calls.slice(before).map(({ content }) => content.text)).toEqual(['first', 'second', 'third']);
  });

  it('is taken once by three dispatchers', async () => {
    const messages = await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        bench.send(`${n}`, { to: { phoneNumber: `+1555010011${n % 5}` }, scheduledAt: inSeconds(1.6) }),
      ),
    );
    await Promise.all([dispatch(), dispatch(), dispatch()]);
    for (const { id } of messages) {
      await bench.untilStates(id, 'settled');
      expect(bench.callsOf(id)).toHaveLength(1);
    }
  });

  it('forgets none while lanes open and close at the same moment', async () => {
    await Promise.all([dispatch(), dispatch()]);
    const due = Date.now() + 2_500;
    const numbers = Array.from({ length: 8 }, (_, n) => `+1555010012${n}`);
    const later = await Promise.all(
      numbers.flatMap((phoneNumber) =>
        Array.from({ length: 6 }, (_, n) =>
          bench.send('later', { to: { phoneNumber }, scheduledAt: new Date(due + n * 40).toISOString() }),
        ),
      ),
    );
    await pause(due - Date.now());
    const now = await Promise.all(
      numbers.flatMap((phoneNumber) =>
        Array.from({ length: 6 }, async (_, n) => {
          await pause(n * 40);
          return bench.send('now', { to: { phoneNumber } });
        }),
      ),
    );
    for (const { id } of [...later, ...now]) {
      await bench.untilStates(id, 'settled');
      expect(bench.callsOf(id)).toHaveLength(1);
    }
    const lanes = await bench.database.pool.query('select 1 from work.lanes');
    expect(lanes.rowCount).toBe(0);
  });

  it('fails without a call when the service window has closed meanwhile', async () => {
    const message = await bench.send('late', { to: { phoneNumber: '+15550100103' }, scheduledAt: inSeconds(1.2) });
    await dispatch({
      capabilitiesOf: () => ({ content: { text: {} }, acceptedMeansSent: false, serviceWindowHours: 24 }),
    });
    await bench.untilSaid(message.id, 'message.scheduled', 'message.send_failed');
    expect(await bench.rows(message.id)).toMatchObject([{ state: 'settled', call: 0, payload: null }]);
    expect(bench.callsOf(message.id)).toEqual([]);
    await bench.untilStatus(message.id, 'SENDING_FAILED');
    expect((await bench.message(message.id))?.failure).toMatchObject({ code: 'SERVICE_WINDOW_CLOSED' });
  });

  it('asks the provider before that, which may have heard what never came here', async () => {
    const asked: string[] = [];
    const ends = new Map([
      ['+15550100111', 0],
      ['+15550100112', Date.now() + 3_600_000],
    ]);
    await dispatch({
      capabilitiesOf: () => ({ content: { text: {} }, acceptedMeansSent: false, serviceWindowHours: 24 }),
      askWindow: ({ address }) => {
        asked.push(address);
        return Promise.resolve({ kind: 'until', time: new Date(ends.get(address) ?? 0) });
      },
    });
    const [closed, open] = [
      await bench.send('closed', { to: { phoneNumber: '+15550100111' }, scheduledAt: inSeconds(600) }),
      await bench.send('open', { to: { phoneNumber: '+15550100112' }, scheduledAt: inSeconds(600) }),
    ];
    await bench.makeDue(closed.id);
    await bench.untilStatus(closed.id, 'SENDING_FAILED');
    await bench.makeDue(open.id);
    await bench.untilSaid(open.id, 'message.scheduled', 'message.dispatched', 'message.submitted');
    expect(asked).toEqual(['+15550100111', '+15550100112']);
    expect(bench.callsOf(closed.id)).toEqual([]);
    expect(bench.callsOf(open.id)).toHaveLength(1);
  });

  it.each([
    ['opted out', 'optOut', 'RECIPIENT_OPTED_OUT', '+15550100107'],
    ['was blocked', 'block', 'RECIPIENT_BLOCKED', '+15550100108'],
  ] as const)('fails without a call when the contact %s meanwhile', async (_what, standing, code, phoneNumber) => {
    const message = await bench.send('late', { to: { phoneNumber }, scheduledAt: inSeconds(600) });
    const contactId = message.contactId ?? expect.unreachable();
    valueOf(await bench.commands.setContactStanding(bench.caller, { contactId, standing }));
    await dispatch();
    await bench.makeDue(message.id);
    await bench.untilSaid(message.id, 'message.scheduled', 'message.send_failed');
    expect(bench.callsOf(message.id)).toEqual([]);
    await bench.untilStatus(message.id, 'SENDING_FAILED');
    expect((await bench.message(message.id))?.failure).toMatchObject({ code, isRetryable: false });
  });

  it('and so does one to somebody who was merged with a contact that had opted out', async () => {
    const message = await bench.send('to one of two', { to: { phoneNumber: '+15550100117' } });
    const other = await bench.send('to the other', { to: { phoneNumber: '+15550100118' } });
    const [fromContactId, intoContactId] = [message, other].map(({ contactId }) => contactId ?? expect.unreachable());
    if (fromContactId === undefined || intoContactId === undefined) return expect.unreachable();
    const optOut = { contactId: intoContactId, standing: 'optOut' } as const;
    valueOf(await bench.commands.setContactStanding(bench.caller, optOut));
    valueOf(await bench.commands.mergeContacts(bench.caller, { fromContactId, intoContactId }));
    await dispatch();
    await bench.untilSaid(message.id, 'message.accepted', 'message.send_failed');
    expect(bench.callsOf(message.id)).toEqual([]);
  });

  it('and so does one that waited in its lane when the contact opted out', async () => {
    const message = await bench.send('in the lane', { to: { phoneNumber: '+15550100109' } });
    const contactId = message.contactId ?? expect.unreachable();
    valueOf(await bench.commands.setContactStanding(bench.caller, { contactId, standing: 'optOut' }));
    await dispatch();
    await bench.untilSaid(message.id, 'message.accepted', 'message.send_failed');
    expect(bench.callsOf(message.id)).toEqual([]);
    await bench.untilStatus(message.id, 'SENDING_FAILED');
  });

  it('fails without another call when the contact opted out after it was put off', async () => {
    const message = await bench.send('put off', { to: { phoneNumber: '+15550100131' } });
    const contactId = message.contactId ?? expect.unreachable();
    const { script } = bench.carrier;
    bench.carrier.script = () => ({ status: 503, body: { error: { code: 'unavailable', message: 'not now' } } });
    await dispatch();
    await bench.untilSaid(message.id, 'message.accepted', 'message.dispatched', 'message.deferred');
    valueOf(await bench.commands.setContactStanding(bench.caller, { contactId, standing: 'optOut' }));
    bench.carrier.script = script;
    await eventually(async () => expect((await bench.said(message.id)).at(-1)).toBe('message.send_failed'));
    expect(bench.callsOf(message.id)).toHaveLength(1);
    await bench.untilStatus(message.id, 'SENDING_FAILED');
    expect((await bench.message(message.id))?.failure).toMatchObject({ code: 'RECIPIENT_OPTED_OUT' });
  });

  it('is not refused for a window that only a read model behind the log takes for closed', async () => {
    const to = { phoneNumber: '+15550100106' };
    const message = await bench.send('answer', { to, scheduledAt: inSeconds(600) });
    await bench.untilStatus(message.id, 'SCHEDULED');
    // As in a restored Postgres whose projector still reads: the contact's words are in the log, not yet in the rows.
    const projector = await bench.database.pool.connect();
    try {
      await projector.query('begin');
      await projector.query('select 1 from read.positions for update');
      await bench.receive(message, 'please do');
      await dispatch({
        capabilitiesOf: () => ({ content: { text: {} }, acceptedMeansSent: false, serviceWindowHours: 24 }),
      });
      await bench.makeDue(message.id);
      await bench.untilStates(message.id, 'claimed');
      await bench.untilStates(message.id, 'waiting');
    } finally {
      await projector.query('commit');
      projector.release();
    }
    await bench.untilSaid(message.id, 'message.scheduled', 'message.dispatched', 'message.submitted');
    expect(bench.callsOf(message.id)).toHaveLength(1);
  });

  it('waits for its own event to be in the log', async () => {
    const scheduledAt = inSeconds(600);
    const message = await bench.send('unrecorded', { to: { phoneNumber: '+15550100104' }, scheduledAt });
    const recorded = await bench.send('recorded', { to: { phoneNumber: '+15550100105' }, scheduledAt });
    const eventUuid = eventIds.toUuid(bench.identity.ofAcceptance(message.id));
    const noOutboxRow = async () => {
      const found = await bench.database.pool.query('select 1 from work.outbox where event_id = $1', [eventUuid]);
      expect(found.rowCount).toBe(0);
    };
    await eventually(noOutboxRow);
    // As if whoever accepted it had died before the append: the sweeper's turn is still to come.
    await bench.database.pool.query(
      `insert into work.outbox (event_id, topic, key, headers, value, created_at)
       values ($1, 'events', 'nobody', '{}', '', now() + interval '1 hour')`,
      [eventUuid],
    );
    await dispatch();
    await bench.makeDue(message.id);
    await bench.makeDue(recorded.id);
    await bench.untilStates(recorded.id, 'settled');
    expect(await bench.states(message.id)).toEqual(['scheduled']);
    await bench.database.pool.query('delete from work.outbox where event_id = $1', [eventUuid]);
    await bench.untilStates(message.id, 'settled');
  });
});
