import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { channelId } from '../../../support/events.js';
import type { CarrierAnswer } from '../../../support/scripted-carrier.js';
import { openDispatchRig, patiently, type DispatchRig } from './dispatch-rig.js';

let rig: DispatchRig;
beforeEach(async () => {
  rig = await openDispatchRig();
});
afterEach(() => rig.close());

const never = () => new Promise<never>(() => undefined);

describe('a call', () => {
  it('rule 17: is announced before the first byte, made once, and stored with its ids and its event', async () => {
    let saidBefore: string[] = [];
    rig.carrier.script = async (call): Promise<CarrierAnswer> => {
      const [messageId] = call.reference.split('.');
      saidBefore = await rig.direct
        .query<{ type: string }>(
          `select headers->>'ce_type' as type from log.records where headers->>'ce_subject' = $1 order by "offset"`,
          [messageId],
        )
        .then(({ rows }) => rows.map(({ type }) => type));
      return 'accept';
    };
    await rig.start();
    const messageId = await rig.accept({ text: 'one' });
    await patiently(() =>
      expect(rig.said(messageId)).toEqual(['message.accepted', 'message.dispatched', 'message.submitted']),
    );
    expect(saidBefore).toEqual(['message.accepted', 'message.dispatched']);
    expect(rig.carrier.calls).toHaveLength(1);
    const [call] = rig.carrier.calls;
    expect(call).toMatchObject({
      to: '+15550100000',
      reference: `${messageId}.1.0`,
      callbackUrl: `http://127.0.0.1:9/webhooks/sandbox/${channelId()}`,
      content: { kind: 'text', text: 'one' },
    });
    expect(await rig.row(messageId)).toEqual({ state: 'settled', call: 1, payload: null, lease_token: null });
    const ids = await rig.direct.query('select provider_message_id from work.provider_messages');
    expect(ids.rows).toEqual([{ provider_message_id: call?.id }]);
    expect((await rig.direct.query('select 1 from work.lanes')).rowCount).toBe(0);
    await patiently(async () => expect((await rig.direct.query('select 1 from work.outbox')).rowCount).toBe(0));
  });

  it('rule 19: that the provider refuses fails the message with its code, and the lane goes on', async () => {
    rig.carrier.script = (call) =>
      call.content.text === 'bad'
        ? { status: 400, body: { error: { code: 'invalid_recipient', message: 'no such number' } } }
        : 'accept';
    await rig.start();
    const bad = await rig.accept({ text: 'bad' });
    const good = await rig.accept({ text: 'good' });
    await patiently(() => expect(rig.said(bad).at(-1)).toBe('message.send_failed'));
    await patiently(() => expect(rig.said(good).at(-1)).toBe('message.submitted'));
    const failed = rig.eventsOf(bad).at(-1);
    expect(failed?.data).toMatchObject({ attempt: 1, part: 0, content: { providerMessage: 'no such number' } });
    expect(await rig.row(bad)).toMatchObject({ state: 'settled' });
  });

  it('rule 19: without a usable answer is unknown, is never made again, and the lane goes on', async () => {
    rig.carrier.script = (call) => (call.content.text === 'lost' ? 'drop' : 'accept');
    await rig.start();
    const lost = await rig.accept({ text: 'lost' });
    const next = await rig.accept({ text: 'next' });
    await patiently(() => expect(rig.said(next).at(-1)).toBe('message.submitted'));
    await patiently(() => expect(rig.said(lost).at(-1)).toBe('message.outcome_unknown'));
    expect(await rig.row(lost)).toMatchObject({ state: 'unknown', lease_token: null });
    expect(rig.callsOf(lost)).toHaveLength(1);
  });

  it('rule 17: each part is a call of its own, in order', async () => {
    await rig.start();
    const messageId = await rig.accept({ parts: 3 });
    await patiently(() => expect(rig.said(messageId)).toHaveLength(7));
    expect(rig.carrier.calls.map(({ reference }) => reference)).toEqual(
      [0, 1, 2].map((part) => `${messageId}.1.${part}`),
    );
  });

  it('of a message whose content was erased before it was sent is never made', async () => {
    await rig.start();
    const event = rig.accepted();
    const { content: _content, ...facts } = event.data;
    await rig.append({ ...event, data: { ...facts, sealed: { keyId: 'gone', nonce: '', ciphertext: '' } } });
    await patiently(() => expect(rig.said(event.messageId).at(-1)).toBe('message.send_failed'));
    expect(rig.carrier.calls).toHaveLength(0);
  });
});

