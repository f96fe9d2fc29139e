import { readdir, readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFinders } from '../../../src/events/queries/create-finders.js';
import { createStoryTeller } from '../../resolvers/random-thread.js';
import { readModelDigests } from '../../support/digests.js';
import { conversationId, event, workspaceId } from '../../support/events.js';
import { announcedSeed, createSeededRandom } from '../../support/seeded-random.js';
import { openRebuildRig, type RebuildRig } from './rebuild/rebuild-rig.js';
import { story } from './story.js';

const random = createSeededRandom(announcedSeed('Counts of conversations'));
const EVENTS = 400;

describe('rule 12: counts of conversations', () => {
  let rig: RebuildRig;
  beforeEach(async () => {
    rig = await openRebuildRig();
  });
  afterEach(() => rig.close());

  const counted = () =>
    rig.rows(`select status, agent_id, team_id, sum(count)::int as count from read.conversation_counts
      group by 1, 2, 3 having sum(count) <> 0 order by 1, 2, 3`);
  const scanned = () =>
    rig.rows(`select status, coalesce(agent_id, '') as agent_id, coalesce(team_id, '') as team_id, count(*)::int as count
      from read.conversations where merged_into is null group by 1, 2, 3 order by 1, 2, 3`);

  it('are what counting would find, after any history with its repeats, and a rebuild has the same rows', async () => {
    await rig.startProjector();
    const { next } = createStoryTeller(random);
    for (let told = 0; told < EVENTS; told += 20) {
      const sketches = Array.from({ length: 20 }, next);
      const { occurredAt } = event(sketches[random.between(0, 19)] ?? expect.unreachable());
      const [from, into] = random.pick<readonly [number, number]>([
        [0, 1],
        [1, 2],
        [2, 0],
      ]);
      const data = {
        intoConversationId: conversationId(into),
        content: { from: '+15550100000', address: '+15550100001' },
      };
      // Its contact goes over, and mostly writes from there again: it is counted with the other one until then.
      const merged = event({ type: 'conversation.merged', n: 90_000 + told, thread: from, occurredAt, data });
      await rig.append(...sketches.map(event), merged);
    }
    await rig.caughtUp();
    expect(await counted()).toEqual(await scanned());
    const before = await readModelDigests(rig.url);
    expect(await rig.rebuild()).toMatchObject({ isExchanged: true, differenceCount: 0 });
    expect(await readModelDigests(rig.url)).toEqual(before);
  });

  it('are told by status and assignee, the busiest first', async () => {
    await rig.startProjector();
    const assigned = (thread: number, agentId: string | null, teamId: string | null) =>
      event({ type: 'conversation.assigned', n: 9_000 + thread, thread, data: { agentId, teamId } });
    const closed = (thread: number) => event({ type: 'conversation.closed', n: 9_500 + thread, thread, data: {} });
    await rig.append(...[1, 2, 3, 4, 5].flatMap(story));
    await rig.append(assigned(1, 'a', null), assigned(2, 'b', 't'), assigned(3, 'b', 't'), closed(3), closed(4));
    await rig.caughtUp();
    const finders = createFinders(rig);
    expect(await finders.conversationCounts(workspaceId(), {})).toEqual({
      ...{ open: 3, closed: 2, unassigned: 1 },
      assignees: [
        { agentId: 'a', teamId: null, open: 1 },
        { agentId: 'b', teamId: 't', open: 1 },
      ],
    });
    expect(await finders.conversationCounts(workspaceId(2), {})).toEqual({
      ...{ open: 0, closed: 0, unassigned: 0, assignees: [] },
    });
  });

  it('are told of one agent and of one team', async () => {
    await rig.startProjector();
    const assigned = (thread: number, agentId: string | null, teamId: string | null) =>
      event({ type: 'conversation.assigned', n: 9_000 + thread, thread, data: { agentId, teamId } });
    await rig.append(...[1, 2, 3].flatMap(story));
    await rig.append(assigned(1, 'a', null), assigned(2, 'a', 't'));
    await rig.caughtUp();
    const finders = createFinders(rig);
    const none = { closed: 0, unassigned: 0 };
    expect(await finders.conversationCounts(workspaceId(), { agentId: 'a' })).toMatchObject({ ...none, open: 2 });
    expect(await finders.conversationCounts(workspaceId(), { agentId: 'a', teamId: 't' })).toMatchObject({
      ...{ ...none, open: 1 },
      assignees: [{ agentId: 'a', teamId: 't', open: 1 }],
    });
    expect(await finders.conversationCounts(workspaceId(), { teamId: 'x' })).toMatchObject({ ...none, open: 0 });
  });

  it('are made by the migration of what was projected before it', async () => {
    await rig.startProjector();
    await rig.append(...[1, 2, 3, 4, 5].flatMap(story));
    await rig.caughtUp();
    const before = await rig.rows('select * from read.conversation_counts order by partition');
    await rig.rows('truncate read.conversation_counts');
    await rig.rows(await backfill());
    expect(await rig.rows('select * from read.conversation_counts order by partition')).toEqual(before);
  });
});

/** The one statement of the migrations that fills the table. */
async function backfill(): Promise<string> {
  const folder = new URL('../../../migrations/', import.meta.url);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql'));
  const texts = await Promise.all(names.map((name) => readFile(new URL(name, folder), 'utf8')));
  const found = texts
    .flatMap((text) => text.split('--> statement-breakpoint'))
    .filter((statement) => statement.includes('INSERT INTO "read"."conversation_counts"'));
  expect(found).toHaveLength(1);
  return found[0] ?? '';
}
