import { sql, type SQL } from 'drizzle-orm';
import { z } from 'zod';
import type { Transaction } from '../../../database/database.js';
import {
  channelIds,
  contactIds,
  conversationIds,
  messageIds,
  workspaceIds,
  type ChannelId,
  type ContactId,
  type ConversationId,
  type MessageId,
  type WorkspaceId,
} from '../../kernel/ids.js';
import { messageContent } from '../../message/content.js';
import { MESSAGE_CATEGORIES } from '../../message/events.js';

/**
 * `waiting → claimed → calling → settled`, or unknown (rule 17); scheduled: not due yet, and in no lane; in doubt: the log
 * knows of a call that the row doesn't (rule 16).
 */
export type DispatchState =
  'scheduled' | 'waiting' | 'claimed' | 'calling' | 'unknown' | 'settled' | 'cancelled' | 'in_doubt';

/** One part of one attempt: one provider call, if all goes well. */
export interface DispatchKey {
  readonly messageId: MessageId;
  /** From 1. */
  readonly attempt: number;
  /** From 0. */
  readonly part: number;
}

/** Whose dispatch it is: what every event about it names. */
export interface DispatchSubject extends DispatchKey {
  readonly workspaceId: WorkspaceId;
  readonly channelId: ChannelId;
  readonly conversationId: ConversationId;
  /** Undefined where the row was made by an event that didn't name the contact; such a row never waits. */
  readonly contactId: ContactId | undefined;
}

/** What is to be sent, as `work.dispatches.payload` keeps it until the row is settled. */
export const dispatchPayload = z.object({
  address: z.string(),
  content: messageContent,
  /** Who wrote it and what for: some may write when others may not. */
  author: z.enum(['AGENT', 'BOT', 'SYSTEM']).optional(),
  category: z.enum(MESSAGE_CATEGORIES).optional(),
  /** The message that this one answers. */
  replyToMessageId: z.string().optional(),
  /** In which trace it was asked for. */
  trace: z.object({ traceparent: z.string(), tracestate: z.string().optional() }).optional(),
});
export type DispatchPayload = z.infer<typeof dispatchPayload>;

/** Stands in the column, which takes no null, where the contact isn't known. */
export const NO_CONTACT = '00000000-0000-0000-0000-000000000000';

/** Columns of `work.dispatches d` that `subjectOf` reads. */
export const subjectColumns = sql`d.message_id, d.attempt, d.part, d.workspace_id, d.channel_id, d.conversation_id, d.contact_id`;

export interface SubjectRow extends Record<string, unknown> {
  readonly message_id: string;
  readonly attempt: number;
  readonly part: number;
  readonly workspace_id: string;
  readonly channel_id: string;
  readonly conversation_id: string;
  readonly contact_id: string;
}

export function subjectOf(row: SubjectRow): DispatchSubject {
  return {
    messageId: messageIds.fromUuid(row.message_id),
    attempt: row.attempt,
    part: row.part,
    workspaceId: workspaceIds.fromUuid(row.workspace_id),
    channelId: channelIds.fromUuid(row.channel_id),
    conversationId: conversationIds.fromUuid(row.conversation_id),
    contactId: row.contact_id === NO_CONTACT ? undefined : contactIds.fromUuid(row.contact_id),
  };
}

/** One text per key, for maps. */
export const keyText = ({ messageId, attempt, part }: DispatchKey): string => `${messageId}.${attempt}.${part}`;

/** The keys as three arrays for `unnest`, in the order given. */
export const keyColumns = (keys: readonly DispatchKey[]): SQL =>
  sql`${sql.param(keys.map((key) => messageIds.toUuid(key.messageId)))}::uuid[],
    ${sql.param(keys.map((key) => key.attempt))}::int[], ${sql.param(keys.map((key) => key.part))}::int[]`;

/** Nothing more comes of rows that the caller has locked and judged. */
export async function closeDispatches(tx: Transaction, keys: readonly DispatchKey[]): Promise<void> {
  await tx.execute(sql`
    update work.dispatches d set state = 'settled', settled_at = now(), payload = null, look_up_at = null
    where (d.message_id, d.attempt, d.part) in (select * from unnest(${keyColumns(keys)}))`);
}

/** Locks rows in key order, so that two transactions over several rows wait for each other and never in a circle. */
export async function lockDispatches(tx: Transaction, keys: readonly DispatchKey[]): Promise<void> {
  await tx.execute(sql`
    select 1 from work.dispatches d
    where (d.message_id, d.attempt, d.part) in (select * from unnest(${keyColumns(keys)}))
    order by d.message_id, d.attempt, d.part for update`);
}

/**
 * The row of the key `c(message_id, attempt, part)`, locked, as its last holder left it: to be joined laterally to keys in
 * order, in a statement that then writes by key. Row by row, whatever the statistics say.
 */
export const lockedDispatch = sql`(
  select d.state, d.call, d.lease_token from work.dispatches d
  where d.message_id = c.message_id and d.attempt = c.attempt and d.part = c.part
  limit 1 for update)`;
