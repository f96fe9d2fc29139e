import { sql, type SQL } from 'drizzle-orm';
import type { Executor } from '../database/database.js';
import type { Operation, OperationKind, OperationProgress, OperationState } from './operation.js';

/** A dead process' operation is another's after so long; a living one renews it several times within. */
export const LEASE_SECONDS = 30;
/** An operation that took so many processes with it is not begun again. */
const BEGINNINGS_MAX = 3;

const lease = sql`clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})`;

/** Answers undefined where one of that kind is unfinished already. Wakes whoever may do it. */
export async function insertOperation(
  executor: Executor,
  given: { readonly id: string; readonly kind: OperationKind; readonly arguments: Readonly<Record<string, unknown>> },
): Promise<Operation | undefined> {
  const inserted = await executor.execute<OperationRow>(sql`
    insert into work.operations (id, kind, arguments) values (${given.id}, ${given.kind}, ${JSON.stringify(given.arguments)}::jsonb)
    on conflict do nothing
    returning ${columns}`);
  const [row] = inserted.rows;
  if (row === undefined) return undefined;
  await executor.execute(sql`select pg_notify('parley_operations', '')`);
  return operationOf(row);
}

export async function findOperation(executor: Executor, id: string): Promise<Operation | undefined> {
  const found = await executor.execute<OperationRow>(sql`select ${columns} from work.operations where id = ${id}`);
  return found.rows.map(operationOf)[0];
}

/** The unfinished one of that kind, or else the last. */
export async function findLatest(executor: Executor, kind: OperationKind): Promise<Operation | undefined> {
  const found = await executor.execute<OperationRow>(sql`
    select ${columns} from work.operations where kind = ${kind}
    order by (state in ('waiting', 'running')) desc, requested_at desc limit 1`);
  return found.rows.map(operationOf)[0];
}

/** One that waits, or whose process died, of these kinds; it is this token's for the time of its lease. */
export async function claimOperation(
  executor: Executor,
  kinds: readonly OperationKind[],
  token: string,
): Promise<Operation | undefined> {
  const claimed = await executor.execute<OperationRow>(sql`
    with next as (
      select id from work.operations
      where kind = any(${sql.param([...kinds])}::text[])
        and (state = 'waiting' or (state = 'running' and lease_until < clock_timestamp()))
        and beginnings < ${BEGINNINGS_MAX} and not is_cancel_asked
      order by requested_at limit 1 for update skip locked
    )
    update work.operations o
    set state = 'running', lease_token = ${token}, lease_until = ${lease}, beginnings = beginnings + 1,
      started_at = coalesce(started_at, now()), progress = null
    from next where o.id = next.id
    returning ${columnsOf('o')}`);
  return claimed.rows.map(operationOf)[0];
}

/** Ends what nobody will: it was cancelled before anybody had it, or took too many processes with it. */
export async function closeAbandoned(executor: Executor): Promise<void> {
  await executor.execute(sql`
    update work.operations
    set state = case when is_cancel_asked then 'cancelled' else 'failed' end, finished_at = now(), lease_token = null,
      failure = case when is_cancel_asked then null
        else 'It was begun ' || beginnings || ' times and never done. The log of the process that did it says why.' end
    where (state = 'waiting' or (state = 'running' and lease_until < clock_timestamp()))
      and (is_cancel_asked or beginnings >= ${BEGINNINGS_MAX})`);
}

/** Renews the lease. @returns what the row says of going on; undefined: it is no longer this token's */
export async function renewLease(
  executor: Executor,
  { id, token, progress }: { readonly id: string; readonly token: string; readonly progress: OperationProgress | null },
): Promise<{ readonly isCancelAsked: boolean } | undefined> {
  const renewed = await executor.execute<{ is_cancel_asked: boolean }>(sql`
    update work.operations set lease_until = ${lease}, progress = ${JSON.stringify(progress)}::jsonb
    where id = ${id} and lease_token = ${token} and state = 'running'
    returning is_cancel_asked`);
  return renewed.rows.map((row) => ({ isCancelAsked: row.is_cancel_asked }))[0];
}

export type OperationEnd =
  | { readonly state: 'done'; readonly result: Readonly<Record<string, unknown>> }
  | { readonly state: 'failed'; readonly failure: string }
  | { readonly state: 'cancelled' }
  /** To be begun anew by whoever comes first. `isHandedOver`: this process only had to go, and nothing went wrong. */
  | { readonly state: 'waiting'; readonly isHandedOver: true }
  | { readonly state: 'waiting'; readonly isHandedOver: false; readonly reason: string };

/** By compare-and-set on the token: who lost the lease says nothing any more. */
export async function endOperation(executor: Executor, id: string, token: string, end: OperationEnd): Promise<void> {
  await executor.execute(sql`
    update work.operations
    set state = ${end.state}, result = ${end.state === 'done' ? JSON.stringify(end.result) : null}::jsonb,
      failure = ${end.state === 'failed' ? end.failure : null}, lease_token = null, lease_until = null,
      beginnings = beginnings - ${end.state === 'waiting' && end.isHandedOver ? 1 : 0}::int,
      finished_at = ${end.state === 'waiting' ? sql`null` : sql`now()`}
    where id = ${id} and lease_token = ${token} and state = 'running'`);
  await executor.execute(sql`select pg_notify('parley_operations', '')`);
}

/** Answers whether there was one to cancel. */
export async function askToCancel(executor: Executor, kind: OperationKind): Promise<boolean> {
  const asked = await executor.execute(sql`
    update work.operations set is_cancel_asked = true where kind = ${kind} and state in ('waiting', 'running')`);
  await executor.execute(sql`select pg_notify('parley_operations', '')`);
  return (asked.rowCount ?? 0) > 0;
}

const rfc3339 = (column: SQL) => sql`to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const columnsOf = (table: string): SQL => {
  const column = (name: string) => sql`${sql.identifier(table)}.${sql.identifier(name)}`;
  return sql`${column('id')}, ${column('kind')}, ${column('arguments')}, ${column('state')}, ${column('is_cancel_asked')},
    ${column('progress')}, ${column('result')}, ${column('failure')}, ${rfc3339(column('requested_at'))} as requested_at,
    ${rfc3339(column('started_at'))} as started_at, ${rfc3339(column('finished_at'))} as finished_at`;
};
const columns = columnsOf('operations');

interface OperationRow extends Record<string, unknown> {
  readonly id: string;
  readonly kind: OperationKind;
  readonly arguments: Operation['arguments'];
  readonly state: OperationState;
  readonly is_cancel_asked: boolean;
  readonly progress: OperationProgress | null;
  readonly result: Operation['result'];
  readonly failure: string | null;
  readonly requested_at: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
}

function operationOf(row: OperationRow): Operation {
  const { id, kind, state, progress, result, failure } = row;
  return {
    ...{ id, kind, arguments: row.arguments, state, isCancelAsked: row.is_cancel_asked, progress, result, failure },
    ...{ requestedAt: row.requested_at, startedAt: row.started_at, finishedAt: row.finished_at },
  };
}
