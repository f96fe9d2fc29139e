import type { Database } from '../../src/database/database.js';
import { channelIds, workspaceIds } from '../product.js';

export const WORKSPACE = '00000001-0000-7000-8000-000000000001';
const channelUuid = (channel: number) => `00000002-0000-7000-8000-${String(channel).padStart(12, '0')}`;
export const channelOf = (channel: number) => channelIds.fromUuid(channelUuid(channel));
export const workspaceOf = () => workspaceIds.fromUuid(WORKSPACE);

/** What is sent: a text of the length that people write. */
export const PAYLOAD = {
  address: '+15550100000',
  content: { kind: 'text', text: 'x'.repeat(80), actions: [], attachments: [] },
};

/**
 * Makes messages that wait, evenly over so many lanes, on the server.
 * @param round keeps what one call makes apart from what another made
 */
export async function makeWaiting(
  { pool }: Database,
  { messages, lanes, channels = 1, round = 0 }: { messages: number; lanes: number; channels?: number; round?: number },
): Promise<void> {
  const uuid = (kind: string, n: string) => `('${kind}-0000-7000-8000-' || lpad(to_hex(${n}), 12, '0'))::uuid`;
  const lane = uuid('00000003', `n % ${lanes} + ${round * lanes}`);
  const channel = `('00000002-0000-7000-8000-' || lpad((n % ${lanes} % ${channels})::text, 12, '0'))::uuid`;
  for (const series of slices(messages))
    await pool.query(
      `insert into work.dispatches (message_id, attempt, part, workspace_id, conversation_id, contact_id, channel_id,
         state, queue_offset, run_at, payload)
       select ${uuid('00000005', `n + ${round * messages}`)}, 1, 0, $1, ${lane}, ${lane}, ${channel}, 'waiting', n,
         now() - interval '1 second', $2::jsonb
       from ${series} n`,
      [WORKSPACE, JSON.stringify(PAYLOAD)],
    );
  for (const series of slices(lanes))
    await pool.query(
      `insert into work.lanes (conversation_id, channel_id, run_at)
       select ${lane}, ${channel}, now() - interval '1 second' from ${series} n`,
    );
}

/** So many at a time: a statement of Parley's may take 8 s. */
const SLICE = 20_000;

const slices = (count: number): readonly string[] =>
  Array.from(
    { length: Math.ceil(count / SLICE) },
    (_, slice) => `generate_series(${slice * SLICE}, ${Math.min(count, (slice + 1) * SLICE) - 1})`,
  );
