import { sql } from 'drizzle-orm';
import type { Transaction } from '../../../database/database.js';
import type { Identity } from '../../event-identity.js';
import { channelIds, conversationIds, workspaceIds } from '../../kernel/ids.js';
import { traced } from '../../kernel/trace-context.js';
import type { MessageStatus } from '../../message/state.js';
import type { AddressBook, Thread } from '../../outbox/address-book.js';
import type { RawWebhook } from '../../webhook/raw-webhook.js';
import type { Judged } from './judged.js';
import type { Receipt } from './receipt.js';

/** All that we sent to an address up to then has come so far. `said.address` is normalized. */
export interface Watermark {
  readonly raw: RawWebhook;
  readonly said: Extract<Judged, { kind: 'watermark' }>;
}

/** The latest messages that one watermark is resolved to: far more than are sent between two of them. */
const COVERED_MAX = 200;

/** Whose status says as much already, or that the message never came: known of the read models, which may lag behind. */
const SAID_ALREADY: readonly MessageStatus[] = ['READ', 'DELETED', 'CANCELLED', 'SENDING_FAILED', 'DELIVERY_FAILED'];

/**
 * The receipt of each message that a watermark covers, under the id that a receipt of its own would have. What is under
 * way and has no provider's id yet isn't among them: the next watermark covers it.
 */
export async function coveredReceipts(
  tx: Transaction,
  watermarks: readonly Watermark[],
  { addressBook, identity }: { readonly addressBook: AddressBook; readonly identity: Identity },
): Promise<ReadonlyMap<Watermark, readonly Receipt[]>> {
  if (watermarks.length === 0) return new Map();
  const threads = await addressBook.find(
    tx,
    watermarks.map(({ raw: { workspaceId, channelId }, said: { address } }) => ({ workspaceId, channelId, address })),
  );
  const covered = new Map<Watermark, readonly Receipt[]>();
  for (const [index, one] of watermarks.entries()) {
    const thread = threads[index];
    const ids = thread === undefined ? [] : await findCovered(tx, one, thread);
    covered.set(
      one,
      ids.map((providerMessageId) => receiptOf(one, providerMessageId, identity)),
    );
  }
  return covered;
}

function receiptOf({ raw, said }: Watermark, providerMessageId: string, identity: Identity): Receipt {
  const { id: rawWebhookId, workspaceId, channelId, receivedAt } = raw;
  const { status } = said;
  const at = said.occurredAt ?? ('time' in said.upTo ? said.upTo.time : receivedAt);
  return {
    eventId: identity.fromProvider(channelId, providerMessageId, status),
    ...{ workspaceId, channelId, providerMessageId, rawWebhookId },
    facts: { status, occurredAt: at.toISOString() },
    ...traced(raw.trace),
  };
}

/**
 * By when their calls began, which was before the provider had them; what was written elsewhere has no call, and counts by
 * its own time.
 */
async function findCovered(
  tx: Transaction,
  { raw, said: { status, upTo } }: Watermark,
  { conversationId }: Thread,
): Promise<readonly string[]> {
  const conversation = sql`${conversationIds.toUuid(conversationId)}::uuid`;
  const said = status === 'read' ? SAID_ALREADY : [...SAID_ALREADY, 'DELIVERED'];
  const until =
    'time' in upTo
      ? sql`${upTo.time.toISOString()}::timestamptz`
      : sql`(select coalesce(d.called_at, p.created_at) from work.provider_messages p
          left join work.dispatches d using (message_id, attempt, part)
          where p.channel_id = ${channelIds.toUuid(raw.channelId)}::uuid
            and p.provider_message_id = ${upTo.providerMessageId})`;
  const found = await tx.execute<{ id: string }>(sql`
    select distinct covered.id
    from (
      (select p.provider_message_id as id, p.message_id
        from work.dispatches d join work.provider_messages p using (message_id, attempt, part)
        where d.conversation_id = ${conversation} and d.called_at <= ${until}
        order by d.called_at desc limit ${COVERED_MAX})
      union all
      (select p.provider_message_id, m.id
        from read.messages m join work.provider_messages p on p.message_id = m.id
        where m.workspace_id = ${workspaceIds.toUuid(raw.workspaceId)}::uuid and m.conversation_id = ${conversation}
          and m.direction = 'OUTGOING' and m.created_at <= ${until}
          and not exists (
            select from work.dispatches d where d.message_id = m.id and d.called_at is not null)
        order by m.added_offset desc limit ${COVERED_MAX})
    ) as covered (id, message_id)
    left join read.messages known on known.id = covered.message_id
    where known.status is null or known.status <> all(${sql.param(said)}::text[])
    order by covered.id`);
  return found.rows.map(({ id }) => id);
}
