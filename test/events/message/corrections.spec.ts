import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MessageEvent } from '../../../src/events/message/events.js';
import type { MessageState } from '../../../src/events/message/state.js';
import { correctedEvent, isCorrectable, type MessageCorrected } from '../../../src/events/message/words.js';
import { acceptedData, at, event, eventId, receivedData, recorded } from '../../support/events.js';
import { fold, timelineOf, type Recorded } from './folded.js';
import { history, seed } from './histories.js';

/** Of those that F18 asks for a third: each is folded up to six times. */
const runs = { seed, numRuns: 500 } as const;

const place = { attempt: 1, part: 0 };
const correction = (n: number, data: MessageCorrected['data'], occurredAt = at(n)): MessageCorrected => ({
  ...event({ type: 'message.corrected', n, data, occurredAt }),
  reinterpreted: true,
});

/** What a newer adapter may say of an event instead: another time, and of a failure also another code, text and stage. */
const otherwise = fc
  .record({ seconds: fc.integer({ min: 0, max: 40 }), isStageKnown: fc.boolean(), words: fc.constantFrom('a', 'b') })
  .map(({ seconds, isStageKnown, words }) => ({
    occurredAt: at(seconds),
    failed: {
      failure: { code: 'EXPIRED' as const, isRetryable: true },
      stage: isStageKnown ? ('DELIVERY' as const) : ('UNKNOWN' as const),
    },
    content: { providerMessage: words },
    received: receivedData('in-1', words),
  }));
type Otherwise = typeof otherwise extends fc.Arbitrary<infer Value> ? Value : never;

function saysOf(
  original: MessageEvent,
  { failed, content, received }: Otherwise,
): MessageCorrected['data'] | undefined {
  const correctedEventId = original.id;
  if (original.type === 'message.received') {
    const { content: personal, ...facts } = received;
    return { correctedEventId, says: { type: original.type, ...facts }, content: personal };
  }
  if (original.type === 'message.send_failed' || original.type === 'message.delivery_failed') {
    const { attempt, part, providerMessageId } = original.data;
    const says = { type: 'message.delivery_failed' as const, attempt, part, providerMessageId, ...failed };
    return { correctedEventId, says, content };
  }
  if (!isCorrectable(original)) return undefined;
  const { attempt, part, providerMessageId } = original.data;
  return { correctedEventId, says: { type: original.type, attempt, part, providerMessageId } };
}

/** A history with corrections of some of its events behind it, of some of them two. */
const correctedHistory: fc.Arbitrary<readonly Recorded[]> = fc
  .tuple(history, fc.array(fc.tuple(fc.nat(13), otherwise), { minLength: 1, maxLength: 6 }))
  .map(([events, wishes]) => {
    const originals = events.map((one) => one.event);
    const corrections = wishes.flatMap(([which, wish], index) => {
      const original = originals[which % originals.length];
      const data = original && saysOf(original, wish);
      return data === undefined ? [] : [correction(100 + index, data, wish.occurredAt)];
    });
    return [...events, ...corrections.map((one, index) => recorded(one, events.length + index))];
  });

const shuffledWithRepeats = (events: readonly Recorded[]) =>
  fc
    .tuple(
      fc.shuffledSubarray([...events], { minLength: events.length }),
      fc.array(fc.constantFrom(...events), { maxLength: 4 }),
    )
    .map(([shuffled, repeats]) => [...shuffled, ...repeats]);

/** The same history as if each event had said from the beginning what its last correction says. */
function asIfFromTheBeginning(events: readonly Recorded[]): readonly Recorded[] {
  const last = new Map<string, MessageEvent>();
  for (const { event: one } of events)
    if (one.type === 'message.corrected') last.set(one.data.correctedEventId, correctedEvent(one));
  return events.flatMap(({ event: one, position }) => {
    if (one.type === 'message.corrected') return [];
    const { type, data, occurredAt } = last.get(one.id) ?? one;
    return [{ event: { ...one, type, data, occurredAt } as MessageEvent, position }];
  });
}

/** All but what tells that there was a correction; a stub, which nobody sees, may know an earlier time from before it. */
const shown = ({ words: _words, updatedAt: _updatedAt, ...state }: MessageState) =>
  state.direction === null ? { ...state, createdAt: null } : state;

