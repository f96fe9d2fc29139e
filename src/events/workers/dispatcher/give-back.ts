import { sql } from 'drizzle-orm';
import type { Database, Transaction } from '../../../database/database.js';
import type { MessageEvent } from '../../message/events.js';
import type { Outbox } from '../../outbox/outbox.js';
import type { Deferral } from './back-off.js';
import type { ClaimedDispatch } from './claim.js';
import { keyColumns, keyText, lockDispatches, subjectColumns, subjectOf, type SubjectRow } from './dispatch.js';
import { advanceLanes } from './lanes.js';
import { pauseChannels } from './rates.js';

/** A claim that goes back to waiting: surely nothing of it was sent. */
export interface GivenBack {
  readonly claim: ClaimedDispatch;
  readonly from: 'claimed' | 'calling';
  readonly delayMs: number;
  /** `message.deferred`, where the log may know that the call began. */
  readonly event?: MessageEvent | undefined;
  /** The provider put it off: that counts, and its channel may have to pause; undefined: we did so ourselves. */
  readonly putOff?: PutOffByProvider | undefined;
}

export interface PutOffByProvider extends Pick<Deferral, 'channelPauseMs'> {
  /** What is said instead when the answer came too late to be put off: the lane has gone on without it. */
  readonly failed: readonly MessageEvent[];
}

/**
 * Gives claims back, those whose lease is still theirs. One that was given up as unknown meanwhile has failed: it surely
 * wasn't processed, and its turn is over. A channel pauses in any case: its provider asked for it. Answers the events to
 * publish. @throws LogUnavailableError when the log is known to be away
 */
export async function giveBack(
  database: Database,
  outbox: Outbox,
  items: readonly GivenBack[],
): Promise<readonly MessageEvent[]> {
  return database.transaction(async (tx) => {
    await lockDispatches(
      tx,
      items.map((item) => item.claim),
    );
    const back = await returnToWaiting(tx, items);
    const late = await failUnknown(
      tx,
      items.filter((item) => item.putOff !== undefined && !back.has(keyText(item.claim))),
    );
    const returned = items.filter((item) => back.has(keyText(item.claim)));
    const events = [
      ...returned.flatMap((item) => item.event ?? []),
      ...items.flatMap(({ claim, putOff }) => (late.has(keyText(claim)) ? (putOff?.failed ?? []) : [])),
    ];
    if (events.length > 0) await outbox.enqueue(tx, events);
    await advanceLanes(
      tx,
      returned.map((item) => item.claim.conversationId),
    );
    await pauseChannels(
      tx,
      items.map(({ claim, putOff }) => ({ channelId: claim.channelId, pauseMs: putOff?.channelPauseMs ?? 0 })),
    );
    return events;
  });
}

async function returnToWaiting(tx: Transaction, items: readonly GivenBack[]): Promise<ReadonlySet<string>> {
  const returned = await tx.execute<SubjectRow>(sql`
    update work.dispatches d
    set state = 'waiting', lease_token = null, lease_until = null,
      run_at = date_trunc('milliseconds', clock_timestamp()) + make_interval(secs => c.delay_ms / 1000.0),
      deferrals = d.deferrals + c.put_off::int, deferred_since = case when c.put_off
        then coalesce(d.deferred_since, date_trunc('milliseconds', clock_timestamp())) else d.deferred_since end
    from unnest(${keyColumns(items.map((item) => item.claim))},
      ${sql.param(items.map((item) => item.claim.leaseToken))}::uuid[], ${sql.param(items.map((item) => item.from))}::text[],
      ${sql.param(items.map((item) => item.delayMs))}::int[], ${sql.param(items.map((item) => item.putOff !== undefined))}::bool[])
      as c(message_id, attempt, part, token, state, delay_ms, put_off)
    where d.message_id = c.message_id and d.attempt = c.attempt and d.part = c.part
      and d.lease_token = c.token and d.state = c.state
    returning ${subjectColumns}`);
  return new Set(returned.rows.map((row) => keyText(subjectOf(row))));
}

/** Only of this very call: the row may have gone on, and be unknown by a later one. It is in no lane. */
async function failUnknown(tx: Transaction, items: readonly GivenBack[]): Promise<ReadonlySet<string>> {
  if (items.length === 0) return new Set();
  const failed = await tx.execute<SubjectRow>(sql`
    update work.dispatches d set state = 'settled', settled_at = now(), payload = null, look_up_at = null
    from unnest(${keyColumns(items.map((item) => item.claim))},
      ${sql.param(items.map((item) => item.claim.call + 1))}::int[]) as c(message_id, attempt, part, call)
    where d.message_id = c.message_id and d.attempt = c.attempt and d.part = c.part
      and d.state = 'unknown' and d.call = c.call
    returning ${subjectColumns}`);
  return new Set(failed.rows.map((row) => keyText(subjectOf(row))));
}
