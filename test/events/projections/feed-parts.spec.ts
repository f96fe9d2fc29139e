import { describe, expect, it } from 'vitest';
import { createAudience } from '../../../src/events/projections/audience.js';
import { isMatched } from '../../../src/events/projections/feed-match.js';
import { createGate } from '../../../src/events/projections/gate.js';
import type { FeedMatch } from '../../../src/events/projections/live-feed-port.js';
import { createPositionWatch, shareReads } from '../../../src/events/projections/position-watch.js';
import { createWakeSignal } from '../../../src/wake-signal.js';
import {
  journalEvent,
  newChannelId,
  newConversationId,
  newMessageId,
  newWorkspaceId,
} from '../../support/journal-writer.js';

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('a wake signal', () => {
  it('wakes those who wait, and never those who looked before and wait after', async () => {
    const signal = createWakeSignal();
    const mark = signal.mark();
    const waiting = [signal.wait(mark), signal.wait(mark, 60_000)];
    signal.fire();
    await Promise.all(waiting);
    await signal.wait(mark);
  });

  it('waits no longer than it was told to', async () => {
    const signal = createWakeSignal();
    await signal.wait(signal.mark(), 5);
  });
});

describe('a match', () => {
  const about = {
    workspaceId: newWorkspaceId(),
    conversationId: newConversationId(),
    channelId: newChannelId(),
    messageId: newMessageId(),
  };
  const event = journalEvent({ ...about, type: 'message.read' });
  const others = {
    workspaceId: newWorkspaceId(),
    thread: [newConversationId()],
    channelId: newChannelId(),
    messageId: newMessageId(),
    types: ['message.sent'],
  };

  it('holds when every condition does', () => {
    const { conversationId, ...rest } = about;
    const thread = [newConversationId(), conversationId];
    const whole: FeedMatch = { ...rest, thread, types: ['message.sent', 'message.read'] };
    expect(isMatched(whole, event)).toBe(true);
    expect(isMatched({ workspaceId: about.workspaceId }, event)).toBe(true);
    for (const [condition, other] of Object.entries(others)) {
      expect(isMatched({ ...whole, [condition]: other }, event), condition).toBe(false);
    }
    expect(isMatched({ ...whole, types: [] }, event)).toBe(false);
    expect(isMatched(whole, journalEvent({ workspaceId: about.workspaceId }))).toBe(false);
  });

  it('is asked of those alone who may be concerned, each once', () => {
    const audience = createAudience();
    const given: string[] = [];
    const join = (name: string, match: FeedMatch) => audience.join({ match, give: () => given.push(name) });
    const leave = join('workspace', { workspaceId: about.workspaceId });
    join('conversation', { workspaceId: about.workspaceId, thread: [about.conversationId] });
    join('other workspace, same conversation', { ...others, types: undefined, thread: [about.conversationId] });
    const entry = { event, position: { partition: 0, offset: 0n }, vector: [1n], change: null };
    audience.give(entry);
    expect(given).toEqual(['workspace', 'conversation']);
    leave();
    leave();
    audience.give(entry);
    expect(given).toEqual(['workspace', 'conversation', 'conversation']);
  });
});

describe('a gate', () => {
  it('lets in as many as it has places, in order, whatever becomes of them', async () => {
    const gate = createGate(2);
    const started: number[] = [];
    const ends: (() => void)[] = [];
    const work = (number: number) =>
      gate.run(
        () =>
          new Promise<number>((resolve, reject) => {
            started.push(number);
            ends.push(() => (number % 2 === 0 ? resolve(number) : reject(new Error(String(number)))));
          }),
      );
    const running = [0, 1, 2, 3, 4].map((number) => work(number).catch(() => -1));
    await settle();
    expect(started).toEqual([0, 1]);
    while (ends.length > 0) {
      ends.shift()?.();
      await settle();
    }
    expect(started).toEqual([0, 1, 2, 3, 4]);
    expect(await Promise.all(running)).toEqual([0, -1, 2, -1, 4]);
  });
});

describe('shared reads', () => {
  it('give everyone a read that began after he asked, and run one at a time', async () => {
    const answers: ((value: number) => void)[] = [];
    const read = shareReads(() => new Promise<number>((resolve) => answers.push(resolve)));
    const early = read();
    const late = [read(), read()];
    expect(answers).toHaveLength(1);
    answers[0]?.(1);
    expect(await early).toBe(1);
    await settle();
    expect(answers).toHaveLength(2);
    answers[1]?.(2);
    expect(await Promise.all(late)).toEqual([2, 2]);
    void read();
    expect(answers).toHaveLength(3);
  });

  it('go on after a read that failed, which only those hear of who shared it', async () => {
    let fails = true;
    const read = shareReads(() => (fails ? Promise.reject(new Error('away')) : Promise.resolve('back')));
    const early = read();
    const late = read();
    fails = false;
    await expect(early).rejects.toThrow('away');
    expect(await late).toBe('back');
  });
});

describe('a position watch', () => {
  it('answers by the time it was given, also when nobody answers it', async () => {
    const deps = { woken: createWakeSignal(), isEnded: () => false };
    const silent = createPositionWatch({ ...deps, read: () => new Promise(() => undefined) });
    expect(await silent.waitUntilPassed([1n], 20)).toBe(false);
    const away = createPositionWatch({ ...deps, read: () => Promise.reject(new Error('away')) });
    await expect(away.waitUntilPassed([1n], 20)).rejects.toThrow('away');
  });
});
