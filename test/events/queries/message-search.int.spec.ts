import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Database } from '../../../src/database/database.js';
import { openDatabase } from '../../../src/database/open-database.js';
import { setSearchLanguage } from '../../../src/database/search-language.js';
import { channelIds, conversationIds, workspaceIds, type WorkspaceId } from '../../../src/events/kernel/ids.js';
import { createFinders } from '../../../src/events/queries/create-finders.js';
import type { FoundMessage, MessageSearch, PageRequest } from '../../../src/events/queries/finders.js';
import { cloneDatabase, type ClonedDatabase } from '../../support/database.js';
import { newChannelId, newConversationId, newWorkspaceId } from '../../support/journal-writer.js';
import { testLog } from '../../support/log.js';

const [ours, theirs] = [newWorkspaceId(), newWorkspaceId()];
const [conversationId, channelId] = [newConversationId(), newChannelId()];
/** Of each workspace, in one of a hundred of which the word is that is looked for. */
const MANY = 10_000;

let cloned: ClonedDatabase;
let database: Database;
beforeAll(async () => {
  cloned = await cloneDatabase();
  database = openDatabase(cloned.url, testLog);
  for (const workspace of [ours, theirs]) {
    await insert(sql`select ${workspaceIds.toUuid(workspace)}::uuid, gen_random_uuid(), gen_random_uuid(), 'INCOMING', 'READ',
      jsonb_build_object('kind', 'text', 'text', 'message ' || i || case when i % 100 = 0 then ' needle' else '' end),
      i, now() - i * interval '1 minute' from generate_series(1, ${MANY}) i`);
  }
  await database.orm.execute(sql`analyze read.messages`);
});
afterAll(async () => {
  await database.close();
  await cloned.drop();
});

const insert = (rows: ReturnType<typeof sql>) =>
  database.orm.execute(sql`
    insert into read.messages (workspace_id, conversation_id, channel_id, direction, status, content, added_offset, created_at,
      id, author, content_kind, is_erased, progress, status_at, provider_message_ids, added_partition, updated_at)
    select r.*, gen_random_uuid(), 'CONTACT', 'text', false, '{}', now(), '{}', 0, now() from (${rows}) r`);

interface Said {
  readonly workspace?: WorkspaceId;
  readonly direction?: string;
  readonly status?: string;
  readonly addedOffset?: number | null;
}
const say = (
  content: object,
  { workspace = ours, direction = 'INCOMING', status = 'READ', addedOffset = 1 }: Said = {},
) =>
  insert(sql`select ${workspaceIds.toUuid(workspace)}::uuid, ${conversationIds.toUuid(conversationId)}::uuid,
    ${channelIds.toUuid(channelId)}::uuid, ${direction}::text, ${status}::text, ${JSON.stringify(content)}::jsonb,
    ${addedOffset}::bigint, now()`);

const PAGE: PageRequest = { limit: 10, direction: 'forward' };
const search = async (text: string, more: Omit<MessageSearch, 'text'> = {}, workspace = ours) =>
  (await createFinders({ database }).searchPage(workspace, { text, ...more }, PAGE)).edges.map(({ node }) => node);
const textsOf = (found: readonly FoundMessage[]) => found.map(({ message }) => message.content?.text);

