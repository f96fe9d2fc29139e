import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { messageIds } from '../../../src/events/kernel/ids.js';
import { codesOf, valueOf } from '../../support/command-bench.js';
import { pause } from '../../../src/lifecycle.js';
import { inSeconds, openDispatchBench, untilSomebodyWaits, type DispatchBench } from '../../support/dispatch-bench.js';
import { eventually } from '../../support/eventually.js';
import { withClient } from '../../support/with-client.js';

const RACES = 60;

describe('cancelScheduledMessage', () => {
  let bench: DispatchBench;
  beforeAll(async () => {
    bench = await openDispatchBench();
  });
  afterAll(() => bench.stop());

  const cancel = (messageId: string, caller = bench.caller) =>
    bench.commands.cancelScheduledMessage(caller, { messageId });
  const scheduled = (phoneNumber: string, seconds = 600) =>
    bench.send('later', { to: { phoneNumber }, scheduledAt: inSeconds(seconds), reference: 'r' });

  it('wins before the intake has seen the message, and answers it whole after the acknowledgement', async () => {
    const message = await scheduled('+15550100201');
    const result = await cancel(message.id);
    expect(valueOf(result)).toMatchObject({ id: message.id, status: 'CANCELLED', reference: 'r', addedAt: null });
    expect(await bench.rows(message.id)).toMatchObject([{ state: 'cancelled', payload: null }]);
    expect(await bench.said(message.id)).toEqual(['message.scheduled', 'message.schedule_cancelled']);
    const last = (await bench.events()).findLast(({ event }) => event.messageId === message.id);
    expect(result.ok && last && (result.cursor[last.position.partition] ?? 0n) > last.position.offset).toBe(true);
  });

  it('answers the cancelled message again, and says so once', async () => {
    const message = await scheduled('+15550100202');
    await cancel(message.id);
    expect(valueOf(await cancel(message.id))).toMatchObject({ id: message.id, status: 'CANCELLED' });
    await bench.untilStatus(message.id, 'CANCELLED');
    expect(valueOf(await cancel(message.id))).toMatchObject({ id: message.id, status: 'CANCELLED' });
    const ids = (await bench.eventsOf(message.id)).map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
  });

  it('refuses what was never scheduled, is unknown, foreign or malformed', async () => {
    const message = await scheduled('+15550100203');
    const plain = await bench.send('now', { to: { phoneNumber: '+15550100203' } });
    const soon = await bench.send('now', { to: { phoneNumber: '+15550100203' }, scheduledAt: inSeconds(0.8) });
    expect(soon).toMatchObject({ status: 'ACCEPTED', scheduledAt: null });
    const unknown = messageIds.fromUuid('00000000-0000-7000-8000-000000000000');
    expect(codesOf(await cancel(plain.id))).toEqual(['MESSAGE_NOT_SCHEDULED messageId']);
    expect(codesOf(await cancel(soon.id))).toEqual(['MESSAGE_NOT_SCHEDULED messageId']);
    expect(codesOf(await cancel(unknown))).toEqual(['MESSAGE_NOT_FOUND messageId']);
    expect(codesOf(await cancel(message.id, await bench.stranger()))).toEqual(['MESSAGE_NOT_FOUND messageId']);
    expect(codesOf(await cancel('nonsense'))).toEqual(['INPUT_INVALID messageId']);
    expect(await bench.states(message.id)).toEqual(['scheduled']);
  });

  it('wins or loses against a dispatcher at the due moment, never both (rule 19)', async () => {
    await Promise.all([bench.dispatch(), bench.dispatch()]);
    const due = Date.now() + 3_000;
    const scheduledAt = new Date(due).toISOString();
    const messages = await Promise.all(
      Array.from({ length: RACES }, (_, n) =>
        bench.send('later', { to: { phoneNumber: `+155501003${String(n).padStart(2, '0')}` }, scheduledAt }),
      ),
    );
    const outcomes = await Promise.all(
      messages.map(async ({ id }, n) => {
        // Around the moment, or as soon as a dispatcher has moved it.
        await pause(due - Date.now() - 40 + (n % 2 === 0 ? n : 0));
        if (n % 2 === 1) await eventually(async () => expect(await bench.states(id)).not.toEqual(['scheduled']));
        return { id, result: await cancel(id) };
      }),
    );
    for (const { id, result } of outcomes) {
      if (!result.ok) expect(codesOf(result)).toEqual(['MESSAGE_NOT_SCHEDULED messageId']);
      await bench.untilStates(id, result.ok ? 'cancelled' : 'settled');
      expect(bench.callsOf(id)).toHaveLength(result.ok ? 0 : 1);
      await bench.untilStatus(id, result.ok ? 'CANCELLED' : 'PROCESSING');
      expect((await bench.said(id)).includes('message.dispatched')).toBe(!result.ok);
    }
    const won = outcomes.filter(({ result }) => result.ok).length;
    console.info(`cancels: ${won} of ${outcomes.length} won`);
    const after = await bench.send('after', { to: { phoneNumber: '+15550100300' } });
    await bench.untilStates(after.id, 'settled');
  });

  it('waits for who is claiming it, and loses then', async () => {
    const message = await scheduled('+15550100205');
    const uuid = messageIds.toUuid(message.id);
    const result = await withClient(bench.databaseUrl, async (claiming) => {
      await claiming.query('begin');
      await claiming.query(`update work.dispatches set state = 'claimed' where message_id = $1`, [uuid]);
      const cancelling = cancel(message.id);
      await untilSomebodyWaits(bench);
      await claiming.query('commit');
      return cancelling;
    });
    expect(codesOf(result)).toEqual(['MESSAGE_NOT_SCHEDULED messageId']);
    expect(await bench.states(message.id)).toEqual(['claimed']);
    await bench.database.pool.query('delete from work.dispatches where message_id = $1', [uuid]);
  });

  it('of two at once both answer the cancelled message, and the lane goes on', async () => {
    const message = await scheduled('+15550100204');
    const results = await Promise.all([cancel(message.id), cancel(message.id)]);
    expect(results.map((result) => valueOf(result)?.status)).toEqual(['CANCELLED', 'CANCELLED']);
  });
});
