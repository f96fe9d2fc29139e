import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Database } from '../../../src/database/database.js';
import { openDatabase } from '../../../src/database/open-database.js';
import { conversationIds, workspaceIds } from '../../../src/events/kernel/ids.js';
import { createFinders } from '../../../src/events/queries/create-finders.js';
import { cloneDatabase, type ClonedDatabase } from '../../support/database.js';
import { newConversationId, newWorkspaceId } from '../../support/journal-writer.js';
import { testLog } from '../../support/log.js';

const workspaceId = newWorkspaceId();
const conversationId = newConversationId();
const MESSAGES = 20_000;

let cloned: ClonedDatabase;
let database: Database;
beforeAll(async () => {
  cloned = await cloneDatabase();
  database = openDatabase(cloned.url, testLog);
  // One long conversation, of which one message in a thousand is still to be sent.
  await database.orm.execute(sql`
    insert into read.messages (id, workspace_id, conversation_id, channel_id, direction, author, content_kind, is_erased,
      parts, progress, status, status_at, provider_message_ids, scheduled_at, added_partition, added_offset, created_at,
      updated_at)
    select gen_random_uuid(), ${workspaceIds.toUuid(workspaceId)}, ${conversationIds.toUuid(conversationId)},
      gen_random_uuid(), 'OUTGOING', 'AGENT', 'text', false, 1, '{}', case i % 1000 when 0 then 'SCHEDULED' else 'READ' end,
      now(), '{}', now() + i * interval '1 s', 0, i, now(), now()
    from generate_series(1, ${MESSAGES}) i`);
  await database.orm.execute(sql`analyze read.messages`);
});
afterAll(async () => {
  await database.close();
  await cloned.drop();
});

it('a page of what is still to be sent reads nothing of what was', async () => {
  const spy = vi.spyOn(database.pool, 'query');
  const page = { limit: 25, direction: 'forward' } as const;
  await createFinders({ database }).scheduledPage(workspaceId, conversationId, page);
  const [statement, values] = (spy.mock.lastCall ?? []) as unknown as [{ readonly text: string }, unknown[]];
  spy.mockRestore();
  const plan = await database.pool.query<{ 'QUERY PLAN': string }>(`explain ${statement.text}`, values);
  expect(plan.rows.map((row) => row['QUERY PLAN']).join('\n')).toContain('messages_scheduled');
});
