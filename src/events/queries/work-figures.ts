import { sql } from 'drizzle-orm';
import type { Executor } from '../../database/database.js';
import { channelIds, type ChannelId } from '../kernel/ids.js';
import { waitingParts } from './queue-depths.js';

/** What is beyond it isn't counted, so that a look costs the same however much waits. */
export const FIGURE_MAX = 100_000;
/** Channels whose queues are told: each is a time series for whoever collects them. */
export const CHANNELS_TOLD_MAX = 500;
/** There are as many consumers as workers; the bound is for a loop that must have one. */
const CONSUMERS_MAX = 100;

export interface WorkFigures {
  /** Rows by what they wait for. */
  readonly waiting: readonly { readonly kind: string; readonly count: number }[];
  /** Undefined: nothing is on its way to the log. */
  readonly outboxOldestSeconds: number | undefined;
  /** Only of channels in which something waits. */
  readonly queues: readonly { readonly channelId: ChannelId; readonly depth: number }[];
  readonly deadLetters: readonly { readonly consumer: string; readonly count: number }[];
}

/** What waits in Postgres, over all workspaces, for those who run it. Each figure comes from an index of what it counts. */
export async function readWorkFigures(executor: Executor): Promise<WorkFigures> {
  return {
    waiting: await countWaitingRows(executor),
    outboxOldestSeconds: await oldestInOutbox(executor),
    queues: await countQueues(executor),
    deadLetters: await countDeadLetters(executor),
  };
}

const upTo = (rows: ReturnType<typeof sql>) => sql`(select count(*)::int from (${rows} limit ${FIGURE_MAX}) counted)`;

const dispatchesIn = (state: string) => upTo(sql`select 1 from work.dispatches where state = ${sql.raw(`'${state}'`)}`);

async function countWaitingRows(executor: Executor): Promise<WorkFigures['waiting']> {
  const found = await executor.execute<{ kind: string; count: number }>(sql`
    select 'waiting' as kind, ${dispatchesIn('waiting')} as count
    union all select 'scheduled', ${dispatchesIn('scheduled')}
    union all select 'calling', ${dispatchesIn('calling')}
    union all select 'unknown', ${dispatchesIn('unknown')}
    union all select 'parked_receipts', ${upTo(sql`select 1 from work.parked_receipts`)}
    union all select 'outbox', ${upTo(sql`select 1 from work.outbox`)}`);
  return found.rows;
}

async function oldestInOutbox(executor: Executor): Promise<number | undefined> {
  const found = await executor.execute<{ seconds: number | null }>(
    sql`select extract(epoch from clock_timestamp() - min(created_at))::float8 as seconds from work.outbox`,
  );
  return found.rows[0]?.seconds ?? undefined;
}

/** A loose index scan finds the channels, as `findDueChannels` does: one probe for each. */
async function countQueues(executor: Executor): Promise<WorkFigures['queues']> {
  const found = await executor.execute<{ id: string; waiting: number }>(sql`
    with recursive channel as (
      (select channel_id as id from work.dispatches where state = 'waiting' order by channel_id limit 1)
      union all
      select (select d.channel_id from work.dispatches d where d.state = 'waiting' and d.channel_id > channel.id
        order by d.channel_id limit 1)
      from channel where channel.id is not null
    ), c as (select id, ${FIGURE_MAX}::int as at_most from channel where id is not null limit ${CHANNELS_TOLD_MAX})
    select c.id, ${waitingParts} as waiting from c`);
  return found.rows.map(({ id, waiting }) => ({ channelId: channelIds.fromUuid(id), depth: waiting }));
}

async function countDeadLetters(executor: Executor): Promise<WorkFigures['deadLetters']> {
  const found = await executor.execute<{ consumer: string; count: number }>(sql`
    with recursive named as (
      (select consumer from work.dead_letters order by consumer limit 1)
      union all
      select (select d.consumer from work.dead_letters d where d.consumer > named.consumer order by d.consumer limit 1)
      from named where named.consumer is not null
    )
    select consumer, ${upTo(sql`select 1 from work.dead_letters d where d.consumer = named.consumer`)} as count
    from named where consumer is not null limit ${CONSUMERS_MAX}`);
  return found.rows;
}