describe(`corrections over random histories (SEED=${seed})`, () => {
  it('rule 13: every order and repetition gives the same, also a correction before its event', () => {
    fc.assert(
      fc.property(
        correctedHistory.chain((events) => fc.tuple(fc.constant(events), shuffledWithRepeats(events))),
        ([events, again]) => {
          expect(fold(again)).toEqual(fold(events));
          expect(timelineOf(again)).toEqual(timelineOf(events));
        },
      ),
      runs,
    );
  });

  it('what was corrected is as if it had been said so from the beginning; of two corrections the later by position counts', () => {
    fc.assert(
      fc.property(correctedHistory, (events) => {
        const right = asIfFromTheBeginning(events);
        expect(shown(fold(events))).toEqual(shown(fold(right)));
        expect(timelineOf(events)).toEqual(timelineOf(right));
      }),
      runs,
    );
  });
});

const accepted = event({ type: 'message.accepted', n: 1, data: acceptedData() });
const failure = { code: 'UNKNOWN' as const, isRetryable: false };
const inOrder = (...events: readonly MessageEvent[]) => events.map((one, offset) => recorded(one, offset));

describe('a correction', () => {
  it('of a message that came in gives it the right words, and leaves it where it stands', () => {
    const wrong = event({ type: 'message.received', n: 1, data: receivedData('in-1', 'wrong') });
    const { content, ...facts } = receivedData('in-1', 'right');
    const right = correction(9, {
      correctedEventId: eventId(1),
      says: { type: 'message.received', ...facts },
      content,
    });
    expect(fold(inOrder(wrong, right))).toMatchObject({
      ...{ direction: 'INCOMING', status: 'RECEIVED', content: { text: 'right' }, createdAt: at(9), statusAt: at(9) },
      addedAt: { partition: 0, offset: 0n },
    });
  });

  it('of a failure gives it the right code, text and stage, on the message and in its timeline', () => {
    const sent = event({ type: 'message.sent', n: 2, data: place });
    const failed = event({ type: 'message.send_failed', n: 3, data: { ...place, failure } });
    const right = correction(4, {
      correctedEventId: eventId(3),
      says: { type: 'message.delivery_failed', ...place, stage: 'DELIVERY', failure: { ...failure, code: 'EXPIRED' } },
      content: { providerMessage: 'Too late.' },
    });
    const before = inOrder(accepted, sent, failed);
    expect(fold(before)).toMatchObject({ status: 'SENT', failure: null });
    const after = inOrder(accepted, sent, failed, right);
    expect(fold(after)).toMatchObject({
      ...{ status: 'DELIVERY_FAILED', failure: { code: 'EXPIRED', providerMessage: 'Too late.' } },
    });
    expect(timelineOf(after).map(({ status, failure: why }) => [status, why?.code])).toEqual([
      ['ACCEPTED', undefined],
      ['SENT', undefined],
      ['DELIVERY_FAILED', 'EXPIRED'],
    ]);
  });

  it('takes a failure back to the stage before what else is known', () => {
    const sent = event({ type: 'message.sent', n: 2, data: place });
    const failed = event({ type: 'message.delivery_failed', n: 3, data: { ...place, stage: 'DELIVERY', failure } });
    const right = correction(4, {
      correctedEventId: eventId(3),
      says: { type: 'message.send_failed', ...place, failure },
    });
    expect(fold(inOrder(accepted, sent, failed, right))).toMatchObject({ status: 'SENT', statusAt: at(2) });
  });

  it('that was sealed erases what the message said (rule 9)', () => {
    const wrong = event({ type: 'message.received', n: 1, data: receivedData('in-1', 'wrong') });
    const { content: _content, ...facts } = receivedData('in-1', 'right');
    const sealed = { keyId: 'k', nonce: 'n', ciphertext: 'c' };
    const says = { type: 'message.received' as const, ...facts };
    const right = correction(9, { correctedEventId: eventId(1), says, sealed });
    expect(fold(inOrder(wrong, right))).toMatchObject({ content: null, isErased: true });
  });
});
