import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Database } from '../../../src/database/database.js';
import { openDatabase } from '../../../src/database/open-database.js';
import { channelIds, contactIds, conversationIds, messageIds, workspaceIds } from '../../../src/events/kernel/ids.js';
import { createFinders } from '../../../src/events/queries/create-finders.js';
import type {
  ConversationFilter,
  ConversationOrder,
  Finders,
  PageRequest,
} from '../../../src/events/queries/finders.js';
import { WALK_BOUNDS } from '../../../src/events/queries/walk.js';
import { cloneDatabase, type ClonedDatabase } from '../../support/database.js';
import { newChannelId, newContactId, newWorkspaceId } from '../../support/journal-writer.js';
import { contactId } from '../../support/events.js';
import { testLog } from '../../support/log.js';

const workspaceId = newWorkspaceId();
const olderId = newWorkspaceId();
const CONVERSATIONS = 20_000;
const channelId = newChannelId();
/** The i-th one's UUID. */
const CONTACT = sql`('00000004-0000-7000-8000-' || lpad(i::text, 12, '0'))::uuid`;

/** Some who are shown as one: the 19,000th with those behind it, for a UUID's digits are read as they stand. */
const MERGED = { into: 0x19000, from: [0x19001, 0x19002, 0x19003] };
const ADDRESS_OF_MERGED = '+31600019001';

let cloned: ClonedDatabase;
let database: Database;
beforeAll(async () => {
  cloned = await cloneDatabase();
  database = openDatabase(cloned.url, testLog);
  const workspace = workspaceIds.toUuid(workspaceId);
  await database.orm.execute(sql`insert into config.workspaces (id, name) values (${workspace}, 'W')`);
  await database.orm.execute(sql`
    insert into config.channels (id, workspace_id, name, provider, platform, settings_sealed)
    values (${channelIds.toUuid(channelId)}, ${workspace}, 'C', 'META_WHATSAPP', 'WHATSAPP', '')`);
  await database.orm.execute(sql`
    insert into read.conversations (id, workspace_id, channel_id, contact_id, status, incoming_count,
      read_incoming_count, last_activity_at, created_at, agent_id, team_id, labels, last_incoming_at, waiting_since)
    select gen_random_uuid(), ${workspace}, case when i % 2 = 0 then gen_random_uuid() else ${channelIds.toUuid(channelId)}::uuid end,
      ${CONTACT}, 'OPEN', 1, 1, now() - i * interval '1 s', now(), 'agent-' || i % 1000, 'team-' || i % 500,
      case when i % 10 = 0 then array['label-' || i % 400] else '{}' end, now() - i * interval '1 s',
      case when i % 9 = 0 then now() - i * interval '1 s' end
    from generate_series(1, ${CONVERSATIONS}) i`);
  await database.orm.execute(sql`
    insert into read.contacts (id, workspace_id, display_name, created_at)
    select ${CONTACT}, ${workspace}, case when i % 1000 = 0 then 'Ánna ' else 'Contact ' end || i, now()
    from generate_series(1, ${CONVERSATIONS}) i`);
  await database.orm.execute(sql`
    insert into read.contact_addresses (contact_id, channel_id, workspace_id, address)
    select ${CONTACT}, ${channelIds.toUuid(channelId)}, ${workspace}, '+316' || lpad(i::text, 8, '0')
    from generate_series(1, ${CONVERSATIONS}) i`);
  await database.orm.execute(sql`
    update read.contacts set merged_into = ${contactIds.toUuid(contactId(MERGED.into))}
    where id = any(${sql.param(MERGED.from.map((i) => contactIds.toUuid(contactId(i))))}::uuid[])`);
  // An older instance's: nearly all of them are closed.
  await database.orm.execute(sql`
    insert into read.conversations (id, workspace_id, channel_id, contact_id, status, incoming_count,
      read_incoming_count, last_activity_at, created_at, agent_id, team_id)
    select gen_random_uuid(), ${workspaceIds.toUuid(olderId)}, gen_random_uuid(), gen_random_uuid(), 'CLOSED', 1, 1,
      now() - i * interval '1 s', now(), 'agent-' || i % 2, 'team-' || i % 2
    from generate_series(1, ${CONVERSATIONS}) i`);
  await database.orm.execute(sql`analyze read.conversations, read.contacts, read.contact_addresses`);
});
afterAll(async () => {
  await database.close();
  await cloned.drop();
});

interface Statement {
  readonly text: string;
}

const FIRST_PAGE = { limit: 25, direction: 'forward' } as const;

const planOf = (filter: ConversationFilter, workspace = workspaceId, order?: ConversationOrder): Promise<string> =>
  planOfStatements((finders) => finders.conversationPage(workspace, filter, FIRST_PAGE, order));

