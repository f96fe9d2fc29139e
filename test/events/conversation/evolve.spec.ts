import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ParleyEvent } from '../../../src/events/catalog.js';
import type { ConversationEvent } from '../../../src/events/conversation/events.js';
import { evolveConversation } from '../../../src/events/conversation/evolve.js';
import { unreadCount, type ConversationState } from '../../../src/events/conversation/state.js';
import type { MessageEvent } from '../../../src/events/message/events.js';
import {
  acceptedData,
  at,
  contactId,
  conversationId,
  event,
  eventId,
  messageId,
  receivedData,
  recorded,
} from '../../support/events.js';

type Folded = ConversationEvent | MessageEvent;

const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);

function fold(events: readonly Folded[]): ConversationState {
  const folded = events.reduce<ConversationState | undefined>(
    (state, one, offset) => evolveConversation(state, recorded(one, offset)),
    undefined,
  );
  if (folded === undefined) throw new Error('Nothing was folded.');
  return folded;
}

const opened = (n: number) => event({ type: 'conversation.opened', n, data: { content: { address: '+15550100000' } } });
const accepted = (n: number) => event({ type: 'message.accepted', n, message: n, data: acceptedData() });
const received = (n: number, occurredAt = at(n)) =>
  event({ type: 'message.received', n, message: n, data: receivedData(`in-${n}`), occurredAt });
const read = (n: number, incomingCount: number) =>
  event({ type: 'conversation.read', n, data: { upToMessageId: messageId(1), incomingCount } });
const delivered = (n: number) => event({ type: 'message.delivered', n, message: 1, data: { attempt: 1, part: 0 } });

