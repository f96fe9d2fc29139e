import { createServer, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { channelIds, messageIds, type MessageId } from '../../../../src/events/kernel/ids.js';
import { channelId } from '../../../support/events.js';
import type { CarrierAnswer } from '../../../support/scripted-carrier.js';
import { openDispatchRig, patiently, type DispatchRig } from './dispatch-rig.js';

let rig: DispatchRig;
beforeEach(async () => {
  rig = await openDispatchRig();
});
afterEach(() => rig.close());

const unavailable: CarrierAnswer = { status: 503, body: { error: { code: 'unavailable', message: 'not now' } } };
const throttled = (seconds: number): CarrierAnswer => ({
  ...{ status: 429, body: { error: { code: 'rate_limited', message: 'too many' } } },
  headers: { 'retry-after': String(seconds) },
});

/** So much time passes, as far as what was put off and its channel's pause know. */
const pass = (seconds: number) =>
  rig.direct.query(`with waited as (
      update work.dispatches set run_at = run_at - make_interval(secs => ${seconds}),
        deferred_since = deferred_since - make_interval(secs => ${seconds}) where state = 'waiting'
    ), paused as (
      update work.channel_rates set throttled_until = throttled_until - make_interval(secs => ${seconds})
    ) update work.lanes set run_at = run_at - make_interval(secs => ${seconds})`);

const deferrals = async (messageId: MessageId) => {
  const found = await rig.direct.query<{ deferrals: number; since: string | null; in_ms: number }>(
    `select deferrals, deferred_since::text as since, (extract(epoch from run_at - now()) * 1000)::float8 as in_ms
     from work.dispatches where message_id = $1`,
    [messageIds.toUuid(messageId)],
  );
  return found.rows[0];
};

const deferredOf = (messageId: MessageId) =>
  rig.eventsOf(messageId).flatMap(({ type, data }) => (type === 'message.deferred' ? [data] : []));

describe('an unavailable provider', () => {
  it('rules 17, 18, 19: is asked again, the lane waits, and the order holds', async () => {
    let refusals = 2;
    rig.carrier.script = (call) => (call.content.text === 'first' && refusals-- > 0 ? unavailable : 'accept');
    await rig.start({ limits: { pollMs: 20 } });
    const first = await rig.accept({ text: 'first' });
    const second = await rig.accept({ text: 'second' });
    await patiently(() => expect(deferredOf(first)).toHaveLength(1));
    expect(await rig.row(first)).toMatchObject({ state: 'waiting', call: 1, lease_token: null });
    const once = await deferrals(first);
    expect(once).toMatchObject({ deferrals: 1 });
    expect(once?.in_ms).toBeLessThanOrEqual(1_500);
    await pass(2);
    await patiently(() => expect(deferredOf(first)).toHaveLength(2));
    const twice = await deferrals(first);
    expect(twice?.deferrals).toBe(2);
    expect(rig.callsOf(second)).toEqual([]);
    await pass(3);
    await patiently(() => expect(rig.said(second).at(-1)).toBe('message.submitted'));
    expect(rig.said(first)).toEqual([
      'message.accepted',
      ...['message.dispatched', 'message.deferred', 'message.dispatched', 'message.deferred'],
      ...['message.dispatched', 'message.submitted'],
    ]);
    expect(deferredOf(first)).toMatchObject([
      { call: 1, reason: 'unavailable', attempt: 1, part: 0 },
      { call: 2, reason: 'unavailable', attempt: 1, part: 0 },
    ]);
    expect(rig.carrier.calls.map(({ content }) => content.text)).toEqual(['first', 'first', 'first', 'second']);
    // The pause is the lane's, not the channel's.
    const rates = await rig.direct.query('select throttled_until from work.channel_rates');
    expect(rates.rows).toEqual([{ throttled_until: null }]);
  });

  it('rule 18: fails the message after ten minutes with a code that may be retried, and the lane goes on', async () => {
    rig.carrier.script = (call) => (call.content.text === 'dead' ? unavailable : 'accept');
    await rig.start({ limits: { pollMs: 20 } });
    const dead = await rig.accept({ text: 'dead' });
    await patiently(() => expect(deferredOf(dead)).toHaveLength(1));
    await pass(590);
    await patiently(() => expect(deferredOf(dead)).toHaveLength(2));
    await pass(11);
    const behind = await rig.accept({ text: 'behind' });
    await patiently(() => expect(rig.said(behind).at(-1)).toBe('message.submitted'));
    expect(rig.said(dead).at(-1)).toBe('message.send_failed');
    expect(rig.eventsOf(dead).at(-1)?.data).toMatchObject({
      failure: { code: 'PROVIDER_UNAVAILABLE', isRetryable: true },
    });
    expect(rig.callsOf(dead)).toHaveLength(3);
    expect(await rig.row(dead)).toMatchObject({ state: 'settled', payload: null });
  });

  it('rule 19: that refuses the connection has surely processed nothing', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => closed.once('listening', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    rig.setChannel(1, { settings: { apiBaseUrl: `http://127.0.0.1:${port}`, token: 't'.repeat(43) } });
    await rig.start({ limits: { pollMs: 20 } });
    const messageId = await rig.accept();
    await patiently(() => expect(deferredOf(messageId)).toMatchObject([{ reason: 'unavailable' }]));
    rig.setChannel(1);
    await pass(2);
    await patiently(() => expect(rig.said(messageId).at(-1)).toBe('message.submitted'));
  });
});

it('rule 18: what was put off is looked at when it is due, and not all the time before', async () => {
  let refusals = 2;
  rig.setChannel(2);
  rig.carrier.script = ({ content }) =>
    refusals-- > 0 ? (content.text === 'throttled' ? throttled(1) : unavailable) : 'accept';
  let looks = 0;
  const providers = {
    ...rig.providers,
    get: (kind: Parameters<typeof rig.providers.get>[0]) => {
      looks += 1;
      return rig.providers.get(kind);
    },
  };
  // Without the net: what isn't woken for stays.
  await rig.start({ providers, limits: { pollMs: 3_600_000 } });
  const messages = await Promise.all([
    rig.accept({ text: 'throttled', thread: 1 }),
    rig.accept({ text: 'unavailable', thread: 2, channel: 2 }),
  ]);
  await patiently(() => {
    for (const messageId of messages) expect(rig.said(messageId).at(-1)).toBe('message.submitted');
  });
  // Some for each commit and each call that ended; asked every 20 ms it were 50 and more.
  expect(looks).toBeLessThan(40);
});

describe('a throttled channel', () => {
  const rate = async () => {
    const found = await rig.direct.query<{ tokens: number; left_ms: number | null }>(
      `select tokens, (extract(epoch from throttled_until - now()) * 1000)::float8 as left_ms
       from work.channel_rates where channel_id = $1`,
      [channelIds.toUuid(channelId(1))],
    );
    return found.rows[0];
  };

  it('rule 18: is left alone by all dispatchers until its pause is over, and then begins slowly', async () => {
    rig.setChannel(1, { settings: { apiBaseUrl: rig.carrier.baseUrl, token: 't'.repeat(43), ratePerSecond: 5 } });
    rig.setChannel(2);
    let isThrottling = true;
    rig.carrier.script = (call) => (call.content.text === 'one' && isThrottling ? throttled(60) : 'accept');
    await Promise.all([rig.start({ limits: { pollMs: 20 } }), rig.start({ limits: { pollMs: 20 } })]);
    const one = await rig.accept({ text: 'one' });
    await patiently(() => expect(deferredOf(one)).toMatchObject([{ reason: 'throttled', call: 1 }]));
    expect((await deferrals(one))?.in_ms).toBeGreaterThan(50_000);
    expect(await rate()).toMatchObject({ tokens: 0 });
    expect((await rate())?.left_ms).toBeGreaterThan(50_000);
    const others = await Promise.all([2, 3, 4, 5, 6, 7].map((thread) => rig.accept({ text: 'other', thread })));
    const elsewhere = await rig.accept({ channel: 2, thread: 20 });
    await patiently(() => expect(rig.said(elsewhere).at(-1)).toBe('message.submitted'));
    await patiently(async () => expect((await rig.direct.query('select 1 from work.lanes')).rowCount).toBe(7));
    expect(rig.callsOf(one)).toHaveLength(1);
    expect(others.flatMap((messageId) => rig.callsOf(messageId))).toEqual([]);
    isThrottling = false;
    const overAt = performance.now();
    await pass(59);
    await patiently(() => expect(rig.said(one).at(-1)).toBe('message.submitted'));
    await patiently(() => {
      for (const messageId of others) expect(rig.said(messageId).at(-1)).toBe('message.submitted');
    });
    // Seven calls at five a second out of an empty bucket, though its burst is five.
    expect(performance.now() - overAt).toBeGreaterThan(1_350);
    expect(rig.said(one).filter((type) => type === 'message.deferred')).toHaveLength(1);
  });

  it('rule 18: keeps no message longer than its ten minutes, however long it is throttled', async () => {
    rig.carrier.script = () => throttled(60);
    await rig.start({ limits: { pollMs: 20 } });
    const messageId = await rig.accept();
    await patiently(() => expect(deferredOf(messageId)).toHaveLength(1));
    await rig.direct.query(`update work.dispatches set deferred_since = now() - interval '10 minutes'`);
    await rig.direct.query(`update work.lanes set run_at = now()`);
    await patiently(() => expect(rig.said(messageId).at(-1)).toBe('message.send_failed'));
    expect(rig.eventsOf(messageId).at(-1)?.data).toMatchObject({
      failure: { code: 'RATE_LIMITED', isRetryable: true },
    });
    expect(rig.callsOf(messageId)).toHaveLength(1);
    expect(await rig.row(messageId)).toMatchObject({ state: 'settled', payload: null });
    expect((await rig.direct.query('select 1 from work.lanes')).rowCount).toBe(0);
  });

  it('rule 18: waits for the longest of the pauses that it was asked for', async () => {
    // Answered when all four are under way: the longest pause is neither the first nor the last to be asked for.
    rig.carrier.script = async (call) => {
      await patiently(() => expect(rig.carrier.calls).toHaveLength(4));
      return throttled(call.content.text === 'long' ? 300 : 10);
    };
    await rig.start({ limits: { pollMs: 20 } });
    const texts = ['short', 'long', 'short', 'short'];
    const messages = await Promise.all(texts.map((text, index) => rig.accept({ text, thread: index + 1 })));
    await patiently(() => {
      for (const messageId of messages) expect(deferredOf(messageId)).toHaveLength(1);
    });
    expect((await rate())?.left_ms).toBeGreaterThan(200_000);
    expect(rig.carrier.calls).toHaveLength(4);
  });
});
