import { sql } from 'drizzle-orm';
import type { Database, Transaction } from '../../../database/database.js';
import type { MessageEvent } from '../../message/events.js';
import type { Outbox } from '../../outbox/outbox.js';
import { keyColumns, subjectColumns, subjectOf, type DispatchSubject, type SubjectRow } from './dispatch.js';
import { advanceLanes } from './lanes.js';
import { firstLookUpAt } from './look-up-times.js';
import type { StepEventMaker } from './step-events.js';

export interface SweepDeps {
  readonly database: Database;
  readonly outbox: Outbox;
  readonly makeEvent: StepEventMaker;
  /** Leases of this process' own running calls: it knows better than their end. */
  readonly heldTokens: () => readonly string[];
}

/** Rows of one sweep; what is beyond it comes with the next. */
const SWEEP_MAX = 200;

export interface Swept {
  readonly freed: number;
  readonly events: readonly MessageEvent[];
}

/**
 * Takes up what somebody left: a *claimed* row whose lease ran out is free again, for no byte of it was sent; a *calling*
 * one, and one in doubt, is unknown, and that is said (rule 17). Answers the events to publish.
 * @throws LogUnavailableError when the log is known to be away
 */
export async function sweepLeases(deps: SweepDeps): Promise<Swept> {
  return deps.database.transaction(async (tx) => {
    const expired = await lockAbandoned(tx, deps.heldTokens());
    const freed = expired.filter((row) => row.state === 'claimed');
    const lost = expired.filter((row) => row.state !== 'claimed');
    await setState(tx, freed, 'waiting');
    await setState(tx, lost, 'unknown');
    const events = lost.map((row) =>
      deps.makeEvent(row.subject, row.call, {
        type: 'message.outcome_unknown',
        data: {
          attempt: row.subject.attempt,
          part: row.subject.part,
          call: row.call,
          reason: row.state === 'calling' ? 'lease_expired' : 'in_doubt',
        },
      }),
    );
    if (events.length > 0) await deps.outbox.enqueue(tx, events);
    await advanceLanes(
      tx,
      expired.map((row) => row.subject.conversationId),
    );
    return { freed: freed.length, events };
  });
}

interface Abandoned {
  readonly subject: DispatchSubject;
  readonly state: 'claimed' | 'calling' | 'in_doubt';
  readonly call: number;
}

/** Rows that somebody else has locked are being settled: they are passed over. */
async function lockAbandoned(tx: Transaction, heldTokens: readonly string[]): Promise<readonly Abandoned[]> {
  const found = await tx.execute<SubjectRow & { state: Abandoned['state']; call: number }>(sql`
    select ${subjectColumns}, d.state, d.call from work.dispatches d
    where (d.state in ('claimed', 'calling') and d.lease_until < clock_timestamp()
        and d.lease_token <> all(${sql.param(heldTokens)}::uuid[]))
      or d.state = 'in_doubt'
    order by d.message_id, d.attempt, d.part limit ${SWEEP_MAX} for update skip locked`);
  return found.rows.map((row) => ({ subject: subjectOf(row), state: row.state, call: row.call }));
}

async function setState(tx: Transaction, rows: readonly Abandoned[], state: 'waiting' | 'unknown'): Promise<void> {
  if (rows.length === 0) return;
  await tx.execute(sql`
    update work.dispatches d set state = ${state}, lease_token = null, lease_until = null,
      look_up_at = ${state === 'unknown' ? firstLookUpAt : null}
    where (d.message_id, d.attempt, d.part) in (
      select * from unnest(${keyColumns(rows.map((row) => row.subject))}))`);
}