describe('lanes', () => {
  it('rule 18: order holds within a conversation, one call at a time, whatever the provider takes', async () => {
    const underWay = new Set<string>();
    let overlaps = 0;
    rig.carrier.script = async (call): Promise<CarrierAnswer> => {
      if (underWay.has(call.content.text.charAt(0))) overlaps += 1;
      underWay.add(call.content.text.charAt(0));
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 10));
      underWay.delete(call.content.text.charAt(0));
      return 'accept';
    };
    await rig.start();
    const texts = ['a', 'b', 'c'].map((name) => Array.from({ length: 8 }, (_, index) => `${name}${index}`));
    await Promise.all(texts.flatMap((lane, thread) => lane.map((text) => rig.accept({ text, thread: thread + 1 }))));
    await patiently(() => expect(rig.carrier.calls).toHaveLength(24));
    for (const lane of texts) {
      const called = rig.carrier.calls.map((call) => call.content.text).filter((text) => lane.includes(text));
      expect(called).toEqual(lane);
    }
    expect(overlaps).toBe(0);
  });

  it('rule 18: a provider that never answers delays neither other conversations nor other channels', async () => {
    rig.setChannel(2);
    rig.carrier.script = (call) => (call.content.text === 'hang' ? never() : 'accept');
    await rig.start({ limits: { callsPerChannel: 4, callsOverall: 8, stopGraceMs: 50 } });
    for (let thread = 1; thread <= 3; thread += 1) await rig.accept({ text: 'hang', thread });
    const behind = await rig.accept({ text: 'behind the first', thread: 1 });
    await patiently(() => expect(rig.carrier.calls).toHaveLength(3));
    const [here, there] = await Promise.all([
      rig.accept({ text: 'here', thread: 10 }),
      rig.accept({ text: 'there', thread: 11, channel: 2 }),
    ]);
    await patiently(() => expect(rig.said(here).at(-1)).toBe('message.submitted'));
    await patiently(() => expect(rig.said(there).at(-1)).toBe('message.submitted'));
    expect(rig.callsOf(behind)).toHaveLength(0);
    expect(await rig.row(behind)).toMatchObject({ state: 'waiting' });
  });

  it('rule 18: lanes of a disabled channel stop, and go on when it is enabled', async () => {
    rig.setChannel(1, { isEnabled: false });
    rig.setChannel(2);
    await rig.start({ limits: { pollMs: 50 } });
    const stopped = await rig.accept();
    const other = await rig.accept({ channel: 2, thread: 2 });
    await patiently(() => expect(rig.said(other).at(-1)).toBe('message.submitted'));
    expect(await rig.row(stopped)).toMatchObject({ state: 'waiting', call: 0 });
    rig.setChannel(1);
    await patiently(() => expect(rig.said(stopped).at(-1)).toBe('message.submitted'));
  });

  it('rule 18: a day after its channel was disabled, what waits fails without a call', async () => {
    const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000);
    rig.setChannel(1, { isEnabled: false, disabledAt: hoursAgo(24.1) });
    rig.setChannel(2, { isEnabled: false, disabledAt: hoursAgo(23.9) });
    await rig.start({ limits: { pollMs: 50 } });
    const [waiting, late] = [await rig.accept({ channel: 2, thread: 2 }), await rig.accept()];
    await patiently(() => expect(rig.said(late).at(-1)).toBe('message.send_failed'));
    expect(rig.callsOf(late)).toHaveLength(0);
    expect(await rig.row(waiting)).toMatchObject({ state: 'waiting', call: 0 });
  });

  it('rule 18: a channel that can not be loaded keeps its own lanes waiting, and no others', async () => {
    rig.setChannel(2);
    await rig.start({ limits: { pollMs: 50 }, directory: rig.directoryThatCannotLoad(1) });
    const stopped = await rig.accept();
    const other = await rig.accept({ channel: 2, thread: 2 });
    await patiently(() => expect(rig.said(other).at(-1)).toBe('message.submitted'));
    expect(await rig.row(stopped)).toMatchObject({ state: 'waiting', call: 0 });
  });

  it('rule 18: several dispatchers share the work and no call is made twice', async () => {
    await Promise.all([rig.start(), rig.start(), rig.start()]);
    const sends = Array.from({ length: 60 }, (_, index) => rig.accept({ text: `${index}`, thread: 1 + (index % 10) }));
    const messages = await Promise.all(sends);
    await patiently(() => {
      for (const messageId of messages) expect(rig.said(messageId).at(-1)).toBe('message.submitted');
    });
    expect(rig.carrier.calls).toHaveLength(60);
    for (let thread = 0; thread < 10; thread += 1) {
      const called = rig.carrier.calls.map((call) => Number(call.content.text)).filter((n) => n % 10 === thread);
      expect(called).toEqual([...called].sort((a, b) => a - b));
    }
  });
});

describe('stop', () => {
  it('waits for the call under way, stores what became of it, and gives back what has not begun', async () => {
    let answer: () => void = () => undefined;
    rig.carrier.script = () => new Promise((resolve) => (answer = () => resolve('accept')));
    const dispatcher = await rig.start();
    const first = await rig.accept({ text: 'first' });
    const second = await rig.accept({ text: 'second' });
    await patiently(() => expect(rig.carrier.calls).toHaveLength(1));
    await rig.untilState(second, 'waiting');
    const stopping = dispatcher.stop();
    answer();
    await stopping;
    expect(await rig.row(first)).toMatchObject({ state: 'settled' });
    expect(await rig.row(second)).toMatchObject({ state: 'waiting', call: 0 });
    expect(dispatcher.state().callsUnderWay).toBe(0);
    await patiently(() => expect(rig.said(first).at(-1)).toBe('message.submitted'));
  });

  it('cuts a call off after its grace and says that nobody knows', async () => {
    rig.carrier.script = never;
    const dispatcher = await rig.start({ limits: { stopGraceMs: 50 } });
    const messageId = await rig.accept();
    await patiently(() => expect(rig.carrier.calls).toHaveLength(1));
    await dispatcher.stop();
    expect(await rig.row(messageId)).toMatchObject({ state: 'unknown' });
    await patiently(() => expect(rig.said(messageId).at(-1)).toBe('message.outcome_unknown'));
  });
});
