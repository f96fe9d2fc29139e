import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pause } from '../../../../src/lifecycle.js';
import type { MessageId } from '../../../../src/events/kernel/ids.js';
import type { CarrierAnswer, CarrierCall } from '../../../support/scripted-carrier.js';
import { openDispatchRig, patiently, type DispatchRig } from './dispatch-rig.js';

const THREADS = 40;

let rig: DispatchRig;
beforeEach(async () => {
  rig = await openDispatchRig();
});
afterEach(() => rig.close());

const never = () => new Promise<never>(() => undefined);
const unavailable: CarrierAnswer = { status: 503, body: { error: { code: 'unavailable', message: 'not now' } } };

const acceptMany = (count: number, channel: number) =>
  Promise.all(
    Array.from({ length: count }, (_, index) =>
      rig.accept({ channel, thread: channel * 1_000 + index, text: `${channel}` }),
    ),
  );

const allSaid = (messages: readonly MessageId[], type: string) =>
  patiently(() => {
    for (const messageId of messages) expect(rig.said(messageId).at(-1)).toBe(type);
  });

const untouched = async () => (await rig.direct.query(`select 1 from work.dispatches where call = 0`)).rowCount ?? 0;

it('rule 18: a provider that never answers and one that takes 5 s hold up nobody else, with slots too few for either', async () => {
  rig.setChannel(2);
  rig.setChannel(3);
  let slowAnswers = 0;
  rig.carrier.script = async (call): Promise<CarrierAnswer> => {
    if (call.content.text === '1') return never();
    if (call.content.text === '3') return 'accept';
    await pause(5_000);
    slowAnswers += 1;
    return 'accept';
  };
  await rig.start({ limits: { callsPerChannel: 8, callsOverall: 20, stopGraceMs: 50 } });
  const [dead, slow] = await Promise.all([acceptMany(THREADS, 1), acceptMany(THREADS, 2)]);
  await patiently(() => {
    const taken = rig.carrier.calls.map(({ content }) => content.text);
    expect(taken.filter((text) => text === '1').length).toBeGreaterThanOrEqual(6);
    expect(taken.filter((text) => text === '2').length).toBeGreaterThanOrEqual(6);
  });
  const healthy = await acceptMany(THREADS, 3);
  await allSaid(healthy, 'message.submitted');
  expect(rig.carrier.calls.filter(({ content }) => content.text === '1').length).toBeLessThanOrEqual(8);
  expect(dead.flatMap((messageId) => rig.said(messageId)).filter((type) => type === 'message.submitted')).toEqual([]);
  // With the slots that it would take if it could, the slow one needed five rounds of 5 s.
  expect(slowAnswers).toBeLessThan(slow.length);
});

describe('rule 18: the breaker', () => {
  it('leaves a channel alone whose provider does not answer: few messages become unknown, the rest wait and then go out', async () => {
    let isDead = true;
    rig.carrier.script = () => (isDead ? never() : 'accept');
    await rig.start({ limits: { callsPerChannel: 8, callMs: 200, silenceMs: 200, pollMs: 20, stopGraceMs: 50 } });
    const messages = await acceptMany(THREADS, 1);
    const unknown = () => messages.filter((messageId) => rig.said(messageId).at(-1) === 'message.outcome_unknown');
    await patiently(() => expect(unknown().length).toBeGreaterThanOrEqual(8));
    // One more try, which is a message again.
    await patiently(() => expect(unknown().length).toBeGreaterThanOrEqual(9));
    expect(unknown().length).toBeLessThanOrEqual(16 + 3);
    expect(await untouched()).toBeGreaterThanOrEqual(THREADS - 19);
    isDead = false;
    await patiently(async () => expect(await untouched()).toBe(0));
    const sent = messages.filter((messageId) => !unknown().includes(messageId));
    await allSaid(sent, 'message.submitted');
    expect(sent.flatMap((messageId) => rig.callsOf(messageId))).toHaveLength(sent.length);
  });

  it('keeps no message longer than its ten minutes, though it is not called any more', async () => {
    const called = (call: CarrierCall) => rig.carrier.calls.filter(({ reference }) => reference === call.reference);
    rig.carrier.script = (call) => (called(call).length > 1 ? never() : unavailable);
    await rig.start({ limits: { silenceMs: 0, pollMs: 20, stopGraceMs: 50 } });
    const messages = await acceptMany(8, 1);
    await patiently(async () => {
      const deferred = await rig.direct.query(`select 1 from work.dispatches where deferrals > 0`);
      expect(deferred.rowCount).toBeGreaterThanOrEqual(5);
    });
    await rig.direct.query(`update work.dispatches set deferred_since = now() - interval '10 minutes'
      where state = 'waiting' and deferrals > 0`);
    await rig.direct.query(`update work.lanes set run_at = now()`);
    await patiently(() => {
      const failed = messages.filter((messageId) => rig.said(messageId).at(-1) === 'message.send_failed');
      expect(failed.length).toBeGreaterThanOrEqual(4);
      for (const messageId of failed) {
        expect(rig.eventsOf(messageId).at(-1)?.data).toMatchObject({ failure: { code: 'PROVIDER_UNAVAILABLE' } });
        // None at all where the breaker opened between its beginning and its call.
        expect(rig.callsOf(messageId).length).toBeLessThanOrEqual(1);
      }
    });
  });
});
