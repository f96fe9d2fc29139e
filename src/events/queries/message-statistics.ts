import { sql, type SQL } from 'drizzle-orm';
import type { Orm } from '../../database/database.js';
import type { ProviderKind } from '../channel/events.js';
import { channelIds, workspaceIds } from '../kernel/ids.js';
import type { FailureCode, MessageCategory } from '../message/events.js';
import type { MessageStatus } from '../message/state.js';
import type { Durations, Finders, StatisticsDimension, StatisticsRow } from './finders.js';

/** More are no overview any more: of an hour each, of every channel and status, a month of ten channels is 70,000. */
export const STATISTICS_ROWS_MAX = 1_000;

/** What messages are told apart by, and what stands in place of those that aren't asked for. */
const DIMENSIONS: Readonly<Record<StatisticsDimension, SQL>> = {
  CHANNEL: sql`m.channel_id`,
  PROVIDER: sql`c.provider`,
  STATUS: sql`m.status`,
  CATEGORY: sql`m.category`,
  FAILURE_CODE: sql`m.failure ->> 'code'`,
};
const NONE: Readonly<Record<StatisticsDimension, SQL>> = {
  CHANNEL: sql`null::uuid`,
  PROVIDER: sql`null::text`,
  STATUS: sql`null::text`,
  CATEGORY: sql`null::text`,
  FAILURE_CODE: sql`null::text`,
};

interface Row extends Record<string, unknown> {
  start_ms: string;
  channel_id: string | null;
  provider: string | null;
  status: string | null;
  category: string | null;
  failure_code: string | null;
  count: string;
  sent: number[] | null;
  sent_count: string;
  delivered: number[] | null;
  delivered_count: string;
  read: number[] | null;
  read_count: string;
}

/**
 * Counts of the messages that were accepted in a span of time, as they stand now, from their rows and timelines: what is
 * folded anew counts the same. It costs what reading those messages costs, by their index; nothing else is read.
 */
export const createMessageStatistics = (orm: Orm): Pick<Finders, 'messageStatistics'> => ({
  async messageStatistics(workspace, { from, to, bucket, by }) {
    const uuid = workspaceIds.toUuid(workspace);
    const column = (dimension: StatisticsDimension) => (by.includes(dimension) ? DIMENSIONS : NONE)[dimension];
    const found = await orm.execute<Row>(sql`
      with told as materialized (
        select date_trunc(${bucket.toLowerCase()}::text, m.created_at, 'UTC') as start, m.id, m.created_at,
          ${column('CHANNEL')} as channel_id, ${column('PROVIDER')} as provider, ${column('STATUS')} as status,
          ${column('CATEGORY')} as category, ${column('FAILURE_CODE')} as failure_code
        from read.messages m left join config.channels c on c.id = m.channel_id
        where m.workspace_id = ${uuid}::uuid and m.direction = 'OUTGOING'
          and m.created_at >= ${from.toISOString()}::timestamptz and m.created_at < ${to.toISOString()}::timestamptz
      ), waited as (
        select told.*, ${sinceAcceptance(sql`first.sent`)} as sent, ${sinceAcceptance(sql`first.delivered`)} as delivered,
          ${sinceAcceptance(sql`first.read`)} as read
        from told cross join lateral (
          select ${firstOf('SENT')} as sent, ${firstOf('DELIVERED')} as delivered, ${firstOf('READ')} as read
          from read.timeline t where t.workspace_id = ${uuid}::uuid and t.message_id = told.id) first
      )
      select extract(epoch from start) * 1000 as start_ms, channel_id, provider, status, category, failure_code, count(*) as count,
        ${quantilesOf(sql`sent`)} as sent, count(sent) as sent_count,
        ${quantilesOf(sql`delivered`)} as delivered, count(delivered) as delivered_count,
        ${quantilesOf(sql`read`)} as read, count(read) as read_count
      from waited group by start, channel_id, provider, status, category, failure_code
      order by start, channel_id, provider, status, category, failure_code limit ${STATISTICS_ROWS_MAX + 1}`);
    return found.rows.map(toStatistics);
  },
});

const firstOf = (status: string): SQL => sql`min(t.occurred_at) filter (where t.status = ${status})`;

/** In ms; a provider's clock that is behind ours makes no time less than none. */
const sinceAcceptance = (time: SQL): SQL =>
  sql`(case when ${time} is not null then greatest(0, extract(epoch from ${time} - told.created_at) * 1000) end)::float8`;

const quantilesOf = (column: SQL): SQL => sql`percentile_cont(array[0.5, 0.95]) within group (order by ${column})`;

const toStatistics = (row: Row): StatisticsRow => ({
  start: new Date(Number(row.start_ms)),
  channelId: row.channel_id === null ? null : channelIds.fromUuid(row.channel_id),
  provider: row.provider as ProviderKind | null,
  status: row.status as MessageStatus | null,
  category: row.category as MessageCategory | null,
  failureCode: row.failure_code as FailureCode | null,
  count: Number(row.count),
  timeToSent: toDurations(row.sent, row.sent_count),
  timeToDelivered: toDurations(row.delivered, row.delivered_count),
  timeToRead: toDurations(row.read, row.read_count),
});

function toDurations(quantiles: readonly number[] | null, count: string): Durations | null {
  const [medianMs, p95Ms] = quantiles ?? [];
  return medianMs === undefined || p95Ms === undefined ? null : { count: Number(count), medianMs, p95Ms };
}