describe('a search', () => {
  it('finds words in text, title and subject, phrases, alternatives, and what lacks a word', async () => {
    await say({ kind: 'text', text: 'The quick brown fox', title: 'Zoology', subject: 'Mammals' });
    await say({ kind: 'image', text: 'A brown, quick dog', images: [] });
    const both = ['A brown, quick dog', 'The quick brown fox'];
    expect(textsOf(await search('QUICK brown')).sort()).toEqual(both);
    expect(textsOf(await search('"quick brown"'))).toEqual(['The quick brown fox']);
    expect(textsOf(await search('fox or dog')).sort()).toEqual(both);
    expect(textsOf(await search('quick -fox'))).toEqual(['A brown, quick dog']);
    expect(textsOf(await search('zoology mammals'))).toEqual(['The quick brown fox']);
  });

  it('finds nothing for nothing, for what isn’t there, and for "everything but"', async () => {
    for (const text of ['', '   ', '-quick', '"', 'nowhere', "'; drop table", '&|!():*'])
      expect(await search(text)).toEqual([]);
  });

  it('keeps to its workspace, also where a text says the word that stands for it', async () => {
    const word = `ws${workspaceIds.toUuid(ours).replaceAll('-', '')}`;
    await say({ kind: 'text', text: `${word} trespasser` }, { workspace: theirs });
    expect(await search('trespasser')).toEqual([]);
    expect(await search('trespasser', {}, theirs)).toHaveLength(1);
    expect(await search(word)).toHaveLength(10);
    for (const { message } of await search(word)) expect(message.workspaceId).toBe(ours);
  });

  it('shows what is in the list of messages only: nothing deleted, erased or scheduled', async () => {
    await say({ kind: 'text', text: 'gone away' }, { status: 'DELETED' });
    await say({ kind: 'text', text: 'gone later' }, { status: 'SCHEDULED', addedOffset: null });
    expect(await search('gone')).toEqual([]);
  });

  it('is narrowed down by conversation, channel and direction', async () => {
    await say({ kind: 'text', text: 'narrow' });
    await say({ kind: 'text', text: 'narrow' }, { direction: 'OUTGOING' });
    expect(await search('narrow', { thread: [newConversationId(), conversationId] })).toHaveLength(2);
    expect(await search('narrow', { thread: [newConversationId()] })).toEqual([]);
    expect(await search('narrow', { channelIds: [newChannelId(), channelId] })).toHaveLength(2);
    expect(await search('narrow', { channelIds: [newChannelId()] })).toEqual([]);
    expect(await search('narrow', { direction: 'OUTGOING' })).toHaveLength(1);
  });

  it('quotes a passage in pieces of plain text', async () => {
    const text = `${'before '.repeat(200)}<b>Treasure</b> \u0001is\u0002 here ${'after '.repeat(200)}`;
    await say({ kind: 'text', text });
    const [{ snippet } = expect.unreachable()] = await search('treasure');
    expect(snippet.filter(({ isMatch }) => isMatch)).toEqual([{ text: 'Treasure', isMatch: true }]);
    expect(snippet.map((piece) => piece.text).join('')).toMatch(/before +Treasure +is here after/);
    expect(snippet.map((piece) => piece.text).join('').length).toBeLessThanOrEqual(500);
  });

  it('takes the longest text there can be: it must not stop who writes it down', async () => {
    const words = Array.from({ length: 60_000 }, (_, index) => `дом${index}`).join(' ');
    await say({ kind: 'text', text: words });
    expect(await search('дом7')).toHaveLength(1);
    await say({ kind: 'text', text: 'x'.repeat(1_000_000) });
  });

  it('pages newest first, both ways, each once', async () => {
    const finders = createFinders({ database });
    const forward: string[] = [];
    const read = async (request: PageRequest) => finders.searchPage(ours, { text: 'needle' }, request);
    for (let after: string | undefined; ;) {
      const page = await read({ limit: 7, direction: 'forward', after });
      forward.push(...page.edges.map(({ node }) => node.message.id));
      if (!page.hasNextPage) break;
      after = page.edges.at(-1)?.cursor;
    }
    const backward: string[] = [];
    for (let before: string | undefined; ;) {
      const page = await read({ limit: 7, direction: 'backward', before });
      backward.unshift(...page.edges.map(({ node }) => node.message.id));
      if (!page.hasPreviousPage) break;
      before = page.edges[0]?.cursor;
    }
    expect(forward).toHaveLength(MANY / 100);
    expect(backward).toEqual(forward);
    expect(new Set(forward).size).toBe(forward.length);
  });

  it('reads the index, workspace first, and no table from end to end', async () => {
    const spy = vi.spyOn(database.pool, 'query');
    await search('needle');
    const [statement, values] = (spy.mock.lastCall ?? []) as unknown as [{ readonly text: string }, unknown[]];
    spy.mockRestore();
    const found = await database.pool.query<{ 'QUERY PLAN': string }>(`explain ${statement.text}`, values);
    const plan = found.rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toContain('messages_search');
    expect(plan).toMatch(new RegExp(`ws${workspaceIds.toUuid(ours).replaceAll('-', '')}'+ & '+needle`));
    expect(plan).not.toContain('Seq Scan');
  });
});

describe('the language of the search', () => {
  it('tells which forms of a word are one; another one makes the index anew', async () => {
    await say({ kind: 'text', text: 'He was running home' });
    expect(await search('runs')).toEqual([]);
    await setSearchLanguage(database, 'english');
    expect(textsOf(await search('runs'))).toEqual(['He was running home']);
    expect(await search('the')).toEqual([]);
    await Promise.all([setSearchLanguage(database, 'simple'), setSearchLanguage(database, 'simple')]);
    expect(await search('runs')).toEqual([]);
  });

  it('is one that PostgreSQL has', async () => {
    await expect(setSearchLanguage(database, 'klingon')).rejects.toThrow('PARLEY_SEARCH_LANGUAGE');
    expect(textsOf(await search('"was running"'))).toEqual(['He was running home']);
  });
});
