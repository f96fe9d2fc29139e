import { sql } from 'drizzle-orm';
import type { Executor, Transaction } from '../../../database/database.js';
import type { CallReference } from '../../../providers/provider.js';
import {
  channelIds,
  contactIds,
  conversationIds,
  messageIds,
  type ChannelId,
  type ContactId,
  type ConversationId,
  type WorkspaceId,
} from '../../kernel/ids.js';
import { keyColumns, lockDispatches, NO_CONTACT } from '../dispatcher/dispatch.js';
import { advanceLanes } from '../dispatcher/lanes.js';
import { recordProviderMessages } from '../provider-messages.js';

/** What is known of a call that a provider speaks of. */
export interface CallQuestion {
  readonly channelId: ChannelId;
  readonly providerMessageId: string;
  /** What the provider echoed, if it is a reference of ours. */
  readonly reference?: CallReference | undefined;
}

/** The call of ours that it speaks of. */
export interface KnownCall extends CallReference {
  readonly conversationId: ConversationId;
  readonly contactId?: ContactId | undefined;
  /** Nothing is left to settle: most receipts come later than the answer, and need no lock. */
  readonly isOver: boolean;
}

interface CallRow extends Record<string, unknown> {
  readonly asked: number;
  readonly message_id: string;
  readonly attempt: number;
  readonly part: number;
  readonly conversation_id: string;
  readonly contact_id: string | null;
  /** Null where the id is known and the dispatch isn't. */
  readonly state: string | null;
}

/** By the echo, which counts only for a dispatch of that channel; else by the provider's id. In the order asked. */
export async function findCalls(
  executor: Executor,
  questions: readonly CallQuestion[],
): Promise<readonly (KnownCall | undefined)[]> {
  if (questions.length === 0) return [];
  const byEcho = await findByEcho(executor, questions);
  const byId = await findByProviderId(executor, questions);
  return questions.map((_, asked) => byEcho.get(asked) ?? byId.get(asked));
}

/** The call that each speaks of, by who does; of what was found only. An id that isn't given asks for none. */
export async function findCallsOf<One>(
  executor: Executor,
  all: readonly One[],
  questionOf: (
    one: One,
  ) => Omit<CallQuestion, 'providerMessageId'> & { readonly providerMessageId: string | undefined },
): Promise<ReadonlyMap<One, KnownCall>> {
  const asked = all.flatMap((one) => {
    const { providerMessageId, ...question } = questionOf(one);
    return providerMessageId === undefined ? [] : [{ one, question: { ...question, providerMessageId } }];
  });
  const calls = await findCalls(
    executor,
    asked.map(({ question }) => question),
  );
  return new Map(
    asked.flatMap(({ one }, index) => {
      const call = calls[index];
      return call === undefined ? [] : [[one, call]];
    }),
  );
}

async function findByEcho(executor: Executor, questions: readonly CallQuestion[]) {
  const echoed = questions.flatMap(({ channelId, reference }, asked) =>
    reference === undefined ? [] : [{ asked, channelId, reference }],
  );
  if (echoed.length === 0) return new Map<number, KnownCall>();
  const found = await executor.execute<CallRow>(sql`
    select echoed.asked, d.message_id, d.attempt, d.part, d.conversation_id, d.contact_id, d.state
    from unnest(
      ${sql.param(echoed.map(({ asked }) => asked))}::int[],
      ${sql.param(echoed.map(({ channelId }) => channelIds.toUuid(channelId)))}::uuid[],
      ${keyColumns(echoed.map(({ reference }) => reference))}
    ) as echoed (asked, channel_id, message_id, attempt, part)
    join work.dispatches d using (channel_id, message_id, attempt, part)`);
  return byQuestion(found.rows);
}