describe('evolveConversation', () => {
  it('knows its thread, its newest message and its unread ones', () => {
    const state = fold([opened(1), accepted(2), received(3), received(4), read(5, 1), delivered(6)]);
    expect(state).toMatchObject({
      id: conversationId(),
      contactId: contactId(),
      address: '+15550100000',
      status: 'OPEN',
      lastMessageId: messageId(4),
      incomingCount: 2,
      readIncomingCount: 1,
      lastActivityAt: at(4),
      lastIncomingAt: at(4),
      createdAt: at(1),
    });
    expect(unreadCount(state)).toBe(1);
  });

  it('knows its address from a message that came before it was opened', () => {
    expect(fold([accepted(1)])).toMatchObject({ address: acceptedData().content.address, contactId: contactId() });
    expect(fold([accepted(1), opened(2)])).toEqual({ ...fold([opened(2), accepted(1)]) });
  });

  it(`rule 13: has the address by which the contact was heard of last, in every order and repetition (SEED=${seed})`, () => {
    const writtenFrom = (address: string, second: number) => {
      const said = received(40 + second, at(second));
      return { ...said, data: { ...said.data, content: { ...receivedData('in').content, address } } };
    };
    const moved = (from: string, address: string, second: number) =>
      event({
        ...{ type: 'conversation.address_changed', n: 60 + second, occurredAt: at(second) },
        data: { content: { from, address } },
      });
    const [old, fresh, newest] = ['+15550100000', '+15550100001', '+15550100002'];
    const told = [opened(1), writtenFrom(old, 2), moved(old, fresh, 3), accepted(4), moved(fresh, newest, 6)];
    expect(fold(told).address).toBe(newest);
    expect(fold([...told, writtenFrom(fresh, 5)]).address).toBe(newest);
    const back = [...told, writtenFrom(old, 9)];
    const all = [...back, ...back];
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: all.length }), (shuffled) => {
        expect(fold(shuffled)).toMatchObject({ address: old, addressAt: at(9) });
      }),
      { seed, numRuns: 200 },
    );
  });

  const merged = (n: number, second: number, into: number) => {
    const content = { from: '+15550100000', address: '+15550100001' };
    const data = { intoConversationId: conversationId(into), content };
    return event({ type: 'conversation.merged', n, occurredAt: at(second), data });
  };
  const absorbed = (n: number, second: number) =>
    event({
      type: 'conversation.absorbed',
      n,
      occurredAt: at(second),
      data: { fromConversationId: conversationId(5) },
    });

  it('says which one it is shown as, once its contact went over to the address of another one', () => {
    const state = fold([opened(1), received(2), merged(3, 3, 2)]);
    expect(state).toMatchObject({ mergedInto: conversationId(2), address: '+15550100000', lastActivityAt: at(2) });
  });

  it(`rule 5: is shown as where its contact went last, unless heard of here later, in every order (SEED=${seed})`, () => {
    const intoOf = (...told: readonly Folded[]) => {
      const into = fold([opened(1), ...told]).mergedInto;
      const all = [...told, ...told];
      fc.assert(
        fc.property(fc.shuffledSubarray(all, { minLength: all.length }), (shuffled) => {
          expect(fold([opened(1), ...shuffled]).mergedInto).toBe(into);
        }),
        { seed, numRuns: 50 },
      );
      return into;
    };
    expect(intoOf(received(20), merged(30, 30, 2), merged(25, 25, 3))).toBe(conversationId(2));
    // Said again, or late, by whoever has the number now; a message of ours says nothing of where the contact is.
    expect(intoOf(received(20), merged(30, 30, 2), received(31))).toBeNull();
    expect(intoOf(received(20), merged(30, 30, 2), received(31), merged(32, 32, 3))).toBe(conversationId(3));
    expect(intoOf(received(30), merged(31, 30, 2))).toBe(conversationId(2));
    expect(intoOf(merged(30, 30, 2), received(40, at(29)), accepted(41))).toBe(conversationId(2));
    // There and back again: the other one is shown as this one.
    expect(intoOf(merged(30, 30, 2), absorbed(31, 31))).toBeNull();
    expect(intoOf(merged(30, 30, 2), absorbed(31, 30))).toBeNull();
    expect(intoOf(absorbed(31, 31), merged(32, 32, 2))).toBe(conversationId(2));
  });

  it('calls whoever looks after it when another one is shown as it from now on, but not for what is history', () => {
    const closed = event({ type: 'conversation.closed', n: 3, data: {} });
    const before = [opened(1), received(2), closed];
    expect(fold([...before, absorbed(9, 9)])).toMatchObject({
      status: 'OPEN',
      lastActivityAt: at(9),
      incomingCount: 1,
    });
    const history = { ...absorbed(9, 9), reinterpreted: true as const };
    expect(fold([...before, history])).toMatchObject({ status: 'CLOSED', lastActivityAt: at(2) });
  });

  it('waits from the first message that nobody has answered or closed', () => {
    const reaction = { ...received(9), data: { ...receivedData('in-9'), contentKind: 'reaction' as const } };
    const closed = (n: number) => event({ type: 'conversation.closed', n, data: {} });
    const old = { ...received(9), reinterpreted: true as const };
    const since = (...events: readonly Folded[]) => fold([opened(1), ...events]).waitingSince;
    expect(since()).toBeNull();
    expect(since(received(3), received(4), delivered(5), read(6, 2))).toBe(at(3));
    expect(since(received(3), accepted(4))).toBeNull();
    expect(since(received(3), accepted(4), received(5))).toBe(at(5));
    expect(since(received(3), closed(4))).toBeNull();
    expect(since(received(3), closed(4), received(5))).toBe(at(5));
    expect([since(reaction), since(old)]).toEqual([null, null]);
    expect(since(received(2, at(9_999)))).toBe(at(2));
  });

  it('is answered by a scheduled message when it joins: with its first call, or by itself where that came before it', () => {
    const planned = { ...acceptedData(), scheduledAt: at(900) };
    const scheduled = event({ type: 'message.scheduled', n: 8, message: 8, data: planned });
    const dispatched = event({ type: 'message.dispatched', n: 9, message: 8, data: { attempt: 1, part: 0, call: 1 } });
    const before = fold([opened(1), received(3)]);
    const folded = (state: ConversationState, one: Folded, addsMessage: boolean) =>
      evolveConversation(state, recorded(one, 9), addsMessage);
    const waiting = { waitingSince: at(3), lastMessageId: messageId(3) };
    const isAnswered = { waitingSince: null, lastMessageId: messageId(8) };
    const put = folded(before, scheduled, false);
    expect(put).toMatchObject({ ...waiting, lastActivityAt: at(3) });
    expect(folded(put, dispatched, true)).toMatchObject({ ...isAnswered, lastActivityAt: at(9) });
    const called = folded(before, dispatched, false);
    expect(called).toMatchObject({ ...waiting, lastActivityAt: at(3) });
    expect(folded(called, scheduled, true)).toMatchObject({ ...isAnswered, lastActivityAt: at(8) });
  });

  it('never moves the read mark back', () => {
    expect(fold([opened(1), received(2), received(3), read(4, 2), read(5, 1)]).readIncomingCount).toBe(2);
  });

  it("is never active later than recorded, whatever the provider's clock says", () => {
    expect(fold([opened(1), received(2, at(9_999))])).toMatchObject({ lastActivityAt: at(2), lastIncomingAt: at(2) });
    expect(fold([opened(5), received(6), received(7, at(2))])).toMatchObject({ lastActivityAt: at(6) });
  });

  it('a receipt alone makes a stub that shows no activity of its own later', () => {
    const stub = fold([delivered(9)]);
    expect(stub).toMatchObject({ address: null, lastMessageId: null, lastActivityAt: at(9) });
    expect(fold([delivered(9), opened(3)])).toMatchObject({ createdAt: at(3), lastActivityAt: at(3) });
  });

  describe('what somebody does about it', () => {
    const closed = (n: number) => event({ type: 'conversation.closed', n, data: {} });
    const reopened = (n: number) => event({ type: 'conversation.reopened', n, data: {} });
    const snoozed = (n: number) => event({ type: 'conversation.snoozed', n, data: { until: at(900) } });
    const assigned = (n: number, agentId: string | null, teamId: string | null) =>
      event({ type: 'conversation.assigned', n, data: { agentId, teamId } });
    const labelled = (n: number, added: string[], removed: string[] = []) =>
      event({ type: 'conversation.labels_changed', n, data: { added, removed } });
    const attributes = (n: number, changed: Record<string, unknown>) =>
      event({ type: 'conversation.attributes_changed', n, data: { content: { attributes: changed } } });

    it('closes, opens, and is no activity', () => {
      expect(fold([opened(1), received(2), closed(9)])).toMatchObject({ status: 'CLOSED', lastActivityAt: at(2) });
      expect(fold([opened(1), closed(2), reopened(3)])).toMatchObject({ status: 'OPEN' });
    });

    it('the contact who writes opens it and ends its being put aside; we and receipts do not', () => {
      expect(fold([opened(1), closed(2), received(3)])).toMatchObject({ status: 'OPEN' });
      expect(fold([opened(1), snoozed(2), received(3)])).toMatchObject({ snoozedUntil: null });
      expect(fold([opened(1), closed(2), accepted(3), delivered(4)])).toMatchObject({ status: 'CLOSED' });
      expect(fold([opened(1), snoozed(2), accepted(3)])).toMatchObject({ snoozedUntil: at(900) });
    });

    it('a reaction asks for no answer', () => {
      const reaction = received(3);
      const state = fold([opened(1), closed(2), { ...reaction, data: { ...reaction.data, contentKind: 'reaction' } }]);
      expect(state).toMatchObject({ status: 'CLOSED', incomingCount: 1 });
    });

    it('what is closed is put aside no longer, whichever of both comes last', () => {
      expect(fold([opened(1), snoozed(2), closed(3)])).toMatchObject({ status: 'CLOSED', snoozedUntil: null });
      expect(fold([opened(1), closed(2), snoozed(3)])).toMatchObject({ status: 'CLOSED', snoozedUntil: null });
      expect(fold([opened(1), snoozed(2), reopened(3)])).toMatchObject({ status: 'OPEN', snoozedUntil: null });
    });

    it('is assigned as a whole, and labelled piece by piece', () => {
      expect(fold([opened(1), assigned(2, 'a', 't'), assigned(3, null, 't')])).toMatchObject({
        agentId: null,
        teamId: 't',
      });
      expect(fold([opened(1), labelled(2, ['b', 'a']), labelled(3, ['a', 'c'], ['b'])]).labels).toEqual(['a', 'c']);
    });

    it('attributes are replaced by their names, and go where they are null', () => {
      const changes = [attributes(2, { a: { x: 1 }, b: 1 }), attributes(3, { a: { y: 2 }, b: null })];
      expect(fold([opened(1), ...changes]).attributes).toEqual({ a: { y: 2 } });
    });

    it('rule 9: erased attributes change nothing', () => {
      const sealed = { sealed: { keyId: 'k', nonce: 'n', ciphertext: 'c' } };
      const erased = event({ type: 'conversation.attributes_changed', n: 3, data: sealed });
      expect(fold([opened(1), attributes(2, { a: 1 }), erased]).attributes).toEqual({ a: 1 });
    });
  });

  describe('what was read out of old webhooks later on', () => {
    const old = (n: number, occurredAt: string): Folded => ({ ...received(n, occurredAt), reinterpreted: true });

    it('reopens nothing, and moves activity and window by when it happened', () => {
      const before = fold([opened(1), received(5)]);
      const closed: ConversationState = { ...before, status: 'CLOSED' };
      const quiet = evolveConversation(closed, recorded(old(9, at(3)), 9));
      expect(quiet).toMatchObject({ status: 'CLOSED', lastActivityAt: at(5), lastIncomingAt: at(5) });
      const newer = evolveConversation(closed, recorded(old(9, at(7)), 9));
      expect(newer).toMatchObject({ status: 'CLOSED', lastActivityAt: at(7), lastIncomingAt: at(7) });
    });

    it('is unread only where nobody has read everything since it happened', () => {
      expect(unreadCount(fold([opened(1), received(2), old(9, at(3))]))).toBe(2);
      expect(unreadCount(fold([opened(1), received(2), read(4, 1), old(9, at(3))]))).toBe(0);
      expect(unreadCount(fold([opened(1), received(2), read(4, 1), old(9, at(5))]))).toBe(1);
      expect(unreadCount(fold([opened(1), received(2), received(3), read(4, 1), old(9, at(2))]))).toBe(2);
    });

    it('a correction counts nothing, and a maximum is never taken back', () => {
      const { content, ...facts } = receivedData('in-2');
      const says = { type: 'message.received' as const, ...facts };
      const corrected = (n: number, occurredAt: string): Folded => ({
        ...event({
          type: 'message.corrected',
          n,
          message: 2,
          occurredAt,
          data: { correctedEventId: eventId(2), says, content },
        }),
        reinterpreted: true,
      });
      const before = fold([opened(1), received(2)]);
      const counted = { ...before, eventCount: before.eventCount + 1, recordedUntil: at(9) };
      expect(evolveConversation(before, recorded(corrected(9, at(1)), 9))).toEqual(counted);
      const later = { ...counted, lastActivityAt: at(5), lastIncomingAt: at(5) };
      expect(evolveConversation(before, recorded(corrected(9, at(5)), 9))).toEqual(later);
    });
  });

  it('throws for an event that names no channel (rule 14)', () => {
    expect(() => fold([{ ...opened(1), channelId: undefined }])).toThrow(TypeError);
  });

  it(`is the same in every order, but for which message is the newest, when all was read and who waits (SEED=${seed})`, () => {
    const step = fc.nat(4).map((kind) => [opened, accepted, received, delivered, (n: number) => read(n, n)][kind]);
    const events = fc
      .array(step, { minLength: 1, maxLength: 10 })
      .map((steps) => steps.flatMap((make, index): Folded[] => (make ? [make(index + 1)] : [])));
    const both = events.chain((some) =>
      fc.tuple(fc.constant(some), fc.shuffledSubarray(some, { minLength: some.length })),
    );
    const settled = (state: ConversationState) => ({
      ...state,
      lastMessageId: state.lastMessageId !== null,
      ...{ allReadAt: null, waitingSince: null },
    });
    fc.assert(
      fc.property(both, ([some, shuffled]: [readonly ParleyEvent[], readonly ParleyEvent[]]) => {
        expect(settled(fold(shuffled as Folded[]))).toEqual(settled(fold(some as Folded[])));
      }),
      { seed, numRuns: 1_000 },
    );
  });
});
