import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conversationIds, type ConversationId } from '../../../../src/events/kernel/ids.js';
import { SNAPSHOT_EVERY } from '../../../../src/events/projections/conversation-snapshots.js';
import { readStoredPositions } from '../../../../src/events/projections/journal.js';
import { createFinders } from '../../../../src/events/queries/create-finders.js';
import type { Moment } from '../../../../src/events/queries/finders.js';
import {
  acceptedData,
  at,
  conversationId,
  event,
  messageId,
  receivedData,
  workspaceId,
} from '../../../support/events.js';
import { createExplainingDatabase, type ExplainingDatabase } from '../../../support/explaining-database.js';
import { openProjectorRig, type ProjectorRig } from '../../projections/projector-rig.js';

const SHORT = 400;
const LONG = 4 * SHORT;
const PAGE = { limit: 25, direction: 'backward' } as const;

let rig: ProjectorRig;
let explaining: ExplainingDatabase;

/** Four events a message, each a second after the one before. */
function eventsOf(thread: number, count: number) {
  return Array.from({ length: count }, (_, index) => {
    const message = thread * 1_000_000 + Math.floor(index / 4);
    const place = { n: thread * 1_000_000 + index, message, thread, occurredAt: at(index), recordedAt: at(index) };
    const receipt = { attempt: 1, part: 0 };
    if (index % 8 === 4) return event({ type: 'message.received', ...place, data: receivedData() });
    if (index % 4 === 0) return event({ type: 'message.accepted', ...place, data: acceptedData() });
    if (index % 4 === 3) return event({ type: 'message.delivered', ...place, data: receipt });
    return event({ type: 'message.dispatched', ...place, data: { ...receipt, call: index % 4 } });
  });
}

beforeAll(async () => {
  rig = await openProjectorRig();
  await rig.startProjector();
  for (const [thread, count] of [
    [1, SHORT],
    [2, LONG],
  ] as const) {
    const events = eventsOf(thread, count);
    for (let begin = 0; begin < count; begin += 400) {
      await rig.append(...events.slice(begin, begin + 400));
      await rig.caughtUp();
    }
  }
  await rig.rows('analyze');
  explaining = createExplainingDatabase(rig.database);
}, 120_000);
afterAll(() => rig.close());

/** What a moment in the middle of a conversation costs, in pages of Postgres' that its statements look at. */
async function costOf(thread: number, seconds: number, isByTime: boolean) {
  const { orm } = rig.database;
  const vector = await readStoredPositions(orm, rig.log.partitionCount);
  const id = conversationId(thread);
  const recordedBy = new Date(at(seconds));
  const moment: Moment = isByTime
    ? { vector, recordedBy, at: recordedBy }
    : { vector: await vectorAfter(id, seconds), recordedBy: undefined, at: recordedBy };
  const past = createFinders({ database: explaining.database }).asOf(moment);
  explaining.take();
  const [state] = await past.conversations(workspaceId(), [id]);
  const page = await past.messagePage(workspaceId(), id, PAGE);
  const buffers = explaining.take().reduce((sum, statement) => sum + statement.buffers, 0);
  return { state, page, buffers };
}

async function vectorAfter(id: ConversationId, seconds: number) {
  const [place] = await rig.rows<{ partition: number; offset: string }>(
    'select partition, "offset"::text from read.events where conversation_id = $1 and recorded_at = $2',
    [conversationIds.toUuid(id), at(seconds)],
  );
  if (place === undefined) throw new Error('Nothing was recorded then.');
  const vector = await readStoredPositions(rig.database.orm, rig.log.partitionCount);
  return vector.with(place.partition, BigInt(place.offset) + 1n);
}

describe('a conversation as of a moment', () => {
  it.each([
    ['a cursor', false],
    ['a time', true],
  ])('costs by %s the same however long the conversation is', async (_what, isByTime) => {
    const short = await costOf(1, SHORT / 2 - 1, isByTime);
    const long = await costOf(2, LONG / 2 - 1, isByTime);
    expect(short.state).toMatchObject({ eventCount: SHORT / 2, incomingCount: SHORT / 16 });
    expect(long.state).toMatchObject({ eventCount: LONG / 2, incomingCount: LONG / 16 });
    expect(long.page.edges.at(-1)?.node.id).toBe(messageId(2_000_000 + LONG / 8 - 1));
    expect(long.page.edges).toHaveLength(PAGE.limit);
    expect(long.buffers).toBeLessThan(short.buffers * 1.5);
  });

  it('has a snapshot behind every so many events, wherever the batches ended', async () => {
    const found = await rig.rows<{ events: number }>(
      `select (state->>'eventCount')::int as events from read.conversation_snapshots
       where conversation_id = $1 order by next_offset`,
      [conversationIds.toUuid(conversationId(2))],
    );
    const every = Array.from({ length: LONG / SNAPSHOT_EVERY }, (_, index) => (index + 1) * SNAPSHOT_EVERY);
    expect(found.map(({ events }) => events)).toEqual(every);
  });

  it('keeps no address in the snapshots', async () => {
    const found = await rig.rows(`select 1 from read.conversation_snapshots where state::text like '%+1555%'`);
    expect(found).toEqual([]);
  });
});
