import { sql } from 'drizzle-orm';
import type { Database, Executor, Transaction } from '../../../database/database.js';
import type { Identity } from '../../event-identity.js';
import { eventIds } from '../../kernel/ids.js';
import type { EventLog } from '../../log/event-log.js';
import { keyColumns, subjectColumns, subjectOf, type DispatchSubject, type SubjectRow } from './dispatch.js';
import { advanceLanes } from './lanes.js';
import { placesOf } from './queue-place.js';

export interface PromoteDeps {
  readonly database: Database;
  readonly log: Pick<EventLog, 'partitionOf'>;
  readonly identity: Pick<Identity, 'ofAcceptance'>;
  /** How long it may look away: less than the shortest time that anything is scheduled ahead. */
  readonly pollMs: number;
}

/** Rows of one pass; what is beyond it comes with the next. */
const PROMOTE_MAX = 200;
/** What is due and wasn't taken is locked, or its own event isn't in the log yet. */
const LOOK_AGAIN_MS = 50;

/**
 * Lets scheduled messages join their lanes when they are due. Answers in how many milliseconds to call it again; called
 * sooner it does nothing, so that a busy claim loop doesn't ask Postgres each time.
 */
export function createPromoter(deps: PromoteDeps): () => Promise<number> {
  let lookAt = Number.NEGATIVE_INFINITY;
  return async () => {
    const inMs = lookAt - performance.now();
    if (inMs > 0) return Math.ceil(inMs);
    const nextInMs = await promote(deps);
    lookAt = performance.now() + nextInMs;
    return nextInMs;
  };
}

async function promote(deps: PromoteDeps): Promise<number> {
  const dueInMs = (await nextDueInMs(deps.database.orm)) ?? deps.pollMs;
  if (dueInMs > 0) return Math.min(Math.ceil(dueInMs), deps.pollMs);
  const promoted = await deps.database.transaction((tx) => promoteDue(tx, deps));
  return promoted > 0 ? 0 : LOOK_AGAIN_MS;
}

/** One probe of a partial index. Undefined: nothing is scheduled. */
async function nextDueInMs(executor: Executor): Promise<number | undefined> {
  const found = await executor.execute<{ due_in_ms: number }>(sql`
    select (extract(epoch from d.run_at - clock_timestamp()) * 1000)::float8 as due_in_ms
    from work.dispatches d where d.state = 'scheduled' order by d.run_at limit 1`);
  return found.rows[0]?.due_in_ms;
}

/** Answers how many rows wait now that didn't. Several dispatchers take different ones; who cancels one has it locked. */
async function promoteDue(tx: Transaction, { log, identity }: PromoteDeps): Promise<number> {
  const found = await tx.execute<SubjectRow>(sql`
    select ${subjectColumns} from work.dispatches d
    where d.state = 'scheduled' and d.run_at <= (select clock_timestamp())
    order by d.run_at, d.message_id, d.part limit ${PROMOTE_MAX} for update skip locked`);
  const due = await withoutUnrecorded(tx, found.rows.map(subjectOf), identity);
  if (due.length === 0) return 0;
  const places = await placesOf(tx, due, (key) => log.partitionOf(key));
  await tx.execute(sql`
    update work.dispatches d set state = 'waiting', queue_offset = c.place
    from unnest(${keyColumns(due)}, ${sql.param(places.map(String))}::bigint[]) as c(message_id, attempt, part, place)
    where d.message_id = c.message_id and d.attempt = c.attempt and d.part = c.part`);
  await advanceLanes(
    tx,
    due.map((one) => one.conversationId),
    'made',
  );
  return due.length;
}

/** A message whose own event still lies in the outbox waits for the sweeper: nothing of it is in the log before that. */
async function withoutUnrecorded(
  tx: Transaction,
  due: readonly DispatchSubject[],
  identity: PromoteDeps['identity'],
): Promise<readonly DispatchSubject[]> {
  if (due.length === 0) return due;
  const eventUuids = due.map(({ messageId }) => eventIds.toUuid(identity.ofAcceptance(messageId)));
  const waiting = await tx.execute<{ event_id: string }>(sql`
    select event_id from work.outbox where event_id = any(${sql.param(eventUuids)}::uuid[])`);
  const unrecorded = new Set(waiting.rows.map((row) => row.event_id));
  return due.filter((_, index) => !unrecorded.has(eventUuids[index] ?? ''));
}
