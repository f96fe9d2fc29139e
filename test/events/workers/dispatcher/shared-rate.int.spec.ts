import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { channelIds } from '../../../../src/events/kernel/ids.js';
import { channelId } from '../../../support/events.js';
import { pause } from '../../../../src/lifecycle.js';
import { openDispatchRig, patiently, type DispatchRig } from './dispatch-rig.js';

let rig: DispatchRig;
beforeEach(async () => {
  rig = await openDispatchRig();
});
afterEach(() => rig.close());

const setRate = (channel: number, ratePerSecond: number) =>
  rig.setChannel(channel, { settings: { apiBaseUrl: rig.carrier.baseUrl, token: 't'.repeat(43), ratePerSecond } });

const acceptMany = (count: number, channel: number) =>
  Promise.all(Array.from({ length: count }, (_, index) => rig.accept({ channel, thread: channel * 1_000 + index })));

describe('the rate of a channel', () => {
  it('rule 18: is kept by three dispatchers together, in every moment', async () => {
    const [perSecond, burst, sends] = [10, 10, 30];
    setRate(1, perSecond);
    rig.setChannel(2);
    const calledAt: number[] = [];
    rig.carrier.script = () => {
      calledAt.push(performance.now());
      return 'accept';
    };
    await Promise.all([rig.start(), rig.start(), rig.start()]);
    await rig.untilState(await rig.accept({ channel: 2 }), 'settled');
    calledAt.length = 0;
    const begun = performance.now();
    await acceptMany(sends, 1);
    await patiently(() => expect(calledAt).toHaveLength(sends));
    calledAt.forEach((at, index) => {
      expect(index + 1).toBeLessThanOrEqual(burst + (perSecond * (at - begun)) / 1_000);
    });
  });

  it('delays no other channel: 100 lanes across two, one without tokens', async () => {
    setRate(1, 1);
    setRate(2, 1_000);
    await rig.direct.query(
      `insert into work.channel_rates (channel_id, tokens, refilled_at) values ($1, -1000, clock_timestamp())`,
      [channelIds.toUuid(channelId(1))],
    );
    const [slow, fast] = await Promise.all([acceptMany(50, 1), acceptMany(50, 2)]);
    let looks = 0;
    const directory = {
      ...rig.directory,
      get: (id: Parameters<typeof rig.directory.get>[0]) => {
        if (id === channelId(1)) looks += 1;
        return rig.directory.get(id);
      },
    };
    const dispatcher = await rig.start({ directory });
    await patiently(() => {
      for (const messageId of fast) expect(rig.said(messageId).at(-1)).toBe('message.submitted');
    });
    expect(slow.flatMap((messageId) => rig.callsOf(messageId))).toEqual([]);
    // Each call that ends is a reason to look.
    await patiently(() => expect(dispatcher.state().callsUnderWay).toBe(0));
    // And it isn't asked for again and again: with nothing else to do, which what the ends woke may delay, once in a poll
    // of a second.
    await patiently(async () => {
      const before = looks;
      await pause(2_000);
      expect(looks - before).toBeLessThanOrEqual(4);
    });
    // As if the tokens had flowed in.
    await rig.direct.query('update work.channel_rates set tokens = 1');
    await patiently(() => expect(slow.flatMap((messageId) => rig.callsOf(messageId)).length).toBeGreaterThan(0));
  });
});
