import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MessageEvent } from '../../../src/events/message/events.js';
import { evolveMessage } from '../../../src/events/message/evolve.js';
import type { MessageState } from '../../../src/events/message/state.js';
import { wholeProgress } from '../../../src/events/message/words.js';
import { acceptedData, at, conversationId, event, messageId, receivedData, recorded } from '../../support/events.js';
import { fold, timelineOf } from './folded.js';
import { history, historyAndShuffle, runs, seed } from './histories.js';
import { statusByTheBook } from './lattice.js';

const inOrder = (...events: readonly MessageEvent[]) => events.map((one, offset) => recorded(one, offset));
const place = { attempt: 1, part: 0 };
const accepted = (parts = 1) => event({ type: 'message.accepted', n: 1, data: acceptedData(parts) });
const failure = { code: 'UNKNOWN' as const, isRetryable: false };

describe(`evolveMessage over random histories (SEED=${seed})`, () => {
  it('rule 13: every order and repetition of the same events gives the same state', () => {
    fc.assert(
      fc.property(historyAndShuffle, ([events, again]) => {
        expect(fold(again)).toEqual(fold(events));
      }),
      runs,
    );
  });

  it('rule 13: every order and repetition gives the same set of timeline entries', () => {
    fc.assert(
      fc.property(historyAndShuffle, ([events, again]) => {
        expect(timelineOf(again)).toEqual(timelineOf(events));
      }),
      runs,
    );
  });

  it('rule 13: recorded in another order, the row differs only in where it was added', () => {
    fc.assert(
      fc.property(historyAndShuffle, ([events, again]) => {
        const moved = again.map(({ event: one }, offset) => recorded(one, offset));
        expect({ ...fold(moved), addedAt: null }).toEqual({ ...fold(events), addedAt: null });
      }),
      runs,
    );
  });

  it('rule 13: the status is what the rule says over the whole set at once', () => {
    fc.assert(
      fc.property(history, (events) => {
        const { status, statusAt, createdAt } = fold(events);
        const book = statusByTheBook(events);
        expect({ status, statusAt }).toEqual({ status: book.status, statusAt: book.statusAt ?? createdAt });
      }),
      runs,
    );
  });

  it('rule 13: ids are the union and updatedAt the largest recordedAt', () => {
    fc.assert(
      fc.property(history, (events) => {
        const said = events.flatMap(({ event: { data } }) => [
          ...('providerMessageIds' in data ? data.providerMessageIds : []),
          ...('providerMessageId' in data && data.providerMessageId !== undefined ? [data.providerMessageId] : []),
        ]);
        const state = fold(events);
        expect(state.providerMessageIds).toEqual([...new Set(said)].sort());
        expect(state.updatedAt).toBe(
          events
            .map(({ event: one }) => one.recordedAt)
            .sort()
            .at(-1),
        );
      }),
      runs,
    );
  });

  it('within one attempt and part the status never moves backwards', () => {
    fc.assert(
      fc.property(history, (events) => {
        let state: MessageState | undefined;
        for (const one of events) {
          const before = state && wholeProgress(state);
          state = evolveMessage(state, one);
          for (const [attempt, parts] of Object.entries(before ?? {}))
            for (const [part, { rank }] of Object.entries(parts))
              expect(wholeProgress(state)[attempt]?.[part]?.rank).toBeGreaterThanOrEqual(rank);
        }
      }),
      runs,
    );
  });
});

