import pg from 'pg';

/** What stands in the read tables before anything is read. */
export interface Filling {
  readonly messages: number;
  /** Messages are dealt out to them one by one. */
  readonly conversations: number;
  /** UUIDs. */
  readonly workspaceId: string;
  readonly channelId: string;
}

export const conversationUuid = (n: number) => `00000003-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;

const uuid = (kind: string, n: string) => `('${kind}-0000-7000-8000-' || lpad(to_hex(${n}), 12, '0'))::uuid`;
/** The messages of one conversation come to it one an hour, and it is a minute younger than the one before it. */
const at = (n: string) => `'2026-01-01T00:00:00Z'::timestamptz + ${n} * interval '1 minute'`;

/** Straight into the tables, as nobody else may: through the log a million messages would take an hour. */
export async function fillReadTables(databaseUrl: string, filling: Filling): Promise<void> {
  const { conversations, messages } = filling;
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const given = [filling.workspaceId, filling.channelId];
    await client.query(CONTACTS.replaceAll('$conversations', String(conversations)), given);
    await client.query(
      MESSAGES.replaceAll('$conversations', String(conversations)).replace('$messages', String(messages)),
      given,
    );
    await client.query(conversationsOf(conversations, messages), given);
    await client.query(COUNTS, [filling.workspaceId]);
    await client.query('vacuum (analyze) read.messages, read.conversations, read.contacts, read.contact_addresses');
  } finally {
    await client.end();
  }
}

/** Among whom conversations are dealt out. */
const AGENTS = 20;

const ADDRESS = `'+1555' || lpad(n::text, 7, '0')`;

const CONTACTS = `
  with made as (
    insert into read.contacts (id, workspace_id, display_name, created_at)
    select ${uuid('00000004', 'n')}, $1::uuid, 'Contact ' || n, ${at('n')} from generate_series(0, $conversations - 1) n
  )
  insert into read.contact_addresses (contact_id, channel_id, workspace_id, address)
  select ${uuid('00000004', 'n')}, $2::uuid, $1::uuid, ${ADDRESS} from generate_series(0, $conversations - 1) n`;

const MESSAGES = `
  insert into read.messages (id, workspace_id, conversation_id, channel_id, contact_id, direction, author, content_kind,
    content, is_erased, parts, progress, status, status_at, provider_message_ids, added_partition, added_offset,
    created_at, updated_at)
  select ${uuid('00000005', 'n')}, $1::uuid, ${uuid('00000003', 'n % $conversations')}, $2::uuid,
    ${uuid('00000004', 'n % $conversations')}, 'OUTGOING', 'AGENT', 'text',
    jsonb_build_object('kind', 'text', 'text', repeat('x', 80), 'actions', '[]'::jsonb, 'attachments', '[]'::jsonb),
    false, 1, jsonb_build_object('1', jsonb_build_object('0', jsonb_build_object('rank', 9, 'at',
      '2026-01-01T00:00:00.000Z', 'hasSent', true, 'failure', null, 'providerMessageIds', jsonb_build_array('sbx-' || n)))),
    'DELIVERED', ${at('n')}, array['sbx-' || n], 0, n, ${at('n')}, ${at('n')}
  from generate_series(0, $messages - 1) n`;

const conversationsOf = (conversations: number, messages: number) => `
  insert into read.conversations (id, workspace_id, channel_id, contact_id, address, status, incoming_count,
    read_incoming_count, last_message_id, last_activity_at, last_incoming_at, waiting_since, created_at, agent_id)
  select ${uuid('00000003', 'n')}, $1::uuid, $2::uuid, ${uuid('00000004', 'n')}, ${ADDRESS}, 'OPEN', 1, 1,
    ${uuid('00000005', `n + ${messages - conversations}`)}, ${at(`(n + ${messages - conversations})`)}, ${at('n')}, ${at('n')}, ${at('n')},
    'agent-' || n % ${AGENTS}
  from generate_series(0, ${conversations - 1}) n`;

/** As the projector keeps them: by partition. */
const COUNTS = `
  insert into read.conversation_counts (workspace_id, partition, status, agent_id, team_id, count)
  select workspace_id, get_byte(uuid_send(id), 15) % 12, status, agent_id, '', count(*) from read.conversations
  where workspace_id = $1::uuid group by 1, 2, 3, 4`;
