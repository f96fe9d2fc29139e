import { sql } from 'drizzle-orm';
import type { Database } from '../../../database/database.js';
import type { ClaimedDispatch } from './claim.js';
import { keyColumns, keyText, lockedDispatch, subjectColumns, subjectOf, type SubjectRow } from './dispatch.js';

/**
 * Commits *calling* and renews the lease, for those whose lease is still theirs; tells which. A repeat after a commit
 * whose answer was lost finds its own call and renews once more.
 *
 * One statement is the whole transaction: rows are locked in key order, judged as their locks' last holders left them,
 * and written by key. Nobody else gives a row this lease, so that none can come to fit while we wait for it.
 */
export async function beginCalls(
  { orm }: Pick<Database, 'orm'>,
  claims: readonly ClaimedDispatch[],
  leaseMs: number,
): Promise<readonly boolean[]> {
  const begun = await orm.execute<SubjectRow>(sql`
    with mine as materialized (
      select c.message_id, c.attempt, c.part, c.call
      from (
        select * from unnest(${keyColumns(claims)}, ${sql.param(claims.map((claim) => claim.call + 1))}::int[],
          ${sql.param(claims.map((claim) => claim.leaseToken))}::uuid[]) as given(message_id, attempt, part, call, token)
        order by message_id, attempt, part
      ) c cross join lateral ${lockedDispatch} held
      where held.lease_token = c.token
        and ((held.state = 'claimed' and held.call = c.call - 1) or (held.state = 'calling' and held.call = c.call))
    )
    update work.dispatches d
    set state = 'calling', call = mine.call, called_at = clock_timestamp(),
      lease_until = clock_timestamp() + make_interval(secs => ${leaseMs / 1_000})
    from mine
    where d.message_id = mine.message_id and d.attempt = mine.attempt and d.part = mine.part
    returning ${subjectColumns}`);
  const keys = new Set(begun.rows.map((row) => keyText(subjectOf(row))));
  return claims.map((claim) => keys.has(keyText(claim)));
}
