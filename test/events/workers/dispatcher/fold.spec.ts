import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  foldDispatch,
  stepsOf,
  type DispatchProgress,
  type IntakeStep,
} from '../../../../src/events/workers/dispatcher/fold.js';
import { acceptedData, at, event, messageId, receivedData } from '../../../support/events.js';

const key = { messageId: messageId(), attempt: 1, part: 0 };
const payload = { address: '+15550100000', content: acceptedData().content.message };
const queued: IntakeStep = { ...key, kind: 'queued', payload };
const begun = (call: number): IntakeStep => ({ ...key, kind: 'begun', call });
const deferred = (call: number): IntakeStep => ({ ...key, kind: 'deferred', call, nextAt: at(call) });
const unknown = (call: number): IntakeStep => ({ ...key, kind: 'unknown', call });
const ended: IntakeStep = { ...key, kind: 'ended' };

const fold = (...steps: readonly IntakeStep[]) =>
  steps.reduce<DispatchProgress | undefined>(foldDispatch, undefined)?.state;

describe('rule 16: what the log says of a dispatch', () => {
  it.each<[string, readonly IntakeStep[], string]>([
    ['accepted', [queued], 'waiting'],
    ['a call that nobody ended', [queued, begun(1)], 'in_doubt'],
    ['a call that was put off', [queued, begun(1), deferred(1)], 'waiting'],
    ['put off, although the log never took that it began', [queued, deferred(1)], 'waiting'],
    ['put off and begun again', [queued, begun(1), deferred(1), begun(2)], 'in_doubt'],
    ['begun, written down only after it was put off', [queued, deferred(1), begun(1)], 'waiting'],
    ['an answer', [queued, begun(1), ended], 'settled'],
    ['a receipt before anything else', [ended, queued], 'settled'],
    ['nobody knows', [queued, begun(1), unknown(1)], 'unknown'],
    ['nobody knew, then a receipt', [queued, begun(1), unknown(1), ended], 'settled'],
    ['nothing but a call', [begun(1), queued], 'in_doubt'],
  ])('%s', (_name, steps, state) => {
    expect(fold(...steps)).toBe(state);
  });

  const ownStates = (['waiting', 'claimed', 'calling', 'unknown', 'settled', 'cancelled'] as const).map((state) => ({
    state,
    call: 3,
  }));

  it.each(ownStates)('its own call changes nothing in a row that is $state', (row) => {
    expect(foldDispatch(row, begun(3))).toBe(row);
    expect(foldDispatch(row, begun(2))).toBe(row);
    expect(foldDispatch(row, deferred(2))).toBe(row);
    expect(foldDispatch(row, queued)).toBe(row);
  });

  it.each(['scheduled', 'waiting', 'claimed'] as const)(
    'a cancelled message is not sent by a backup that knows it as %s',
    (state) => {
      expect(foldDispatch({ state, call: 0 }, { ...key, kind: 'cancelled' }).state).toBe('cancelled');
    },
  );

  it.each(['claimed', 'calling', 'unknown'] as const)('what was begun is not cancelled: %s', (state) => {
    const row = { state, call: 1 };
    expect(foldDispatch(row, { ...key, kind: 'cancelled' })).toBe(row);
  });

  it('never waits again once it has ended, whatever comes, however often, in whatever order', () => {
    const step = fc.oneof(
      fc.constantFrom(queued, ended),
      fc.integer({ min: 1, max: 3 }).chain((call) => fc.constantFrom(begun(call), deferred(call), unknown(call))),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), fc.array(step, { maxLength: 8 }), (before, after) => {
        expect(fold(...before, ended, ...after)).toBe('settled');
      }),
      { numRuns: 1_000 },
    );
  });

  it('waits only when it is accepted and no call is left open', () => {
    const call = fc.integer({ min: 1, max: 3 });
    const step = fc.oneof(fc.constant(queued), call.map(begun), call.map(deferred), call.map(unknown));
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 10 }), (steps) => {
        if (fold(...steps) !== 'waiting') return;
        const calls = steps.flatMap((one) => (one.kind === 'begun' ? [one.call] : []));
        const putOff = steps.flatMap((one) => (one.kind === 'deferred' ? [one.call] : []));
        expect(Math.max(0, ...putOff)).toBeGreaterThanOrEqual(Math.max(0, ...calls));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('the steps of an event', () => {
  it('rule 17: one for each part', () => {
    const accepted = event({ type: 'message.accepted', n: 1, data: acceptedData(3) });
    expect(stepsOf(accepted).map(({ attempt, part, kind }) => [attempt, part, kind])).toEqual([
      [1, 0, 'queued'],
      [1, 1, 'queued'],
      [1, 2, 'queued'],
    ]);
  });

  it('none for what a contact wrote', () => {
    expect(stepsOf(event({ type: 'message.received', n: 1, data: receivedData() }))).toEqual([]);
  });

  it('refuses more parts than any message has', () => {
    expect(() => stepsOf(event({ type: 'message.accepted', n: 1, data: acceptedData(1_000_000) }))).toThrow(RangeError);
  });
});