/** How Postgres carries out all that a page takes. */
async function planOfStatements(read: (finders: Finders) => Promise<unknown>, how = ''): Promise<string> {
  const spy = vi.spyOn(database.pool, 'query');
  await read(createFinders({ database }));
  const calls = spy.mock.calls as unknown as [Statement, unknown[]][];
  spy.mockRestore();
  const plans: string[] = [];
  for (const [statement, values] of calls) {
    const plan = await database.pool.query<{ 'QUERY PLAN': string }>(`explain ${how} ${statement.text}`, values);
    plans.push(...plan.rows.map((row) => row['QUERY PLAN']));
  }
  return plans.join('\n');
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
    ['those of several that are shown as one', { contactId: contactId(0x19002) }, 'conversations_contact'],
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

describe('a page in another order, or by what no index has all of', () => {
  const window = {
    closesWithinMs: 3_600_000,
    hours: [{ provider: 'META_WHATSAPP', platform: 'WHATSAPP', hours: 24 } as const],
  };
  it.each<[string, ConversationFilter, ConversationOrder, string]>([
    ['the oldest activity', {}, 'OLDEST_ACTIVITY', 'conversations_activity'],
    ["an agent's", { agentId: 'agent-7', status: 'OPEN' }, 'OLDEST_ACTIVITY', 'conversations_agent'],
    ['the longest waiting', {}, 'LONGEST_WAITING', 'conversations_waiting'],
    ['the newest', {}, 'NEWEST', 'conversations_created'],
    ["an agent's newest", { agentId: 'agent-7' }, 'NEWEST', 'conversations_agent'],
    ['windows that close', { window }, 'WINDOW_CLOSING', 'conversations_incoming'],
    ['windows that close within an hour', { window }, 'NEWEST_ACTIVITY', 'conversations_channel'],
    ['a platform', { platform: 'WHATSAPP' }, 'NEWEST_ACTIVITY', 'conversations_channel'],
    ['several channels', { channelIds: [newChannelId(), newChannelId()] }, 'NEWEST_ACTIVITY', 'conversations_channel'],
    ['a span of activity', { activeBefore: new Date(0) }, 'NEWEST_ACTIVITY', 'conversations_activity'],
    ['a name', { text: 'Ann' }, 'NEWEST_ACTIVITY', 'contacts_words'],
    ['an address', { text: '+31 612' }, 'NEWEST_ACTIVITY', 'contact_addresses_words'],
    ['a name, by whom is shown', { text: 'Ann 19000' }, 'NEWEST_ACTIVITY', 'contacts_merged_into'],
    ['several as one', { contactId: contactId(0x19002) }, 'OLDEST_ACTIVITY', 'conversations_contact'],
    ['several as one, the newest', { contactId: contactId(0x19002) }, 'NEWEST', 'conversations_contact'],
  ])('is read by an index: %s', async (_what, filter, order, index) => {
    const plan = await planOf(filter, workspaceId, order);
    expect(plan).toContain(index);
    expect(plan).not.toMatch(/Seq Scan on (conversations|contacts|contact_addresses)/);
  });

  // Nothing leads to the few of which all of several things are true that are mostly true by themselves.
  it.each<[string, ConversationFilter, ConversationOrder]>([
    ['read and nobody’s', { isUnread: false, isAssigned: false }, 'NEWEST_ACTIVITY'],
    ['open, and nobody’s, the oldest', { status: 'OPEN', isAssigned: false }, 'OLDEST_ACTIVITY'],
    ['nobody’s, by when they began', { isAssigned: false, isSnoozed: false }, 'NEWEST'],
    ['closed on a platform of open ones', { platform: 'WHATSAPP', status: 'CLOSED' }, 'NEWEST_ACTIVITY'],
    ['windows of closed ones', { window, status: 'CLOSED' }, 'WINDOW_CLOSING'],
    ['a name that all have', { text: 'Contact', isAssigned: false }, 'NEWEST_ACTIVITY'],
  ])('looks at a bounded number of rows: %s', async (_what, filter, order) => {
    const plan = await planOfStatements(
      (finders) => finders.conversationPage(workspaceId, filter, FIRST_PAGE, order),
      '(analyze, timing off, summary off)',
    );
    const nodes = plan.split('->').filter((node) => /Scan.* on (conversations|contacts|contact_addresses) /.test(node));
    const rowsOf = (node: string) => {
      const [, each = '0', loops = '0'] = /actual.* rows=([\d.]+) loops=(\d+)/.exec(node) ?? [];
      const [, removed = '0'] = /Rows Removed by (?:Filter|Index Recheck): (\d+)/.exec(node) ?? [];
      return (Number(each) + Number(removed)) * Number(loops);
    };
    expect(nodes.length).toBeGreaterThan(0);
    // What was walked, and at most once more, for where it ended.
    for (const node of nodes) expect(rowsOf(node), plan).toBeLessThanOrEqual(WALK_BOUNDS.walkMax);
  });
});

it.each([
  ['few', 'anna', CONVERSATIONS / 1_000],
  ['nearly all', 'contact', FIRST_PAGE.limit],
])('a page of contacts reads a bounded number where %s are called so', async (_how, text, count) => {
  const plan = await planOfStatements(async (finders) => {
    const page = await finders.contactPage(workspaceId, { text }, FIRST_PAGE);
    expect(page.edges).toHaveLength(count);
    expect(page.walkedTo).toBeUndefined();
  });
  expect(plan).toContain('contacts_words');
  expect(plan).not.toMatch(/Seq Scan on (contacts|contact_addresses)/);
});

it('a page of contacts reads no more than the page, and passes over nobody who is shown as another', async () => {
  const plan = await planOfStatements((finders) => finders.contactPage(workspaceId, {}, FIRST_PAGE));
  expect(plan).toContain('contacts_created');
  const found = await planOfStatements(async (finders) => {
    const page = await finders.contactPage(workspaceId, { address: ADDRESS_OF_MERGED }, FIRST_PAGE);
    expect(page.edges.map(({ node }) => node.id)).toEqual([contactId(MERGED.into)]);
    expect(page.edges[0]?.node.addresses).toHaveLength(1 + MERGED.from.length);
  });
  for (const one of [plan, found]) expect(one).not.toMatch(/Seq Scan on (contacts|contact_addresses)/);
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
  const plan = await planOfStatements(async (finders) => {
    const page = await finders.messagesOfContact(workspaceId, contactId(7), { limit: 25, direction: 'backward' });
    expect(page.edges).toHaveLength(CONVERSATIONS / 1_000);
  });
  expect(plan).toContain('messages_contact');
  expect(plan).not.toContain('Seq Scan');
});

describe('a page of the lists of several contacts, of whom some are shown as one', () => {
  const page = { limit: 2 };
  const merged = [MERGED.into, ...MERGED.from].map(contactId);
  const owners = [...merged, contactId(0x7)];
  beforeAll(async () => {
    await database.orm.execute(sql`
      insert into read.messages (id, workspace_id, conversation_id, channel_id, contact_id, direction, is_erased, progress,
        status, status_at, provider_message_ids, added_partition, added_offset, created_at, updated_at)
      select gen_random_uuid(), ${workspaceIds.toUuid(workspaceId)}, gen_random_uuid(), gen_random_uuid(), member, 'OUTGOING',
        false, '{}', 'SENT', now(), '{}', 1, i, now() - i * interval '1 s', now()
      from unnest(${sql.param(merged.map((id) => contactIds.toUuid(id)))}::uuid[]) member, generate_series(1, 50) i`);
    await database.orm.execute(sql`analyze read.messages`);
  });

  const lists = {
    messages: {
      read: (finders: Finders, asked: PageRequest) => finders.messagesOfContacts(workspaceId, owners, asked),
      idOf: (uuid: string): string => messageIds.fromUuid(uuid),
      inOrder: { forward: sql`created_at, id`, backward: sql`created_at desc, id desc` },
    },
    conversations: {
      read: (finders: Finders, asked: PageRequest) => finders.conversationsOfContacts(workspaceId, owners, asked),
      idOf: (uuid: string): string => conversationIds.fromUuid(uuid),
      inOrder: { forward: sql`last_activity_at desc, id desc`, backward: sql`last_activity_at, id` },
    },
  };
  const cases = (['messages', 'conversations'] as const).flatMap((of) =>
    (['forward', 'backward'] as const).map((direction) => [of, direction] as const),
  );

  it.each(cases)('takes of each no row more than the page: %s, %s', async (of, direction) => {
    const { read, idOf, inOrder } = lists[of];
    const first = await database.orm.execute<{ id: string }>(sql`
      select id from read.${sql.raw(of)}
      where contact_id = any(${sql.param(merged.map((id) => contactIds.toUuid(id)))}::uuid[])
      order by ${inOrder[direction]} limit ${page.limit}`);
    const expected = first.rows.map(({ id }) => idOf(id));
    if (direction === 'backward') expected.reverse();
    const plan = await planOfStatements(async (finders) => {
      const found = await read(finders, { ...page, direction });
      for (const { edges, hasNextPage, hasPreviousPage } of found.slice(0, merged.length)) {
        expect(edges.map(({ node }) => node.id)).toEqual(expected);
        expect(direction === 'forward' ? hasNextPage : hasPreviousPage).toBe(true);
      }
    }, '(analyze, timing off, summary off)');
    const [, left] = /actual.* rows=([\d.]+) loops=1/.exec(plan) ?? [];
    // One row more than the page tells that there are more.
    expect(Number(left), plan).toBeGreaterThanOrEqual(merged.length * (page.limit + 1));
    expect(Number(left), plan).toBeLessThanOrEqual(owners.length * (page.limit + 1));
    expect(plan).toContain(`${of}_contact`);
    expect(plan).not.toMatch(/Seq Scan on (conversations|contacts|messages)/);
  });
});
