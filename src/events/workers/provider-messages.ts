import { sql } from 'drizzle-orm';
import type { Transaction } from '../../database/database.js';
import {
  channelIds,
  conversationIds,
  messageIds,
  workspaceIds,
  type ChannelId,
  type ConversationId,
  type MessageId,
  type WorkspaceId,
} from '../kernel/ids.js';

/** Which message a provider's id stands for. */
export interface ProviderMessage {
  readonly channelId: ChannelId;
  readonly providerMessageId: string;
  readonly workspaceId: WorkspaceId;
  readonly conversationId: ConversationId;
  readonly messageId: MessageId;
  readonly attempt: number;
  readonly part: number;
}

/**
 * Written by whoever learns the id first: the answer of a call, an echoed receipt, or a restore. The first stays. Keys in
 * order, so that two transactions that insert the same ones wait for each other and never in a circle.
 */
export async function recordProviderMessages(tx: Transaction, learned: readonly ProviderMessage[]): Promise<void> {
  if (learned.length === 0) return;
  const rows = [...learned].sort(
    (a, b) => compare(a.channelId, b.channelId) || compare(a.providerMessageId, b.providerMessageId),
  );
  await tx.execute(sql`
    insert into work.provider_messages
      (channel_id, provider_message_id, workspace_id, conversation_id, message_id, attempt, part)
    select * from unnest(
      ${sql.param(rows.map((row) => channelIds.toUuid(row.channelId)))}::uuid[],
      ${sql.param(rows.map((row) => row.providerMessageId))}::text[],
      ${sql.param(rows.map((row) => workspaceIds.toUuid(row.workspaceId)))}::uuid[],
      ${sql.param(rows.map((row) => conversationIds.toUuid(row.conversationId)))}::uuid[],
      ${sql.param(rows.map((row) => messageIds.toUuid(row.messageId)))}::uuid[],
      ${sql.param(rows.map((row) => row.attempt))}::int[],
      ${sql.param(rows.map((row) => row.part))}::int[])
    on conflict do nothing`);
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
