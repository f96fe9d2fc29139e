import { sql, type SQL } from 'drizzle-orm';
import type { Executor, Transaction } from '../../../database/database.js';
import { channelIds, eventIds, rawWebhookIds, workspaceIds, type ChannelId, type EventId } from '../../kernel/ids.js';
import { storableJson } from '../../projections/storable.js';
import { receiptFacts, type Receipt } from './receipt.js';

/** A receipt that waits for its message. */
export interface ParkedReceipt {
  readonly receipt: Receipt;
  readonly tries: number;
  readonly parkedAt: Date;
}

/** Rows taken at once. */
export const PARKED_PAGE = 200;

/** The pause before try n + 1, in milliseconds: it is a net, the recording of the id is what wakes. */
export const pauseAfter = (tries: number): number => Math.min(1_000 * 2 ** Math.min(tries, 10), 300_000);

export async function parkReceipts(tx: Transaction, receipts: readonly Receipt[], now: Date): Promise<void> {
  if (receipts.length === 0) return;
  const rows = [...receipts].sort((a, b) => (a.eventId < b.eventId ? -1 : 1));
  const at = now.toISOString();
  const runAt = new Date(now.getTime() + pauseAfter(0)).toISOString();
  await tx.execute(sql`
    insert into work.parked_receipts
      (event_id, channel_id, workspace_id, provider_message_id, receipt, raw_webhook_id, run_at, parked_at)
    select event_id, channel_id, workspace_id, provider_message_id, receipt::jsonb, raw_webhook_id,
      ${runAt}::timestamptz, ${at}::timestamptz
    from unnest(
      ${sql.param(rows.map(({ eventId }) => eventIds.toUuid(eventId)))}::uuid[],
      ${sql.param(rows.map(({ channelId }) => channelIds.toUuid(channelId)))}::uuid[],
      ${sql.param(rows.map(({ workspaceId }) => workspaceIds.toUuid(workspaceId)))}::uuid[],
      ${sql.param(rows.map(({ providerMessageId }) => providerMessageId))}::text[],
      ${sql.param(rows.map(({ facts }) => JSON.stringify(storableJson(facts))))}::text[],
      ${sql.param(rows.map(({ rawWebhookId }) => rawWebhookIds.toUuid(rawWebhookId)))}::uuid[]
    ) as parked (event_id, channel_id, workspace_id, provider_message_id, receipt, raw_webhook_id)
    on conflict do nothing`);
}

/** Those whose time has come, the longest waiting first. */
export const dueReceipts = (executor: Executor, now: Date): Promise<readonly ParkedReceipt[]> =>
  parkedWhere(executor, sql`r.run_at <= ${now.toISOString()}::timestamptz order by r.run_at limit ${PARKED_PAGE}`);

/** Those of a channel whose provider id has been recorded since. */
export const wokenReceipts = (executor: Executor, channelId: ChannelId): Promise<readonly ParkedReceipt[]> =>
  parkedWhere(
    executor,
    sql`r.channel_id = ${channelIds.toUuid(channelId)} and exists (
      select 1 from work.provider_messages p
      where p.channel_id = r.channel_id and p.provider_message_id = r.provider_message_id
    ) order by r.parked_at limit ${PARKED_PAGE}`,
  );

interface ParkedRow extends Record<string, unknown> {
  readonly event_id: string;
  readonly channel_id: string;
  readonly workspace_id: string;
  readonly provider_message_id: string;
  readonly receipt: unknown;
  readonly raw_webhook_id: string;
  readonly tries: number;
  readonly parked_at: string;
}

async function parkedWhere(executor: Executor, condition: SQL): Promise<readonly ParkedReceipt[]> {
  const found = await executor.execute<ParkedRow>(sql`
    select r.event_id, r.channel_id, r.workspace_id, r.provider_message_id, r.receipt, r.raw_webhook_id, r.tries,
      to_char(r.parked_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as parked_at
    from work.parked_receipts r where ${condition}`);
  return found.rows.map((row) => ({
    receipt: {
      eventId: eventIds.fromUuid(row.event_id),
      channelId: channelIds.fromUuid(row.channel_id),
      workspaceId: workspaceIds.fromUuid(row.workspace_id),
      providerMessageId: row.provider_message_id,
      rawWebhookId: rawWebhookIds.fromUuid(row.raw_webhook_id),
      facts: receiptFacts.parse(row.receipt),
    },
    tries: row.tries,
    parkedAt: new Date(row.parked_at),
  }));
}

/** Of several interpreters each tries them all: rows in order, here and below, so that they can't wait in a circle. */
export async function removeParked(executor: Executor, eventsSaid: readonly EventId[]): Promise<void> {
  if (eventsSaid.length === 0) return;
  await executor.execute(sql`
    with said as materialized (${lockParked(eventsSaid)})
    delete from work.parked_receipts r using said where r.event_id = said.event_id`);
}

/**
 * Each gets its own pause, for each has been tried as often as it has. Interpreters that tried it at the same time have
 * tried it once.
 */
export async function putOff(executor: Executor, parked: readonly ParkedReceipt[], now: Date): Promise<void> {
  if (parked.length === 0) return;
  const ids = parked.map(({ receipt }) => receipt.eventId);
  const tries = parked.map((one) => one.tries + 1);
  const runAt = tries.map((count) => new Date(now.getTime() + pauseAfter(count)).toISOString());
  await executor.execute(sql`
    with waiting as materialized (${lockParked(ids)})
    update work.parked_receipts r set tries = greatest(r.tries, off.tries), run_at = off.run_at
    from waiting join unnest(
      ${uuids(ids)}::uuid[], ${sql.param(tries)}::int[], ${sql.param(runAt)}::timestamptz[]
    ) as off (event_id, tries, run_at) using (event_id)
    where r.event_id = waiting.event_id`);
}

const lockParked = (ids: readonly EventId[]) => sql`
  select event_id from work.parked_receipts where event_id = any(${uuids(ids)}::uuid[]) order by event_id for update`;

const uuids = (ids: readonly EventId[]) => sql.param(ids.map((id) => eventIds.toUuid(id)));
