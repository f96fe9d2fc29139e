import pg from 'pg';
import type { Place, Side } from '../compared-path.js';
import { ask, createSandboxChannel } from '../http/ask.js';
import { startParley } from '../http/parley.js';
import { startLoad, underLoad } from '../load-process.js';
import { channelIds, workspaceIds } from '../product.js';
import { fillReadTables } from './fill.js';
import { AGENT, PAGE_SIZE } from './inboxes.js';

const FILLING = { messages: 20_000, conversations: 2_000 };
/** As many as the pool has connections for, on both sides. */
const CALLERS = 8;

/** Over HTTP: 25 open conversations of an agent, each with its contact, its last message and its window; and the counts. */
export async function inboxOverHttp(place: Place): Promise<Side> {
  const parley = await startParley(place, ['api'], { PARLEY_SANDBOX: 'false' });
  const { viewer } = await ask<{ viewer: { workspaceId: string } }>(parley, '{ viewer { workspaceId } }');
  await fillReadTables(place.databaseUrl, {
    ...FILLING,
    workspaceId: uuidOf(workspaceIds, viewer.workspaceId),
    channelId: uuidOf(channelIds, await createSandboxChannel(parley)),
  });
  const { url, apiKey } = parley;
  const load = await startLoad({ kind: 'inboxes', url, apiKey, connections: CALLERS });
  return underLoad(load, () => parley.stop());
}

function uuidOf<Id extends string>(ids: { parse(text: string): Id | undefined; toUuid(id: Id): string }, text: string) {
  const id = ids.parse(text);
  if (id === undefined) throw new Error('Not an id of that kind.');
  return ids.toUuid(id);
}

const WORKSPACE = '00000001-0000-7000-8000-000000000001';
const CHANNEL = '00000002-0000-7000-8000-000000000001';

/** What the page takes out of Postgres, asked for as one would by hand: the same rows, prepared statements, no HTTP. */
export async function inboxByHand({ databaseUrl }: Place): Promise<Side> {
  await fillReadTables(databaseUrl, { ...FILLING, workspaceId: WORKSPACE, channelId: CHANNEL });
  const pool = new pg.Pool({ connectionString: databaseUrl, max: CALLERS });
  const readPage = async () => {
    const [page, totals, assignees] = await Promise.all([
      pool.query<ConversationRow>({ ...CONVERSATIONS, values: [WORKSPACE, AGENT, PAGE_SIZE + 1] }),
      pool.query({ ...TOTALS, values: [WORKSPACE] }),
      pool.query({ ...ASSIGNEES, values: [WORKSPACE] }),
    ]);
    const rows = page.rows.slice(0, PAGE_SIZE);
    const [lastMessages, contacts] = await Promise.all([
      pool.query({ ...MESSAGES, values: [WORKSPACE, rows.map((row) => row.last_message_id)] }),
      pool.query({ ...CONTACTS, values: [WORKSPACE, rows.map((row) => row.contact_id)] }),
    ]);
    const isWhole = lastMessages.rows.length === PAGE_SIZE && contacts.rows.length === PAGE_SIZE;
    if (!isWhole || totals.rows.length === 0 || assignees.rows.length === 0) throw new Error('A row is missing.');
  };
  return {
    async work(milliseconds) {
      const until = performance.now() + milliseconds;
      const latenciesMs: number[] = [];
      const call = async () => {
        while (performance.now() < until) {
          const startedAt = performance.now();
          await readPage();
          latenciesMs.push(performance.now() - startedAt);
        }
      };
      await Promise.all(Array.from({ length: CALLERS }, call));
      return { operations: latenciesMs.length, latenciesMs };
    },
    close: () => pool.end(),
  };
}

interface ConversationRow {
  readonly last_message_id: string;
  readonly contact_id: string;
}

const CONVERSATIONS = {
  name: 'conversations',
  text: `select * from read.conversations where workspace_id = $1 and status = 'OPEN' and agent_id = $2
    order by last_activity_at desc, id desc limit $3`,
};
const TOTALS = {
  name: 'totals',
  text: `select sum(count) filter (where status = 'OPEN') as open, sum(count) filter (where status = 'CLOSED') as closed,
      sum(count) filter (where status = 'OPEN' and agent_id = '' and team_id = '') as unassigned
    from read.conversation_counts where workspace_id = $1`,
};
const ASSIGNEES = {
  name: 'assignees',
  text: `select agent_id, team_id, sum(count)::int as open from read.conversation_counts
    where workspace_id = $1 and status = 'OPEN' and (agent_id <> '' or team_id <> '')
    group by agent_id, team_id having sum(count) > 0 order by open desc, agent_id, team_id limit 100`,
};
const MESSAGES = {
  name: 'messages',
  text: `select * from read.messages where workspace_id = $1 and id = any($2::uuid[])`,
};
const CONTACTS = {
  name: 'contacts',
  text: `select c.*, (select coalesce(json_agg(json_build_object('channelId', a.channel_id, 'address', a.address)), '[]')
      from read.contact_addresses a where a.contact_id = c.id) as addresses
    from read.contacts c where workspace_id = $1 and id = any($2::uuid[])`,
};
