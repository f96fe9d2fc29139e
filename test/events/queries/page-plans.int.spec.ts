import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Database } from '../../../src/database/database.js';
import { openDatabase } from '../../../src/database/open-database.js';
import { workspaceIds } from '../../../src/events/kernel/ids.js';
import { createFinders } from '../../../src/events/queries/create-finders.js';
import type { ConversationFilter, Finders } from '../../../src/events/queries/finders.js';
import { cloneDatabase, type ClonedDatabase } from '../../support/database.js';
import { newChannelId, newContactId, newWorkspaceId } from '../../support/journal-writer.js';
import { contactId } from '../../support/events.js';
import { testLog } from '../../support/log.js';

const workspaceId = newWorkspaceId();
const olderId = newWorkspaceId();
const CONVERSATIONS = 20_000;

let cloned: ClonedDatabase;
let database: Database;
beforeAll(async () => {
  cloned = await cloneDatabase();
  database = openDatabase(cloned.url, testLog);
  await database.orm.execute(sql`
    insert into read.conversations (id, workspace_id, channel_id, contact_id, status, incoming_count,
      read_incoming_count, last_activity_at, created_at, agent_id, team_id, labels)
    select gen_random_uuid(), ${workspaceIds.toUuid(workspaceId)}, gen_random_uuid(), gen_random_uuid(), 'OPEN', 1, 1,
      now() - i * interval '1 s', now(), 'agent-' || i % 1000, 'team-' || i % 500,
      case when i % 10 = 0 then array['label-' || i % 400] else '{}' end
    from generate_series(1, ${CONVERSATIONS}) i`);
  // An older instance's: nearly all of them are closed.
  await database.orm.execute(sql`
    insert into read.conversations (id, workspace_id, channel_id, contact_id, status, incoming_count,
      read_incoming_count, last_activity_at, created_at, agent_id, team_id)
    select gen_random_uuid(), ${workspaceIds.toUuid(olderId)}, gen_random_uuid(), gen_random_uuid(), 'CLOSED', 1, 1,
      now() - i * interval '1 s', now(), 'agent-' || i % 2, 'team-' || i % 2
    from generate_series(1, ${CONVERSATIONS}) i`);
  await database.orm.execute(sql`analyze read.conversations`);
});
afterAll(async () => {
  await database.close();
  await cloned.drop();
});

interface Statement {
  readonly text: string;
}

const planOf = (filter: ConversationFilter, workspace = workspaceId): Promise<string> =>
  planOfStatement((finders) => finders.conversationPage(workspace, filter, { limit: 25, direction: 'forward' }));

/** How Postgres carries out the page's one statement. */
async function planOfStatement(read: (finders: Finders) => Promise<unknown>): Promise<string> {
  const spy = vi.spyOn(database.pool, 'query');
  await read(createFinders({ database }));
  const [statement, values] = (spy.mock.lastCall ?? []) as unknown as [Statement, unknown[]];
  spy.mockRestore();
  const plan = await database.pool.query<{ 'QUERY PLAN': string }>(`explain ${statement.text}`, values);
  return plan.rows.map((row) => row['QUERY PLAN']).join('\n');
}

describe('a page of conversations, of which none or few fit', () => {
  it.each<[string, ConversationFilter, string]>([
    ['all of them', {}, 'conversations_activity'],
    ['unread ones', { isUnread: true }, 'conversations_unread'],
    ['closed ones', { status: 'CLOSED' }, 'conversations_closed'],
    ['those of a channel', { channelIds: [newChannelId()] }, 'conversations_channel'],
    ['those of an agent', { agentId: 'agent-7' }, 'conversations_agent'],
    ['those of a team', { teamId: 'team-7' }, 'conversations_team'],
    ['those that are nobody’s', { isAssigned: false, status: 'OPEN' }, 'conversations_unassigned'],
    ['those with a label', { labels: ['label-10'] }, 'conversations_labels'],
    ['those put aside', { isSnoozed: true }, 'conversations_snoozed'],
    ['those of a contact', { contactId: newContactId() }, 'conversations_contact'],
  ])('reads no more than the page: %s', async (_what, filter, index) => {
    const plan = await planOf(filter);
    expect(plan).toContain(index);
    expect(plan).not.toContain('Seq Scan');
  });

  it.each<[string, ConversationFilter, string]>([
    ['open ones', { status: 'OPEN' }, 'conversations_open'],
    ["an agent's open ones", { status: 'OPEN', agentId: 'agent-1' }, 'conversations_agent_open'],
    ["a team's open ones", { status: 'OPEN', teamId: 'team-1' }, 'conversations_team_open'],
  ])('and among many that are closed: %s', async (_what, filter, index) => {
    const plan = await planOf(filter, olderId);
    expect(plan).toContain(index);
    expect(plan).not.toContain('Seq Scan');
  });
});

it("a page of a contact's messages over all conversations reads no more than the page", async () => {
  await database.orm.execute(sql`
    insert into read.messages (id, workspace_id, conversation_id, channel_id, contact_id, direction, is_erased, progress,
      status, status_at, provider_message_ids, added_partition, added_offset, created_at, updated_at)
    select gen_random_uuid(), ${workspaceIds.toUuid(workspaceId)}, gen_random_uuid(), gen_random_uuid(),
      ('00000004-0000-7000-8000-' || lpad((i % 1000)::text, 12, '0'))::uuid, 'OUTGOING', false, '{}', 'SENT', now(), '{}',
      0, i, now() - i * interval '1 s', now()
    from generate_series(1, ${CONVERSATIONS}) i`);
  await database.orm.execute(sql`analyze read.messages`);
  const plan = await planOfStatement(async (finders) => {
    const page = await finders.messagesOfContact(workspaceId, contactId(7), { limit: 25, direction: 'backward' });
    expect(page.edges).toHaveLength(CONVERSATIONS / 1_000);
  });
  expect(plan).toContain('messages_contact');
  expect(plan).not.toContain('Seq Scan');
});
