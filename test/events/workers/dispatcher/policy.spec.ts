import { describe, expect, it } from 'vitest';
import { nextStep, type NextStep } from '../../../../src/events/workers/dispatcher/policy.js';
import type { Outcome } from '../../../../src/providers/provider.js';

const place = { attempt: 2, part: 1, call: 3 };
const failure = { code: 'RECIPIENT_INVALID', isRetryable: false, providerCode: '131026' } as const;

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
    expect(nextStep(outcome, place, { acceptedMeansSent })).toEqual(expected);
  });

  it('keeps out what Postgres cannot store: NUL, lone surrogates, empty and repeated ids', () => {
    const step = nextStep(
      { kind: 'accepted', providerMessageIds: ['a\u0000', 'a', '', '\ud800b', '\u{1f600}'] },
      place,
      { acceptedMeansSent: false },
    );
    expect(step.providerMessageIds).toEqual(['a', 'b', '\u{1f600}']);
    const failed = nextStep({ kind: 'rejected', failure, providerMessage: `no\u0000${'x'.repeat(5_000)}` }, place, {
      acceptedMeansSent: false,
    });
    expect(failed.events[0]?.data).toMatchObject({ content: { providerMessage: `no${'x'.repeat(997)}` } });
    const cut = nextStep({ kind: 'rejected', failure, providerMessage: `${'x'.repeat(999)}\u{1f600}` }, place, {
      acceptedMeansSent: false,
    });
    expect(cut.events[0]?.data).toMatchObject({ content: { providerMessage: 'x'.repeat(999) } });
  });
});
