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
  const found = await findCovered(
    tx,
    watermarks.flatMap((one, index) => {
      const thread = threads[index];
      return thread === undefined ? [] : [{ one, thread }];
    }),
  );
  return new Map(
    watermarks.map((one) => [
      one,
      (found.get(one) ?? []).map((providerMessageId) => receiptOf(one, providerMessageId, identity)),
    ]),
  );
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
  asked: readonly { readonly one: Watermark; readonly thread: Thread }[],
): Promise<ReadonlyMap<Watermark, readonly string[]>> {
  if (asked.length === 0) return new Map();
  const column = (valueOf: (said: Watermark, thread: Thread) => string | null) =>
    sql.param(asked.map(({ one, thread }) => valueOf(one, thread)));
  const found = await tx.execute<{ place: number; ids: string[] }>(sql`
    select asked.place::int as place, array_agg(covered.id order by covered.id) as ids
    from unnest(
      ${column(({ raw }) => workspaceIds.toUuid(raw.workspaceId))}::uuid[],
      ${column((_, { conversationId }) => conversationIds.toUuid(conversationId))}::uuid[],
      ${column(({ raw }) => channelIds.toUuid(raw.channelId))}::uuid[],
      ${column(({ said: { upTo } }) => ('time' in upTo ? upTo.time.toISOString() : null))}::timestamptz[],
      ${column(({ said: { upTo } }) => ('time' in upTo ? null : upTo.providerMessageId))}::text[],
      ${column(({ said: { status } }) => status)}::text[]
    ) with ordinality as asked (workspace_id, conversation_id, channel_id, at, up_to, status, place)
    cross join lateral (select coalesce(asked.at, (
      select coalesce(d.called_at, p.created_at) from work.provider_messages p
        left join work.dispatches d using (message_id, attempt, part)
        where p.channel_id = asked.channel_id and p.provider_message_id = asked.up_to)) as at offset 0) as until
    cross join lateral (
      select distinct covered.id
      from (
        (select p.provider_message_id as id, p.message_id
          from work.dispatches d join work.provider_messages p using (message_id, attempt, part)
          where d.conversation_id = asked.conversation_id and d.called_at <= until.at
          order by d.called_at desc limit ${COVERED_MAX})
        union all
        (select p.provider_message_id, m.id
          from read.messages m join work.provider_messages p on p.message_id = m.id
          where m.workspace_id = asked.workspace_id and m.conversation_id = asked.conversation_id
            and m.direction = 'OUTGOING' and m.created_at <= until.at
            and not exists (
              select from work.dispatches d where d.message_id = m.id and d.called_at is not null)
          order by m.added_offset desc limit ${COVERED_MAX})
      ) as covered (id, message_id)
      left join read.messages known on known.id = covered.message_id
      where known.status is null or (
        known.status <> all(${sql.param(SAID_ALREADY)}::text[]) and (asked.status = 'read' or known.status <> 'DELIVERED'))
    ) as covered
    group by asked.place`);
  return new Map(
    found.rows.flatMap(({ place, ids }) => {
      const one = asked[place - 1]?.one;
      return one === undefined ? [] : [[one, ids]];
    }),
  );
}
