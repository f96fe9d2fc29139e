import { describe, expect, it } from 'vitest';
import { combineConversations, partsOf, showConversations } from '../../../src/events/conversation/combine.js';
import { evolveConversation } from '../../../src/events/conversation/evolve.js';
import type { ConversationState } from '../../../src/events/conversation/state.js';
import { at, conversationId, event, messageId, receivedData, recorded } from '../../support/events.js';

/** A conversation in which the contact wrote once, at a second that names the message too. */
function wroteOnce(thread: number, second: number, mergedInto?: number): ConversationState {
  const said = { thread, n: second, message: second, data: receivedData(`in-${second}`), occurredAt: at(second) };
  const state = evolveConversation(undefined, recorded(event({ type: 'message.received', ...said }), second));
  return { ...state, mergedInto: mergedInto === undefined ? null : conversationId(mergedInto) };
}

const inOrder = (...seconds: readonly number[]) => seconds.map((second) => messageId(second));

describe('rule 5: what is shown as one conversation', () => {
  it('has the counters of all, the later window, and the last message of all', () => {
    const own = { ...wroteOnce(1, 5), readIncomingCount: 1, status: 'CLOSED' as const, waitingSince: null };
    const other = wroteOnce(2, 9);
    for (const [last, order] of [
      [9, inOrder(5, 9)],
      [5, inOrder(9, 5)],
    ] as const) {
      expect(combineConversations(own, [other], order)).toMatchObject({
        ...{ id: own.id, status: 'CLOSED', waitingSince: null, incomingCount: 2, readIncomingCount: 1 },
        ...{ createdAt: at(5), lastActivityAt: at(9), lastIncomingAt: at(9), lastMessageId: messageId(last) },
      });
    }
    expect(combineConversations(own, [], [])).toBe(own);
  });

  it('is answered for the id of each, over several moves', () => {
    const found = [wroteOnce(1, 1, 2), wroteOnce(2, 2, 3), wroteOnce(3, 3), wroteOnce(4, 4)];
    const shown = showConversations(found, inOrder(1, 2, 3));
    for (const thread of [1, 2, 3]) {
      const whole = shown.get(conversationId(thread));
      expect(whole).toMatchObject({ id: conversationId(3), incomingCount: 3, lastMessageId: messageId(3) });
      expect(
        whole &&
          partsOf(whole)
            .map(({ id }) => id)
            .sort(),
      ).toEqual([1, 2, 3].map((n) => conversationId(n)).sort());
    }
    expect(shown.get(conversationId(4))?.parts).toBeUndefined();
  });

  it('is each by itself where the other one is not there yet, and ends where they are in a circle for a moment', () => {
    expect(showConversations([wroteOnce(1, 1, 9)], []).get(conversationId(1))).toMatchObject({ id: conversationId(1) });
    const circle = showConversations([wroteOnce(1, 1, 2), wroteOnce(2, 2, 1)], []);
    expect([...circle.keys()]).toEqual([conversationId(1), conversationId(2)]);
  });
});
