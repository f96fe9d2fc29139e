import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { channelIds, messageIds, type ChannelId, type MessageId } from '../../../../src/events/kernel/ids.js';
import type { Dispatcher } from '../../../../src/events/workers/dispatcher/dispatcher.js';
import { findCalls, settleCalls } from '../../../../src/events/workers/interpreter/calls.js';
import type { LookUpAnswer, LookUpRequest, ProviderAdapter } from '../../../../src/providers/provider.js';
import { openDispatchBench, sandboxAdapter, type DispatchBench } from '../../../support/dispatch-bench.js';
import { eventually } from '../../../support/eventually.js';
import { leakWarningsOf } from '../../../support/leak-warnings.js';

type Ask = (request: LookUpRequest<unknown>) => LookUpAnswer | Promise<LookUpAnswer>;

/** A provider that can be asked, and answers what the test says. */
const askable = (ask: Ask): Partial<ProviderAdapter> => ({ lookUp: (request) => Promise.resolve(ask(request)) });
const accepted: LookUpAnswer = { kind: 'accepted', providerMessageIds: ['found'] };
const unknown: LookUpAnswer = { kind: 'unknown' };

describe('the look-up of a call that nobody knows the outcome of (rule 19)', () => {
  let bench: DispatchBench;
  let running: Dispatcher[] = [];
  let people = 0;
  beforeAll(async () => {
    bench = await openDispatchBench();
    bench.carrier.script = () => 'drop';
  });
  afterEach(async () => {
    await Promise.all(running.map((dispatcher) => dispatcher.stop()));
    running = [];
  });
  afterAll(() => bench.stop());

  const dispatch = async (...args: Parameters<DispatchBench['dispatch']>) => {
    const [change, deps] = args;
    running.push(await bench.dispatch(change, { limits: { pollMs: 100 }, ...deps }));
  };
  const lost = async (channelId: ChannelId = bench.channelId): Promise<MessageId> => {
    people += 1;
    const to = { phoneNumber: `+15550105${String(people).padStart(3, '0')}` };
    const { id } = await bench.send('lost', { channelId, to });
    return id;
  };
  /** Unless the two seconds were over before: then it was asked already. */
  const makeDue = (id: MessageId, lookUps = 0) =>
    bench.database.pool.query(
      `update work.dispatches set look_up_at = clock_timestamp(), look_ups = $2
       where message_id = $1 and look_ups <= $2`,
      [messageIds.toUuid(id), lookUps],
    );
  const idsOf = async (id: MessageId) => {
    const found = await bench.database.pool.query<{ provider_message_id: string }>(
      'select provider_message_id from work.provider_messages where message_id = $1',
      [messageIds.toUuid(id)],
    );
    return found.rows.map((row) => row.provider_message_id);
  };

  it('asks two seconds after it became unknown, and settles it as a late answer would', async () => {
    const asked: LookUpRequest<unknown>[] = [];
    await dispatch({
      ...askable((request) => {
        asked.push(request);
        return accepted;
      }),
      capabilitiesOf: () => ({ ...sandboxAdapter().capabilitiesOf('WHATSAPP'), acceptedMeansSent: true }),
    });
    const id = await lost();
    await bench.untilSaid(
      id,
      ...['message.accepted', 'message.dispatched', 'message.outcome_unknown', 'message.submitted', 'message.sent'],
    );
    expect(await bench.rows(id)).toMatchObject([{ state: 'settled', payload: null, look_up_at: null }]);
    expect(await idsOf(id)).toEqual(['found']);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ reference: `${id}.1.0`, channelId: bench.channelId });
    await bench.untilStatus(id, 'SENT');
    const submitted = (await bench.eventsOf(id)).find(({ type }) => type === 'message.submitted');
    const call = { messageId: id, attempt: 1, part: 0, call: 1 };
    expect(submitted?.id).toBe(bench.identity.ofCall(call, 'message.submitted'));
  });

  it('says that it failed where the provider says so, over the real wire', async () => {
    await dispatch();
    const id = await lost();
    await bench.untilStates(id, 'unknown');
    bench.carrier.find = () => ({ status: 200, body: { id: 'carrier-77', status: 'accepted' } });
    await makeDue(id);
    await bench.untilStates(id, 'settled');
    expect(bench.carrier.lookUps).toContain(`${id}.1.0`);
    const failed = await lost();
    await bench.untilStates(failed, 'unknown');
    running.push(
      await bench.dispatch(askable(() => ({ kind: 'rejected', failure: { code: 'BILLING', isRetryable: false } }))),
    );
    await running[0]?.stop();
    await makeDue(failed);
    await bench.untilStatus(failed, 'SENDING_FAILED');
    expect((await bench.message(failed))?.failure?.code).toBe('BILLING');
  });

  it('asks again later, five times in all, and then nobody asks', async () => {
    let asked = 0;
    await dispatch(
      askable(() => {
        asked += 1;
        return unknown;
      }),
    );
    const id = await lost();
    await bench.untilStates(id, 'unknown');
    const delays: number[] = [];
    for (let n = 0; n < 5; n += 1) {
      await makeDue(id, n);
      await eventually(() => expect(asked).toBe(n + 1));
      const [row] = await bench.rows(id);
      expect(row).toMatchObject({ state: 'unknown', look_ups: n + 1 });
      delays.push(row?.look_up_at ? Math.round((row.look_up_at.getTime() - Date.now()) / 10_000) * 10 : Infinity);
    }
    expect(delays).toEqual([10, 60, 600, 3_600, Infinity]);
  });

  it('leaves alone what cannot be asked for, and what is disabled for now', async () => {
    const silent = await bench.connect(bench.carrier.baseUrl);
    const adapter = { lookUp: undefined } as unknown as Partial<ProviderAdapter>;
    await dispatch(adapter);
    const [id, disabled] = [await lost(), await lost(silent)];
    await bench.untilStates(disabled, 'unknown');
    await bench.database.pool.query('update config.channels set is_enabled = false where id = $1', [
      channelIds.toUuid(silent),
    ]);
    await bench.directory.refresh(silent);
    await Promise.all([makeDue(id), makeDue(disabled)]);
    await eventually(async () => expect(await bench.rows(id)).toMatchObject([{ look_up_at: null, look_ups: 0 }]));
    await eventually(async () => {
      const [row] = await bench.rows(disabled);
      expect(row?.look_up_at?.getTime()).toBeGreaterThan(Date.now() + 30_000);
      expect(row?.look_ups).toBe(0);
    });
  });

  it('gives way to receipts and to persons, and keeps the ids', async () => {
    const waiting = new Map<string, (answer: LookUpAnswer) => void>();
    await dispatch(askable(({ reference }) => new Promise((resolve) => waiting.set(reference, resolve))));
    const [byReceipt, byPerson] = [await lost(), await lost()];
    for (const id of [byReceipt, byPerson]) {
      await bench.untilStates(id, 'unknown');
      await makeDue(id);
      await eventually(() => expect(waiting.has(`${id}.1.0`)).toBe(true));
    }
    const spoken = { channelId: bench.channelId, providerMessageId: 'echoed' };
    const reference = { messageId: byReceipt, attempt: 1, part: 0 };
    const [call] = await findCalls(bench.database.orm, [{ ...spoken, reference }]);
    if (call === undefined) throw new Error('No such call.');
    await bench.database.transaction((tx) =>
      settleCalls(tx, [{ ...spoken, workspaceId: bench.caller.workspaceId, call }]),
    );
    const resolved = await bench.commands.resolveMessage(bench.caller, { messageId: byPerson, as: 'FAILED' });
    expect(resolved.ok).toBe(true);
    for (const [id, answer] of waiting) answer({ ...accepted, providerMessageIds: [`found ${id}`] });
    await eventually(async () => expect(await idsOf(byReceipt)).toHaveLength(2));
    await eventually(async () => expect(await idsOf(byPerson)).toEqual([`found ${byPerson}.1.0`]));
    expect(await bench.said(byReceipt)).not.toContain('message.submitted');
    expect(await bench.said(byPerson)).not.toContain('message.submitted');
  });

  it('is asked once by two dispatchers, and a provider that never answers holds up nobody else', async () => {
    const dead = await bench.connect(bench.carrier.baseUrl);
    const asked: string[] = [];
    const hanging: ((answer: LookUpAnswer) => void)[] = [];
    const ask = askable(({ reference, channelId }) => {
      asked.push(reference);
      return channelId === dead ? new Promise<LookUpAnswer>((resolve) => hanging.push(resolve)) : unknown;
    });
    await Promise.all([dispatch(ask), dispatch(ask)]);
    const deadIds = await Promise.all(Array.from({ length: 20 }, () => lost(dead)));
    const ids = await Promise.all(Array.from({ length: 10 }, () => lost()));
    for (const id of [...deadIds, ...ids]) await bench.untilStates(id, 'unknown');
    for (const id of [...deadIds, ...ids]) await makeDue(id);
    await eventually(() => {
      for (const id of ids) expect(asked.filter((reference) => reference.startsWith(id))).toHaveLength(1);
    });
    // Four for each dispatcher: the others wait for a slot.
    expect(hanging.length).toBeLessThanOrEqual(8);
    for (const answer of hanging) answer(unknown);
    for (const id of [...deadIds, ...ids])
      expect(asked.filter((reference) => reference.startsWith(id)).length).toBeLessThanOrEqual(1);
  });

  it('asks as many at once as there are slots, each of which ends with the process', async () => {
    const others = await Promise.all([1, 2].map(() => bench.connect(bench.carrier.baseUrl)));
    const asked = new Set<string>();
    await dispatch(
      askable(({ reference }) => {
        asked.add(reference);
        return new Promise(() => undefined);
      }),
    );
    const perChannel = Array.from({ length: 4 });
    const ids = await Promise.all([bench.channelId, ...others].flatMap((one) => perChannel.map(() => lost(one))));
    for (const id of ids) await bench.untilStates(id, 'unknown');
    const warnings = await leakWarningsOf(async () => {
      for (const id of ids) await makeDue(id);
      await eventually(() => expect(ids.filter((id) => !asked.has(`${id}.1.0`))).toEqual([]));
      await running[0]?.stop();
    });
    expect(warnings).toEqual([]);
  });
});
