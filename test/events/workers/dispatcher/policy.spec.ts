import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endedBy, nextStep, type NextStep } from '../../../../src/events/workers/dispatcher/policy.js';
import type { LookUpAnswer, Outcome } from '../../../../src/providers/provider.js';

const place = { attempt: 2, part: 1, call: 3 };
const failure = { code: 'RECIPIENT_INVALID', isRetryable: false, providerCode: '131026' } as const;

const first = { deferrals: 0, deferredForMs: 0, random: 0.5 };
const receipts = { acceptedMeansSent: false };

const submitted = (providerMessageIds: readonly string[], content?: { providerAddress: string }) => ({
  type: 'message.submitted',
  data: { ...place, providerMessageIds, ...(content && { content }) },
});

describe('rule 19: the policy over its table', () => {
  it.each<[string, Outcome, boolean, NextStep | object]>([
    [
      'accepted, where the provider has a receipt for SENT',
      { kind: 'accepted', providerMessageIds: ['a', 'b'] },
      false,
      { state: 'settled', events: [submitted(['a', 'b'])], providerMessageIds: ['a', 'b'] },
    ],
    [
      'accepted, where its acceptance counts as SENT',
      { kind: 'accepted', providerMessageIds: ['a'], providerAddress: '+1' },
      true,
      {
        state: 'settled',
        events: [
          submitted(['a'], { providerAddress: '+1' }),
          { type: 'message.sent', data: { attempt: 2, part: 1, providerMessageId: 'a' } },
        ],
        providerMessageIds: ['a'],
      },
    ],
    [
      'rejected',
      { kind: 'rejected', failure, providerMessage: 'no such number' },
      false,
      {
        state: 'settled',
        events: [
          {
            type: 'message.send_failed',
            data: { attempt: 2, part: 1, failure, content: { providerMessage: 'no such number' } },
          },
        ],
        providerMessageIds: [],
      },
    ],
    [
      'unknown',
      { kind: 'unknown' },
      true,
      {
        state: 'unknown',
        events: [{ type: 'message.outcome_unknown', data: { ...place, reason: 'no_answer' } }],
        providerMessageIds: [],
      },
    ],
  ])('%s', (_name, outcome, acceptedMeansSent, expected) => {
    expect(nextStep(outcome, place, { acceptedMeansSent }, first)).toEqual(expected);
  });

  it('keeps out what Postgres cannot store: NUL, lone surrogates, empty and repeated ids', () => {
    const taken: LookUpAnswer = {
      ...{ kind: 'accepted', providerMessageIds: ['a\u0000', 'a', '', '\ud800b', '\u{1f600}'] },
    };
    expect(endedBy(taken, place, receipts).providerMessageIds).toEqual(['a', 'b', '\u{1f600}']);
    const said = (providerMessage: string) =>
      endedBy({ kind: 'rejected', failure, providerMessage }, place, receipts).events[0]?.data;
    expect(said(`no\u0000${'x'.repeat(5_000)}`)).toMatchObject({
      content: { providerMessage: `no${'x'.repeat(997)}` },
    });
    expect(said(`${'x'.repeat(999)}\u{1f600}`)).toMatchObject({ content: { providerMessage: 'x'.repeat(999) } });
  });
});

