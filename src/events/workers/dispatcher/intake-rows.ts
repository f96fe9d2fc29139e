import { sql } from 'drizzle-orm';
import type { Transaction } from '../../../database/database.js';
import { messageIds, type ConversationId } from '../../kernel/ids.js';
import type { MessageEvent } from '../../message/events.js';
import { keyColumns, keyText, lockDispatches, type DispatchState, type DispatchSubject } from './dispatch.js';
import { foldDispatch, isOver, type DispatchProgress, type IntakeStep } from './fold.js';
import { insertDispatches } from './insert-dispatches.js';
import { firstLookUpAt } from './look-up-times.js';
import { CollisionError } from './retry.js';

/** A step with the event that it was read from. */
export interface PlacedStep {
  readonly step: IntakeStep;
  readonly event: MessageEvent;
  /** Of the event: order within the conversation. */
  readonly offset: bigint;
}

export interface FoldedIn {
  /** Rows that wait and didn't before. */
  readonly waiting: number;
  /** Whose lanes are to be advanced. */
  readonly conversations: readonly ConversationId[];
}

/** A row as its steps make it; the very same object twice where they changed nothing. */
interface Folded<Before> {
  readonly first: PlacedStep;
  readonly before: Before;
  readonly after: DispatchProgress;
}
type Changed = Folded<DispatchProgress>;
type Made = Folded<undefined>;

/**
 * Loads the rows that the steps name, folds, and writes what changed. Nothing is locked to look: in the ordinary run the
 * events are this process' own, and change nothing. The lanes are the caller's to advance, for their locks come later.
 */
export async function foldIntoDispatches(tx: Transaction, steps: readonly PlacedStep[]): Promise<FoldedIn> {
  if (steps.length === 0) return { waiting: 0, conversations: [] };
  const folded = foldSteps(await loadProgress(tx, steps), steps);
  const made = folded.filter((row): row is Made => row.before === undefined);
  const changed = folded.filter((row): row is Changed => row.before !== undefined && row.before !== row.after);
  await insertRows(tx, made);
  await updateRows(tx, changed);
  const news = [...made, ...changed];
  return {
    waiting: news.filter((row) => row.after.state === 'waiting').length,
    conversations: news.map(({ first }) => subjectOf(first).conversationId),
  };
}

function foldSteps(
  known: ReadonlyMap<string, DispatchProgress>,
  steps: readonly PlacedStep[],
): readonly Folded<DispatchProgress | undefined>[] {
  const folded = new Map<string, Folded<DispatchProgress | undefined>>();
  for (const placed of steps) {
    const key = keyText(placed.step);
    const { first, before, after } = folded.get(key) ?? {
      first: placed,
      before: known.get(key),
      after: known.get(key),
    };
    folded.set(key, { first, before, after: foldDispatch(after, placed.step) });
  }
  return [...folded.values()].sort((a, b) => (keyText(a.first.step) < keyText(b.first.step) ? -1 : 1));
}

async function loadProgress(tx: Transaction, steps: readonly PlacedStep[]): Promise<Map<string, DispatchProgress>> {
  const found = await tx.execute<{
    message_id: string;
    attempt: number;
    part: number;
    state: DispatchState;
    call: number;
  }>(sql`
    select message_id, attempt, part, state, call from work.dispatches
    where (message_id, attempt, part) in (select * from unnest(${keyColumns(steps.map(({ step }) => step))}))`);
  return new Map(
    found.rows.map((row) => [
      keyText({ messageId: messageIds.fromUuid(row.message_id), attempt: row.attempt, part: row.part }),
      { state: row.state, call: row.call },
    ]),
  );
}

/** What a settled or cancelled row would send is nobody's business any more. */
const insertRows = (tx: Transaction, rows: readonly Made[]): Promise<number> =>
  insertDispatches(
    tx,
    rows.map(({ first, after }) => ({
      ...{ subject: subjectOf(first), state: after.state, call: after.call, queueOffset: first.offset },
      ...{
        payload: isOver(after) ? null : (after.payload ?? null),
        runAt: after.runAt,
        scheduledAt: after.scheduledAt,
      },
    })),
  );

/** By compare-and-set: whoever moved a row meanwhile may have made the event's news old. @throws CollisionError */
async function updateRows(tx: Transaction, rows: readonly Changed[]): Promise<void> {
  if (rows.length === 0) return;
  const keys = rows.map(({ first }) => first.step);
  await lockDispatches(tx, keys);
  const updated = await tx.execute(sql`
    update work.dispatches d
    set state = r.state, call = r.call, run_at = coalesce(r.run_at, d.run_at), lease_token = null, lease_until = null,
      settled_at = case r.state when 'settled' then now() end,
      look_up_at = case r.state when 'unknown' then ${firstLookUpAt} end,
      payload = case when r.state in ('settled', 'cancelled') then null else d.payload end
    from unnest(${keyColumns(keys)},
      ${sql.param(rows.map((row) => row.before.state))}::text[], ${sql.param(rows.map((row) => row.before.call))}::int[],
      ${sql.param(rows.map((row) => row.after.state))}::text[], ${sql.param(rows.map((row) => row.after.call))}::int[],
      ${sql.param(rows.map((row) => row.after.runAt ?? null))}::timestamptz[])
      as r(message_id, attempt, part, old_state, old_call, state, call, run_at)
    where d.message_id = r.message_id and d.attempt = r.attempt and d.part = r.part
      and d.state = r.old_state and d.call = r.old_call`);
  if (updated.rowCount !== rows.length) throw new CollisionError('A dispatch changed while its events were read.');
}

function subjectOf({ event, step }: PlacedStep): DispatchSubject {
  const { workspaceId, channelId, conversationId, contactId } = event;
  if (channelId === undefined || conversationId === undefined) throw new RangeError(`${event.type} names no thread.`);
  const { messageId, attempt, part } = step;
  return { messageId, attempt, part, workspaceId, channelId, conversationId, contactId };
}
