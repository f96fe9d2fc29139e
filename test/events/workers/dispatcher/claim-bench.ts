import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { Database } from '../../../../src/database/database.js';
import { openDatabase } from '../../../../src/database/open-database.js';
import {
  channelIds,
  contactIds,
  conversationIds,
  messageIds,
  workspaceIds,
} from '../../../../src/events/kernel/ids.js';
import { claimDue, type ClaimedDispatch } from '../../../../src/events/workers/dispatcher/claim.js';
import { openBucket } from '../../../../src/events/workers/dispatcher/rates.js';
import type { ChannelRate } from '../../../../src/providers/provider.js';
import { cloneDatabase } from '../../../support/database.js';
import { channelId, contactId, conversationId, messageId, workspaceId } from '../../../support/events.js';
import { testLog } from '../../../support/log.js';

export type ClaimBench = Awaited<ReturnType<typeof openClaimBench>>;

export interface Filling {
  readonly messages: number;
  readonly lanes: number;
  readonly dueLanes?: number;
  readonly channel?: number;
  readonly state?: 'waiting' | 'scheduled' | 'settled';
}

/** Claims without a dispatcher around them: as many processes as wanted, each with connections of its own. */
export async function openClaimBench() {
  const cloned = await cloneDatabase();
  const direct = new pg.Client({ connectionString: cloned.url });
  await direct.connect();
  // Within a transaction `pg_stat_activity` stays as it was first read, and tests hold one on `direct`.
  const onlooker = new pg.Client({ connectionString: cloned.url });
  await onlooker.connect();
  const databases: Database[] = [];
  return {
    direct,
    /** What another process would have. */
    openDatabase(): Database {
      const database = openDatabase(cloned.url, testLog, { poolMax: 4 });
      databases.push(database);
      return database;
    },
    /** A message in the given state, first in the given thread; its lane, unless it says so, is due. */
    async queue(n: number, { channel = 1, state = 'waiting', lane = true } = {}): Promise<void> {
      await direct.query(
        `insert into work.dispatches (message_id, attempt, part, workspace_id, conversation_id, contact_id, channel_id,
           state, queue_offset, run_at, payload) values ($1, 1, 0, $2, $3, $4, $5, $6, 0, now() - interval '1 second', '{}')`,
        [
          messageIds.toUuid(messageId(n)),
          workspaceIds.toUuid(workspaceId()),
          conversationIds.toUuid(conversationId(n)),
          contactIds.toUuid(contactId(n)),
          channelIds.toUuid(channelId(channel)),
          state,
        ],
      );
      if (!lane) return;
      await direct.query(
        `insert into work.lanes (conversation_id, channel_id, run_at) values ($1, $2, now() - interval '1 second')`,
        [conversationIds.toUuid(conversationId(n)), channelIds.toUuid(channelId(channel))],
      );
    },
    /**
     * So many messages, as many in each lane, of which those after the first `dueLanes` wait for an hour. Each channel
     * once. Statistics stay as they are: `direct.query('vacuum (analyze) work.dispatches, work.lanes')`.
     */
    async fill({ messages, lanes, dueLanes = lanes, channel = 1, state = 'waiting' }: Filling): Promise<void> {
      const uuid = (kind: number, n: string) =>
        `('0000000${kind}-0000-7000-8${String(channel).padStart(3, '0')}-' || lpad(to_hex(${n}), 12, '0'))::uuid`;
      const lane = uuid(3, `n % ${lanes}`);
      const runAt = `now() + case when n % ${lanes} < ${dueLanes} then interval '-1 second' else interval '1 hour' end`;
      const owner = [workspaceIds.toUuid(workspaceId()), channelIds.toUuid(channelId(channel))];
      await direct.query(
        `insert into work.dispatches (message_id, attempt, part, workspace_id, conversation_id, contact_id, channel_id,
           state, queue_offset, run_at, payload)
         select ${uuid(5, 'n')}, 1, 0, $1, ${lane}, ${lane}, $2, $3, n, ${runAt}, '{}'
         from generate_series(0, ${messages - 1}) n`,
        [...owner, state],
      );
      if (state !== 'waiting') return;
      await direct.query(
        `insert into work.lanes (conversation_id, channel_id, run_at)
         select ${lane}, $1, ${runAt} from generate_series(0, ${lanes - 1}) n`,
        [owner[1]],
      );
    },
    openBucket: (database: Database, rate: ChannelRate, channel = 1) =>
      openBucket(database.orm, channelId(channel), rate),
    claim: (
      database: Database,
      rate: ChannelRate,
      { atMost = 32, channel = 1 } = {},
    ): Promise<readonly ClaimedDispatch[]> =>
      claimDue(database, {
        channelId: channelId(channel),
        rate,
        leaseTokens: Array.from({ length: atMost }, () => randomUUID()),
        leaseMs: 60_000,
      }),
    async tokens(channel = 1): Promise<number> {
      const found = await direct.query<{ tokens: number }>(
        'select tokens from work.channel_rates where channel_id = $1',
        [channelIds.toUuid(channelId(channel))],
      );
      return found.rows[0]?.tokens ?? Number.NaN;
    },
    /** So much time passes, as far as rates know; negative: the clock is set back. */
    pass: (seconds: number) =>
      direct.query('update work.channel_rates set refilled_at = refilled_at - make_interval(secs => $1)', [seconds]),
    /** How many statements wait for a lock just now. */
    async waiting(): Promise<number> {
      const found = await onlooker.query<{ count: number }>(
        `select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return found.rows[0]?.count ?? 0;
    },
    async close(): Promise<void> {
      await Promise.all(databases.map((database) => database.close()));
      await direct.end();
      await onlooker.end();
      await cloned.drop();
    },
  };
}
