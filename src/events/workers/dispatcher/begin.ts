import { sql } from 'drizzle-orm';
import type { Database } from '../../../database/database.js';
import type { ClaimedDispatch } from './claim.js';
import { keyColumns, keyText, lockDispatches, subjectColumns, subjectOf, type SubjectRow } from './dispatch.js';

/**
 * Commits *calling* and renews the lease, for those whose lease is still theirs; tells which. A repeat after a commit
 * whose answer was lost finds its own call and renews once more.
 */
export async function beginCalls(
  database: Database,
  claims: readonly ClaimedDispatch[],
  leaseMs: number,
): Promise<readonly boolean[]> {
  const begun = await database.transaction(async (tx) => {
    await lockDispatches(tx, claims);
    return tx.execute<SubjectRow>(sql`
      update work.dispatches d
      set state = 'calling', call = c.call, called_at = clock_timestamp(),
        lease_until = clock_timestamp() + make_interval(secs => ${leaseMs / 1_000})
      from unnest(${keyColumns(claims)}, ${sql.param(claims.map((claim) => claim.call + 1))}::int[],
        ${sql.param(claims.map((claim) => claim.leaseToken))}::uuid[]) as c(message_id, attempt, part, call, token)
      where d.message_id = c.message_id and d.attempt = c.attempt and d.part = c.part and d.lease_token = c.token
        and ((d.state = 'claimed' and d.call = c.call - 1) or (d.state = 'calling' and d.call = c.call))
      returning ${subjectColumns}`);
  });
  const keys = new Set(begun.rows.map((row) => keyText(subjectOf(row))));
  return claims.map((claim) => keys.has(keyText(claim)));
}