describe('rule 19: what surely was not processed is put off', () => {
  const deferralBy = (outcome: Outcome, history: Partial<typeof first>) => {
    const step = nextStep(outcome, place, receipts, { ...first, ...history });
    return step.state === 'waiting' ? step.deferral : step;
  };
  const unavailable = (history: Partial<typeof first>) => deferralBy({ kind: 'unavailable' }, history);
  const throttled = (retryAfterMs?: number, history: Partial<typeof first> = {}) =>
    deferralBy({ kind: 'throttled', ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }, history);
  const pause = (delayMs: number, channelPauseMs = 0) => ({
    ...{ reason: channelPauseMs === 0 ? 'unavailable' : 'throttled', delayMs, channelPauseMs },
  });

  it('unavailable: from 1 s, doubling, more or less by half, at most 60 s, and the channel goes on', () => {
    const pauses = [0, 1, 2, 3, 4, 5, 6, 7, 99].map((deferrals) => unavailable({ deferrals }));
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 40_000, 40_000, 40_000].map((ms) => pause(ms)));
    expect([0, 1].map((random) => unavailable({ random }))).toEqual([pause(500), pause(1_500)]);
    expect([0, 1].map((random) => unavailable({ deferrals: 9, random }))).toEqual([pause(20_000), pause(60_000)]);
  });

  it('throttled: for as long as the provider says, within 1 s and 10 minutes, and its channel with it', () => {
    expect(throttled(7_000)).toEqual(pause(7_000, 7_000));
    expect(throttled(7_000, { deferrals: 5, random: 1 })).toEqual(pause(7_000, 7_000));
    expect(throttled(0)).toEqual(pause(1_000, 1_000));
    expect(throttled(86_400_000)).toEqual(pause(600_000, 600_000));
  });

  it('throttled without a word how long: as unavailable, and at least 1 s', () => {
    expect(throttled(undefined, { random: 0 })).toEqual(pause(1_000, 1_000));
    expect(throttled(undefined, { deferrals: 3 })).toEqual(pause(8_000, 8_000));
  });

  it('throttled for one address: only that waits, and the channel goes on', () => {
    const ofAddress = deferralBy({ kind: 'throttled', retryAfterMs: 7_000, isOfAddress: true }, {});
    expect(ofAddress).toEqual({ reason: 'throttled', delayMs: 7_000, channelPauseMs: 0 });
  });

  it('rule 18: its last pause ends with its ten minutes; the channel still waits for as long as it was asked to', () => {
    expect(unavailable({ deferrals: 9, deferredForMs: 599_000.5 })).toEqual(pause(1_000));
    expect(throttled(30_000, { deferredForMs: 590_000 })).toEqual(pause(10_000, 30_000));
    // The database's clock was set back.
    expect(unavailable({ deferredForMs: -3_600_000 })).toEqual(pause(1_000));
  });

  it.each<[Outcome, string]>([
    [{ kind: 'throttled', retryAfterMs: 1_000 }, 'RATE_LIMITED'],
    [{ kind: 'unavailable' }, 'PROVIDER_UNAVAILABLE'],
  ])('rule 18: %o after ten minutes is a failure that may be retried', (outcome, code) => {
    expect(deferralBy(outcome, { deferrals: 12, deferredForMs: 600_000 })).toEqual({
      state: 'settled',
      events: [{ type: 'message.send_failed', data: { attempt: 2, part: 1, failure: { code, isRetryable: true } } }],
      providerMessageIds: [],
    });
  });

  it('rule 18: whatever chance says, a part comes to its end: all its pauses together are ten minutes', () => {
    const outcomes = fc.array(
      fc.record({ random: fc.double({ min: 0, max: 1, noNaN: true }), retryAfterMs: fc.option(fc.nat(2_000_000)) }),
      { minLength: 1_500, maxLength: 1_500 },
    );
    fc.assert(
      fc.property(outcomes, (drawn) => {
        let deferredForMs = 0;
        const ended = drawn.some(({ random, retryAfterMs }, deferrals) => {
          const outcome: Outcome =
            retryAfterMs === null ? { kind: 'unavailable' } : { kind: 'throttled', retryAfterMs };
          const step = nextStep(outcome, place, receipts, { deferrals, deferredForMs, random });
          if (step.state === 'waiting') deferredForMs += step.deferral.delayMs;
          return step.state === 'settled';
        });
        expect(ended).toBe(true);
        expect(deferredForMs).toBeCloseTo(600_000, -1);
      }),
      { numRuns: 20 },
    );
  });
});
