import { sql } from 'drizzle-orm';
import type { Database, Transaction } from '../../../database/database.js';
import type { MessageEvent } from '../../message/events.js';
import type { Outbox } from '../../outbox/outbox.js';
import {
  keyColumns,
  keyText,
  lockedDispatch,
  subjectColumns,
  subjectOf,
  type DispatchSubject,
  type SubjectRow,
} from './dispatch.js';
import { recordProviderMessages } from '../provider-messages.js';
import { advanceLanes } from './lanes.js';
import { firstLookUpAt } from './look-up-times.js';

/** What became of a call, with the events that say so: made once, so that a repeated try says the very same. */
export interface Settlement {
  readonly subject: DispatchSubject;
  readonly leaseToken: string;
  readonly state: 'settled' | 'unknown';
  readonly events: readonly MessageEvent[];
  readonly providerMessageIds: readonly string[];
  /**
   * Whose word it is. The call's own answer (default) is recorded in every case; what a look-up learned, or that there
   * was no call at all, is said only by whoever moved the row: a receipt or a person may have been first.
   */
  readonly by?: 'answer' | 'look_up' | 'no_call' | undefined;
}

const isAnswer = ({ by = 'answer' }: Settlement): boolean => by === 'answer';

/**
 * Commits outcomes: rows, ids, lanes, and the events in the outbox, all or nothing. An answer, however late, settles its
 * own *calling* or *unknown* row, and its ids and event are recorded in every case, for a receipt may have settled the
 * row before. That nobody knows is said only by whoever moved the row there. Answers the events to publish.
 * @throws LogUnavailableError when the log is known to be away
 */
export async function settleCalls(
  database: Database,
  outbox: Outbox,
  settlements: readonly Settlement[],
): Promise<readonly MessageEvent[]> {
  return database.transaction(async (tx) => {
    const moved = await moveRows(tx, settlements);
    await recordProviderIds(tx, settlements);
    const events = settlements
      .filter((one) => (one.state === 'settled' && isAnswer(one)) || moved.has(keyText(one.subject)))
      .flatMap((one) => one.events);
    if (events.length > 0) await outbox.enqueue(tx, events);
    await advanceLanes(
      tx,
      settlements.map((one) => one.subject.conversationId),
    );
    return events;
  });
}

/**
 * Locks all rows in key order, those too that go no further: whoever tells of them waits for what we record. Judged as
 * their locks' last holders left them; a row that came to fit while we waited for it fits.
 */
async function moveRows(tx: Transaction, settlements: readonly Settlement[]): Promise<ReadonlySet<string>> {
  const moved = await tx.execute<SubjectRow>(sql`
    with judged as materialized (
      select c.message_id, c.attempt, c.part, c.outcome,
        held.state = 'calling' and c.said_by = 'answer' and (c.outcome = 'settled' or held.lease_token = c.token)
          or held.state = 'unknown' and c.said_by in ('answer', 'look_up') and c.outcome = 'settled'
          or held.state = 'claimed' and c.said_by = 'no_call' and held.lease_token = c.token as moves
      from (
        select * from unnest(${keyColumns(settlements.map((one) => one.subject))},
          ${sql.param(settlements.map((one) => one.leaseToken))}::uuid[],
          ${sql.param(settlements.map((one) => one.state))}::text[],
          ${sql.param(settlements.map(({ by = 'answer' }) => by))}::text[])
          as given(message_id, attempt, part, token, outcome, said_by)
        order by message_id, attempt, part
      ) c cross join lateral ${lockedDispatch} held
    )
    update work.dispatches d
    set state = c.outcome, lease_token = null, lease_until = null,
      settled_at = case c.outcome when 'settled' then now() end,
      look_up_at = case c.outcome when 'unknown' then ${firstLookUpAt} end,
      payload = case c.outcome when 'settled' then null else d.payload end
    from judged c
    where c.moves and d.message_id = c.message_id and d.attempt = c.attempt and d.part = c.part
    returning ${subjectColumns}`);
  return new Set(moved.rows.map((row) => keyText(subjectOf(row))));
}

/** Writes down which message the provider's ids stand for, and wakes the receipts that wait to be told (design §9). */
async function recordProviderIds(tx: Transaction, settlements: readonly Settlement[]): Promise<void> {
  const learned = settlements.flatMap(({ subject, providerMessageIds }) =>
    providerMessageIds.map((providerMessageId) => ({ ...subject, providerMessageId })),
  );
  if (learned.length === 0) return;
  await recordProviderMessages(tx, learned);
  const channels = [...new Set(learned.map((one) => one.channelId))];
  await tx.execute(sql`select pg_notify('parley_parked', c) from unnest(${sql.param(channels)}::text[]) as c`);
}
