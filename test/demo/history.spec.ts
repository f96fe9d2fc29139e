import { describe, expect, it } from 'vitest';
import type { ParleyEvent } from '../../src/events/catalog.js';
import { parseRecord, toRecord } from '../../src/events/codec.js';
import { createIdentity } from '../../src/events/event-identity.js';
import { createIdDeriver } from '../../src/events/kernel/derive-id.js';
import { channelIds, workspaceIds } from '../../src/events/kernel/ids.js';
import type { MessageEvent } from '../../src/events/message/events.js';
import { evolveMessage } from '../../src/events/message/evolve.js';
import type { MessageState } from '../../src/events/message/state.js';
import { foldDispatch, stepsOf } from '../../src/events/workers/dispatcher/fold.js';
import { historyOf, startOf } from '../../src/demo/history.js';
import { STORIES, type Story } from '../../src/demo/stories.js';

const identity = createIdentity(createIdDeriver(Buffer.alloc(32, 1)));
const workspaceId = workspaceIds.fromUuid('01900000-0000-7000-8000-000000000001');
const channelId = channelIds.fromUuid('01900000-0000-7000-8000-000000000002');
const now = new Date('2026-01-02T12:00:00.000Z');

const tell = (story: Story) =>
  historyOf(story, {
    identity,
    workspaceId,
    channelId,
    thread: {
      conversationId: identity.conversation(channelId, story.address),
      contactId: identity.contact(channelId, story.address),
    },
    now,
  });
const allEvents = STORIES.flatMap((story) => tell(story).events);

const isMessageEvent = (event: ParleyEvent): event is MessageEvent => event.type.startsWith('message.');

function foldMessages(events: readonly ParleyEvent[]): ReadonlyMap<string, MessageState> {
  const messages = new Map<string, MessageState>();
  for (const [index, event] of events.entries()) {
    if (!isMessageEvent(event)) continue;
    const position = { partition: 0, offset: BigInt(index) };
    const state = evolveMessage(messages.get(event.messageId ?? ''), { event, position });
    messages.set(state.id, state);
  }
  return messages;
}

describe('the demo history', () => {
  it('is made of events as the catalogue has them', () => {
    for (const event of allEvents) {
      const record = { ...toRecord(event, identity.fingerprint), partition: 0, offset: 0n };
      expect(parseRecord(record)).toEqual({ kind: 'event', event: expect.objectContaining({ id: event.id }) });
    }
  });

  it('says each thing once, and the same thing under the same id when it is told again', () => {
    const ids = allEvents.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(STORIES.flatMap((story) => tell(story).events).map(({ id }) => id)).toEqual(ids);
  });

  it('lies in the past, and goes forward', () => {
    for (const story of STORIES) {
      const times = tell(story)
        .events.filter(isMessageEvent)
        .map((event) => event.occurredAt);
      expect(times).toEqual([...times].sort());
      expect(times[0]).toBe(startOf(story, now).toISOString());
      expect(times.at(-1)?.localeCompare(now.toISOString())).toBe(-1);
    }
  });

  it('ends where the stories say', () => {
    const statuses = [...foldMessages(allEvents).values()].map(({ content, status }) => [content?.text, status]);
    const told = STORIES.flatMap(({ lines }) => lines.map((line) => [line.text, line.ends ?? 'RECEIVED']));
    expect(statuses).toEqual(told);
  });

  it('leaves nothing to send, wherever the intake stands (rule 16)', () => {
    for (const story of STORIES) {
      const { events, sentMessageIds } = tell(story);
      for (const event of events.filter(isMessageEvent)) {
        if (event.type === 'message.received') continue;
        expect(sentMessageIds).toContain(event.messageId);
        const settled = { state: 'settled', call: 1 } as const;
        for (const step of stepsOf(event)) expect(foldDispatch(settled, step)).toBe(settled);
      }
    }
  });
});
