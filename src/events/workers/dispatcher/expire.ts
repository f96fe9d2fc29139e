import { sql, type SQL } from 'drizzle-orm';
import type { Database, Transaction } from '../../../database/database.js';
import { channelIds, type ChannelId } from '../../kernel/ids.js';
import type { MessageEvent } from '../../message/events.js';
import type { Outbox } from '../../outbox/outbox.js';
import { DEFERRED_MAX_MS } from './back-off.js';
import { closeDispatches, subjectColumns, subjectOf, type DispatchSubject, type SubjectRow } from './dispatch.js';
import { advanceLanes } from './lanes.js';
import { givenUp, type GivenUpReason } from './policy.js';
import type { Publisher } from './publisher.js';
import type { StepEventMaker } from './step-events.js';

export interface ExpireDeps {
  readonly database: Database;
  readonly outbox: Outbox;
  readonly publisher: Publisher;
  readonly makeEvent: StepEventMaker;
  readonly everyMs: number;
}

/** @throws LogUnavailableError when the log is known to be away */
export type Expire = (channelId: ChannelId, reason: GivenUpReason) => Promise<void>;

/** Rows of one look; what is beyond it comes with the next. */
const EXPIRE_MAX = 200;

/** After that what waits for a disabled channel fails (design §8): somebody forgot it, and the contact waits. */
export const DISABLED_MS_MAX = 24 * 60 * 60 * 1_000;

/**
 * Fails what a channel's provider has put off for ten minutes, without another call: for channels that aren't called just
 * now, throttled or broken, which would otherwise keep such a message for as long as that lasts. Of a channel that is
 * disabled it fails all that waits. Looks once in a while, however often it is asked.
 */
export function createExpire(deps: ExpireDeps): Expire {
  const lookedAt = new Map<ChannelId, number>();
  return async (channelId, reason) => {
    const now = performance.now();
    if (now - (lookedAt.get(channelId) ?? Number.NEGATIVE_INFINITY) < deps.everyMs) return;
    lookedAt.set(channelId, now);
    await deps.publisher.publish(await expireDeferrals(deps, channelId, reason));
  };
}

/** Answers the events to publish. */
async function expireDeferrals(
  { database, outbox, makeEvent }: ExpireDeps,
  channelId: ChannelId,
  reason: GivenUpReason,
): Promise<readonly MessageEvent[]> {
  return database.transaction(async (tx) => {
    const expired = await lockExpired(tx, channelId, reason === 'disabled' ? ALL : PUT_OFF_TOO_LONG);
    if (expired.length === 0) return [];
    const subjects = expired.map(({ subject }) => subject);
    await closeDispatches(tx, subjects);
    const events = expired.flatMap(({ subject, call }) =>
      givenUp(reason, subject).events.map((said) => makeEvent(subject, call, said)),
    );
    await outbox.enqueue(tx, events);
    await advanceLanes(
      tx,
      subjects.map(({ conversationId }) => conversationId),
    );
    return events;
  });
}

interface Expired {
  readonly subject: DispatchSubject;
  readonly call: number;
}

const ALL = sql`true order by d.message_id, d.attempt, d.part`;
const PUT_OFF_TOO_LONG = sql`
  d.deferred_since <= (select clock_timestamp()) - make_interval(secs => ${DEFERRED_MAX_MS / 1_000})
  order by d.deferred_since`;

/** Rows that somebody else has locked are being cancelled or expired: they are passed over. */
async function lockExpired(tx: Transaction, channelId: ChannelId, which: SQL): Promise<readonly Expired[]> {
  const found = await tx.execute<SubjectRow & { call: number }>(sql`
    select ${subjectColumns}, d.call from work.dispatches d
    where d.channel_id = ${channelIds.toUuid(channelId)} and d.state = 'waiting'
      and ${which} limit ${EXPIRE_MAX} for update skip locked`);
  return found.rows.map((row) => ({ subject: subjectOf(row), call: row.call }));
}