describe('evolveMessage', () => {
  it('walks the whole story', () => {
    const call = { ...place, call: 1 };
    const story = inOrder(
      accepted(),
      event({ type: 'message.dispatched', n: 2, data: call }),
      event({ type: 'message.submitted', n: 3, data: { ...call, providerMessageIds: ['p-1'] } }),
      event({ type: 'message.sent', n: 4, data: place }),
      event({ type: 'message.delivered', n: 5, data: place }),
      event({ type: 'message.read', n: 6, data: place }),
    );
    const statuses = story.map((_, index) => fold(story.slice(0, index + 1)).status);
    expect(statuses).toEqual(['ACCEPTED', 'PROCESSING', 'PROCESSING', 'SENT', 'DELIVERED', 'READ']);
    expect(fold(story)).toMatchObject({
      direction: 'OUTGOING',
      author: 'AGENT',
      content: { kind: 'text', text: 'hello' },
      addedAt: { partition: 0, offset: 0n },
      createdAt: at(1),
      statusAt: at(6),
      updatedAt: at(6),
      providerMessageIds: ['p-1'],
    });
  });

  it('a late sent moves nothing, and statusAt is the smallest occurredAt at the winning rank', () => {
    const state = fold(
      inOrder(
        accepted(),
        event({ type: 'message.delivered', n: 2, data: place, occurredAt: at(30) }),
        event({ type: 'message.delivered', n: 3, data: place, occurredAt: at(20) }),
        event({ type: 'message.sent', n: 4, data: place, occurredAt: at(40) }),
      ),
    );
    expect(state).toMatchObject({ status: 'DELIVERED', statusAt: at(20) });
  });

  it('a receipt before its message makes a stub that the message completes', () => {
    const early = recorded(event({ type: 'message.delivered', n: 2, data: { ...place, providerMessageId: 'p' } }), 0);
    const stub = evolveMessage(undefined, early);
    expect(stub).toMatchObject({ direction: null, content: null, status: 'DELIVERED' });
    const whole = evolveMessage(stub, recorded(accepted(), 1));
    expect(whole).toMatchObject({ direction: 'OUTGOING', status: 'DELIVERED', createdAt: at(1) });
    expect(whole.addedAt).toEqual({ partition: 0, offset: 1n });
  });

  it('a failure of unknown stage is one of sending until the attempt is known to have been sent', () => {
    const failed = event({ type: 'message.delivery_failed', n: 2, data: { ...place, stage: 'UNKNOWN', failure } });
    const unsent = inOrder(accepted(), failed);
    const sent = inOrder(accepted(), failed, event({ type: 'message.sent', n: 3, data: place }));
    expect(fold(unsent)).toMatchObject({ status: 'SENDING_FAILED', failure: { code: 'UNKNOWN' } });
    expect(timelineOf(unsent).map(({ status }) => status)).toEqual(['ACCEPTED', 'SENDING_FAILED']);
    expect(fold(sent)).toMatchObject({ status: 'DELIVERY_FAILED', failure: { code: 'UNKNOWN' } });
    expect(timelineOf(sent).map(({ status }) => status)).toEqual(['ACCEPTED', 'DELIVERY_FAILED', 'SENT']);
  });

  it('is as far as the least of its parts', () => {
    const sent = (part: number, n: number) => event({ type: 'message.sent', n, data: { attempt: 1, part } });
    expect(fold(inOrder(accepted(2), sent(0, 2))).status).toBe('ACCEPTED');
    expect(fold(inOrder(accepted(2), sent(0, 2), sent(1, 3))).status).toBe('SENT');
    expect(fold(inOrder(accepted(2), sent(0, 2), sent(1, 3), sent(7, 4))).status).toBe('SENT');
  });

  it('an attempt that arrived beats a later one that did not; otherwise the latest stands', () => {
    const second = { attempt: 2, part: 0 };
    const unknown = event({ type: 'message.outcome_unknown', n: 2, data: { ...place, call: 1, reason: 'no_answer' } });
    const again = event({ type: 'message.dispatched', n: 3, data: { ...second, call: 1 } });
    expect(fold(inOrder(accepted(), unknown, again)).status).toBe('PROCESSING');
    const late = event({ type: 'message.sent', n: 4, data: place });
    expect(fold(inOrder(accepted(), unknown, again, late)).status).toBe('SENT');
    const read = event({ type: 'message.read', n: 5, data: second });
    expect(fold(inOrder(accepted(), unknown, again, late, read)).status).toBe('READ');
  });

  it('an unknown outcome may still be settled to PROCESSING', () => {
    const call = { ...place, call: 1 };
    const unknown = event({ type: 'message.outcome_unknown', n: 2, data: { ...call, reason: 'lease_expired' } });
    const late = event({ type: 'message.submitted', n: 3, data: { ...call, providerMessageIds: ['p-1'] } });
    expect(fold(inOrder(accepted(), unknown)).status).toBe('OUTCOME_UNKNOWN');
    expect(fold(inOrder(accepted(), unknown, late)).status).toBe('PROCESSING');
  });

  it('knows what a contact wrote, and rule 9: says when it was erased', () => {
    const received = event({ type: 'message.received', n: 1, data: receivedData('in-1') });
    expect(fold(inOrder(received))).toMatchObject({
      ...{ direction: 'INCOMING', author: 'CONTACT', status: 'RECEIVED', parts: 1, isErased: false },
      providerMessageIds: ['in-1'],
    });
    const { content: _content, ...facts } = receivedData('in-1');
    const sealed = { ...facts, sealed: { keyId: 'k', nonce: 'n', ciphertext: 'c' } };
    const erased = event({ type: 'message.received', n: 1, data: sealed });
    expect(fold(inOrder(erased))).toMatchObject({ isErased: true, content: null, contentKind: 'text' });
  });

  it.each([
    ['no conversation', { ...accepted(), conversationId: undefined }],
    ['no message', { ...accepted(), messageId: undefined }],
    ['more parts than any message has', event({ type: 'message.accepted', n: 1, data: acceptedData(100_000) })],
    ['a part beyond any', event({ type: 'message.sent', n: 1, data: { attempt: 1, part: 1e9 } })],
    ['an attempt beyond any', event({ type: 'message.sent', n: 1, data: { attempt: 1e9, part: 0 } })],
  ])('rule 14: throws rather than skip an event with %s', (_what, broken) => {
    expect(() => fold(inOrder(broken as MessageEvent))).toThrow();
  });

  it('rule 12: refuses an event that is keyed by another conversation', () => {
    const foreign = event({ type: 'message.sent', n: 2, data: place, thread: 2 });
    expect(foreign.conversationId).toBe(conversationId(2));
    expect(() => fold(inOrder(accepted(), foreign))).toThrow(/rule 12/);
  });

  it('keeps the reply only where it names a message', () => {
    const reply = (to: string) =>
      fold(inOrder(event({ type: 'message.accepted', n: 1, data: { ...acceptedData(), replyToMessageId: to } })));
    expect(reply(messageId(9)).replyToMessageId).toBe(messageId(9));
    expect(reply('wamid.1').replyToMessageId).toBeNull();
  });
});
