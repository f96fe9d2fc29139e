import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.js';
import { openDatabase } from '../../../src/database/open-database.js';
import type { Vector } from '../../../src/events/kernel/cursor.js';
import type { EventEnvelope } from '../../../src/events/kernel/event.js';
import { eventIds } from '../../../src/events/kernel/ids.js';
import { readJournal, readStoredPositions } from '../../../src/events/projections/journal.js';
import { timelineEntryToRow } from '../../../src/events/projections/rows.js';
import { timeline } from '../../../src/schema/tables/read.js';
import { cloneDatabase, type ClonedDatabase } from '../../support/database.js';
import {
  createJournalWriter,
  journalEvent,
  newChannelId,
  newConversationId,
  newMessageId,
  newWorkspaceId,
  type JournalWriter,
} from '../../support/journal-writer.js';
import { testLog } from '../../support/log.js';

const ORIGIN: Vector = [0n, 0n, 0n];
const at = (second: number) => `2026-01-01T00:00:${String(second).padStart(2, '0')}.000Z`;
const workspaceId = newWorkspaceId();

let cloned: ClonedDatabase;
let database: Database;
let writer: JournalWriter;

beforeAll(async () => {
  cloned = await cloneDatabase();
  database = openDatabase(cloned.url, testLog);
  writer = createJournalWriter(database, ORIGIN.length);
});
afterAll(async () => {
  await database.close();
  await cloned.drop();
});

const read = (filter: Parameters<typeof readJournal>[1], after: Vector, limit: number) =>
  readJournal(database.orm, filter, after, limit);

describe('the journal', () => {
  it('merges partitions by their heads and breaks no partition’s order, page by page', async () => {
    const event = (second: number) => journalEvent({ workspaceId }, at(second));
    const [a, b, c, d, e, f] = [event(10), event(5), event(12), event(7), event(11), event(12)] as const;
    await writer.append(0, a, b, c);
    await writer.append(1, d, null, e);
    await writer.append(2, f);
    const expected = [d, a, b, e, c, f].map(({ id }) => id);

    const whole = await read({ workspaceId }, ORIGIN, 100);
    expect(whole.items.map(({ event: { id } }) => id)).toEqual(expected);
    expect(whole).toMatchObject({ hasMore: false, end: writer.heads(), stored: writer.heads() });

    const paged: EventEnvelope[] = [];
    let after = ORIGIN;
    for (let hasMore = true; hasMore;) {
      const page = await read({ workspaceId }, after, 2);
      paged.push(...page.items.map((item) => item.event));
      after = page.end;
      hasMore = page.hasMore;
    }
    expect(paged.map(({ id }) => id)).toEqual(expected);
    expect(after).toEqual(writer.heads());
  });

  it('resumes exactly behind each item’s vector', async () => {
    const whole = await read({ workspaceId }, ORIGIN, 100);
    for (const [index, item] of whole.items.entries()) {
      const rest = await read({ workspaceId }, item.vector, 100);
      expect(rest.items.map(({ event }) => event.id)).toEqual(
        whole.items.slice(index + 1).map(({ event }) => event.id),
      );
    }
  });

  it('shows a workspace only itself, and passes over the others', async () => {
    const foreign = journalEvent({ workspaceId: newWorkspaceId() });
    const before = writer.heads();
    await writer.append(0, foreign);
    expect(await read({ workspaceId }, before, 10)).toMatchObject({ items: [], end: writer.heads(), hasMore: false });
    expect((await read({}, before, 10)).items.map(({ event }) => event.id)).toEqual([foreign.id]);
  });

  it('filters by type, conversation, channel and message, all of them together', async () => {
    const about = {
      workspaceId,
      conversationId: newConversationId(),
      channelId: newChannelId(),
      messageId: newMessageId(),
    };
    const before = writer.heads();
    const wanted = journalEvent({ ...about, type: 'message.read' });
    await writer.append(
      1,
      journalEvent({ ...about, conversationId: newConversationId(), type: 'message.read' }),
      journalEvent({ ...about, channelId: newChannelId(), type: 'message.read' }),
      journalEvent({ ...about, messageId: newMessageId(), type: 'message.read' }),
      journalEvent(about),
      wanted,
    );
    const idsOf = async (filter: object) =>
      (await read({ workspaceId, ...filter }, before, 10)).items.map(({ event }) => event.id);
    const { conversationId, channelId, messageId } = about;
    expect(await idsOf({ conversationId, channelId, messageId, types: ['message.read'] })).toEqual([wanted.id]);
    expect(await idsOf({ conversationId })).toHaveLength(4);
    expect(await idsOf({ channelId })).toHaveLength(4);
    expect(await idsOf({ messageId })).toHaveLength(4);
    expect(await idsOf({ types: ['message.read'] })).toHaveLength(4);
    expect(await idsOf({ types: [] })).toEqual([]);
  });

  it('never ends before the vector it was given, even where the stored positions are behind it', async () => {
    const ahead: Vector = [1_000n, 1_000n, 1_000n];
    expect(await read({ workspaceId }, ahead, 10)).toEqual({
      items: [],
      end: ahead,
      hasMore: false,
      stored: writer.heads(),
    });
  });

  it('tells the status that an event said, and whether it moved it', async () => {
    const messageId = newMessageId();
    const event = journalEvent({ workspaceId, messageId, type: 'message.sent' }, at(30));
    const before = writer.heads();
    const [position] = await writer.append(2, event);
    if (position === undefined) throw new Error('not appended');
    const entry = {
      eventId: eventIds.parse(event.id) ?? event.id,
      messageId,
      position,
      status: 'SENT' as const,
      isStageUnknown: false,
      attempt: 1,
      part: 0,
      occurredAt: at(29),
      recordedAt: at(30),
      failure: null,
    };
    await database.orm
      .insert(timeline)
      .values(timelineEntryToRow(entry, workspaceId, { isMove: true, isAdded: false }));
    const { items } = await read({ workspaceId }, before, 10);
    const { isStageUnknown: _decided, ...shown } = entry;
    expect(items).toEqual([
      { event, position, vector: writer.heads(), change: { entry: shown, isMove: true, isAdded: false } },
    ]);
  });

  it('reads the stored positions of every partition, 0 where none is stored', async () => {
    expect(await readStoredPositions(database.orm, 4)).toEqual([...writer.heads(), 0n]);
  });
});
