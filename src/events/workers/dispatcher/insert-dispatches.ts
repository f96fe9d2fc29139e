import { sql } from 'drizzle-orm';
import type { Transaction } from '../../../database/database.js';
import { channelIds, contactIds, conversationIds, workspaceIds } from '../../kernel/ids.js';
import { keyColumns, NO_CONTACT, type DispatchPayload, type DispatchState, type DispatchSubject } from './dispatch.js';
import { firstLookUpAt } from './look-up-times.js';

/** A row of `work.dispatches` that is to be made. */
export interface NewDispatch {
  readonly subject: DispatchSubject;
  readonly state: DispatchState;
  /** The number of the last call that began; 0 before the first. */
  readonly call: number;
  readonly queueOffset: bigint;
  /** Null: nothing of it will be sent. */
  readonly payload: DispatchPayload | null;
  /** RFC 3339; undefined: at once. */
  readonly runAt?: string | undefined;
  /** RFC 3339, of a scheduled message. */
  readonly scheduledAt?: string | undefined;
}

/**
 * Makes rows, keys in order; one that is there stays as it is: whoever made it knows more. Answers how many were made.
 * One that is unknown from the beginning (restored) is looked up like any other.
 */
export async function insertDispatches(tx: Transaction, rows: readonly NewDispatch[]): Promise<number> {
  if (rows.length === 0) return 0;
  const subjects = rows.map(({ subject }) => subject);
  const inserted = await tx.execute(sql`
    insert into work.dispatches (message_id, attempt, part, workspace_id, conversation_id, contact_id, channel_id,
      state, call, queue_offset, payload, run_at, scheduled_at, settled_at, look_up_at)
    select r.message_id, r.attempt, r.part, r.workspace_id, r.conversation_id, r.contact_id, r.channel_id,
      r.state, r.call, r.queue_offset, r.payload,
      coalesce(r.run_at, date_trunc('milliseconds', clock_timestamp())), r.scheduled_at,
      case r.state when 'settled' then now() end, case r.state when 'unknown' then ${firstLookUpAt} end
    from unnest(${keyColumns(subjects)},
      ${sql.param(subjects.map((subject) => workspaceIds.toUuid(subject.workspaceId)))}::uuid[],
      ${sql.param(subjects.map((subject) => conversationIds.toUuid(subject.conversationId)))}::uuid[],
      ${sql.param(subjects.map(({ contactId }) => (contactId ? contactIds.toUuid(contactId) : NO_CONTACT)))}::uuid[],
      ${sql.param(subjects.map((subject) => channelIds.toUuid(subject.channelId)))}::uuid[],
      ${sql.param(rows.map((row) => row.state))}::text[],
      ${sql.param(rows.map((row) => row.call))}::int[],
      ${sql.param(rows.map((row) => row.queueOffset.toString()))}::bigint[],
      ${sql.param(rows.map((row) => row.payload && JSON.stringify(row.payload)))}::jsonb[],
      ${sql.param(rows.map((row) => row.runAt ?? null))}::timestamptz[],
      ${sql.param(rows.map((row) => row.scheduledAt ?? null))}::timestamptz[]) as r(message_id, attempt, part,
        workspace_id, conversation_id, contact_id, channel_id, state, call, queue_offset, payload, run_at, scheduled_at)
    order by r.message_id, r.attempt, r.part
    on conflict do nothing`);
  return inserted.rowCount ?? 0;
}
