import { beforeEach, describe, expect, it } from 'vitest';
import { pino } from 'pino';
import { createBreakers, type Breakers } from '../../../../src/events/workers/dispatcher/breakers.js';
import type { Outcome } from '../../../../src/providers/provider.js';
import { channelId } from '../../../support/events.js';

const CALL_MS = 30_000;
const unavailable: Outcome = { kind: 'unavailable' };
const unknown: Outcome = { kind: 'unknown' };
const accepted: Outcome = { kind: 'accepted', providerMessageIds: ['a'] };

let now: number;
let told: string[];
let breakers: Breakers;
beforeEach(() => {
  now = 1_000_000;
  told = [];
  const logger = pino(
    { level: 'info' },
    { write: (line) => void told.push((JSON.parse(line) as { msg: string }).msg) },
  );
  breakers = createBreakers({ callMs: CALL_MS, silenceMs: 10_000, logger, now: () => now });
});

/** A call that takes so long. */
const call = (outcome: Outcome, tookMs = 0, channel = 1) =>
  breakers.guard(channelId(channel), () => {
    now += tookMs;
    return Promise.resolve(outcome);
  });

const calls = async (count: number, outcome: Outcome, tookMs = 0) => {
  for (let n = 0; n < count; n += 1) await call(outcome, tookMs);
};

const isClosed = (channel = 1) => breakers.isClosed(channelId(channel));
const triesInMs = (channel = 1) => breakers.triesInMs(channelId(channel));

const open = async () => {
  await calls(5, unavailable, 2_500);
  expect(isClosed()).toBe(false);
};

describe('rule 18: the breaker of a channel', () => {
  it('opens after five in a row over ten seconds, for this channel only, and says so once', async () => {
    await calls(4, unavailable, 2_500);
    expect([isClosed(), triesInMs()]).toEqual([true, 0]);
    await call(unavailable);
    expect([isClosed(), triesInMs()]).toEqual([false, 1_000]);
    expect([isClosed(2), triesInMs(2)]).toEqual([true, 0]);
    await call(accepted, 0, 2);
    expect(breakers.states()).toEqual([
      { channelId: channelId(1), isOpen: true },
      { channelId: channelId(2), isOpen: false },
    ]);
    expect(told).toHaveLength(1);
  });

  it('takes a burst that is refused together for one sign', async () => {
    await Promise.all(Array.from({ length: 64 }, () => call(unavailable)));
    expect(isClosed()).toBe(true);
    now += 10_000;
    await call(unavailable);
    expect(isClosed()).toBe(false);
  });

  it('opens when nobody answers within the deadline, at once with as many as are under way', async () => {
    const hanging = Array.from({ length: 32 }, () => breakers.guard(channelId(1), () => hang()));
    now += CALL_MS;
    hung.splice(0).forEach((end) => end(unknown));
    await Promise.all(hanging);
    expect(isClosed()).toBe(false);
  });

  it.each<[string, Outcome]>([
    ['accepts', accepted],
    ['throttles', { kind: 'throttled' }],
    ['refuses', { kind: 'rejected', failure: { code: 'RECIPIENT_INVALID', isRetryable: false } }],
    ['drops the line', unknown],
  ])('stays closed for a provider that %s in between', async (_name, outcome) => {
    for (let round = 0; round < 5; round += 1) {
      await calls(4, unavailable, 5_000);
      await call(outcome);
    }
    expect(isClosed()).toBe(true);
    expect(told).toEqual([]);
  });

  it('lets one try after its pause, which grows to half a minute, and calls nobody before', async () => {
    await open();
    const pauses: number[] = [];
    for (let n = 0; n < 8; n += 1) {
      pauses.push(triesInMs());
      now += triesInMs() - 1;
      expect(await call(accepted)).toEqual(unavailable);
      expect(isClosed()).toBe(false);
      now += 1;
      expect(triesInMs()).toBe(0);
      await call(unavailable);
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    expect(told).toHaveLength(1);
  });

  it('lets nobody else try meanwhile', async () => {
    await open();
    now += 1_000;
    const trying = breakers.guard(channelId(1), () => hang());
    expect(triesInMs()).toBe(Number.POSITIVE_INFINITY);
    expect(await call(accepted)).toEqual(unavailable);
    hung.splice(0).forEach((end) => end(accepted));
    await trying;
    expect([isClosed(), triesInMs()]).toEqual([true, 0]);
  });

  it('closes with the first answer, says so, and begins anew', async () => {
    await open();
    now += 1_000;
    expect(await call(accepted)).toEqual(accepted);
    expect(isClosed()).toBe(true);
    expect(told).toHaveLength(2);
    await calls(4, unavailable, 5_000);
    expect(isClosed()).toBe(true);
    await call(unavailable);
    expect(triesInMs()).toBe(1_000);
  });

  it('closes although an adapter throws', async () => {
    await open();
    now += 1_000;
    await expect(breakers.guard(channelId(1), () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(isClosed()).toBe(true);
  });
});

const hung: ((outcome: Outcome) => void)[] = [];
const hang = () => new Promise<Outcome>((resolve) => hung.push(resolve));