async function findByProviderId(executor: Executor, questions: readonly CallQuestion[]) {
  const found = await executor.execute<CallRow>(sql`
    select named.asked::int as asked, p.message_id, p.attempt, p.part, p.conversation_id, d.contact_id, d.state
    from unnest(
      ${sql.param(questions.map(({ channelId }) => channelIds.toUuid(channelId)))}::uuid[],
      ${sql.param(questions.map(({ providerMessageId }) => providerMessageId))}::text[]
    ) with ordinality as named (channel_id, provider_message_id, asked)
    join work.provider_messages p using (channel_id, provider_message_id)
    left join work.dispatches d
      on d.message_id = p.message_id and d.attempt = p.attempt and d.part = p.part`);
  return byQuestion(found.rows.map((row) => ({ ...row, asked: row.asked - 1 })));
}

function byQuestion(rows: readonly CallRow[]): Map<number, KnownCall> {
  return new Map(rows.map((row) => [row.asked, knownCall(row)]));
}

function knownCall(row: CallRow): KnownCall {
  const { contact_id: contactId, state } = row;
  return {
    messageId: messageIds.fromUuid(row.message_id),
    attempt: row.attempt,
    part: row.part,
    conversationId: conversationIds.fromUuid(row.conversation_id),
    contactId: contactId === null || contactId === NO_CONTACT ? undefined : contactIds.fromUuid(contactId),
    isOver: state === null || state === 'settled' || state === 'cancelled',
  };
}

/**
 * Of these channels those with a call whose id may not be recorded yet: calling, unknown, or begun within 15 minutes.
 * Ask it **before** the look-up: the id may be recorded in between, and then the look-up finds it (design §9).
 */
export async function channelsInFlight(
  executor: Executor,
  channels: readonly ChannelId[],
): Promise<ReadonlySet<ChannelId>> {
  const found = await executor.execute<{ channel_id: string }>(sql`
    select asked.channel_id
    from unnest(${sql.param([...new Set(channels)].map((id) => channelIds.toUuid(id)))}::uuid[]) as asked (channel_id)
    where exists (
      select 1 from work.dispatches d
      where d.channel_id = asked.channel_id and d.called_at > now() - interval '15 minutes')
    or asked.channel_id in (
      select d.channel_id from work.dispatches d where d.state in ('calling', 'unknown', 'in_doubt'))`);
  return new Set(found.rows.map((row) => channelIds.fromUuid(row.channel_id)));
}

/** A call, and the id under which its provider spoke of it. */
export interface SpokenOf {
  readonly call: KnownCall;
  readonly workspaceId: WorkspaceId;
  readonly channelId: ChannelId;
  readonly providerMessageId: string;
}

/**
 * Whoever is spoken of was sent: its row is settled, by compare-and-set, before the receipt's event is appended
 * (rule 17), its lane goes on, and the id is kept for receipts that echo nothing.
 */
export async function settleCalls(tx: Transaction, spokenOf: readonly SpokenOf[]): Promise<void> {
  if (spokenOf.length === 0) return;
  const settled = await settleOpen(
    tx,
    spokenOf.flatMap(({ call }) => (call.isOver ? [] : [call])),
  );
  await recordProviderMessages(
    tx,
    spokenOf.map(({ call, ...spoken }) => ({ ...spoken, ...call })),
  );
  if (settled.length === 0) return;
  await advanceLanes(tx, settled);
  await tx.execute(sql`select pg_notify('parley_dispatch', 'due')`);
}

/** Answers whose conversations may go on. */
async function settleOpen(tx: Transaction, calls: readonly KnownCall[]): Promise<readonly ConversationId[]> {
  if (calls.length === 0) return [];
  await lockDispatches(tx, calls);
  const settled = await tx.execute<{ conversation_id: string }>(sql`
    update work.dispatches d
    set state = 'settled', settled_at = now(), payload = null, lease_token = null, lease_until = null
    where (d.message_id, d.attempt, d.part) in (select * from unnest(${keyColumns(calls)}))
      and d.state in ('calling', 'unknown', 'in_doubt')
    returning d.conversation_id`);
  return settled.rows.map((row) => conversationIds.fromUuid(row.conversation_id));
}
