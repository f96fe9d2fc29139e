import { sql, type SQL } from 'drizzle-orm';
import type { Transaction } from '../../database/database.js';
import type { ForeignRecord } from './project-batch.js';

export interface Burial {
  readonly partition: number;
  readonly foreign: readonly ForeignRecord[];
  readonly now: Date;
}

/** What isn't ours goes to the dead letters with its position, and the rest goes on (rule 14). */
export const bury = (tx: Transaction, burial: Burial): Promise<void> => insert(tx, burial, sql`true`);

/**
 * The same for a copy that is folded beside the one that is served: only what that one has not come to yet. What it has
 * passed was buried then, and may have been dug up since.
 */
export const buryAhead = (tx: Transaction, burial: Burial): Promise<void> =>
  insert(
    tx,
    burial,
    sql`given."offset" >= coalesce((select next_offset from read.positions where partition = ${burial.partition}), 0)`,
  );

async function insert(tx: Transaction, { partition, foreign, now }: Burial, condition: SQL): Promise<void> {
  if (foreign.length === 0) return;
  await tx.execute(sql`
    insert into work.dead_letters (consumer, topic, partition, "offset", reason, recorded_at)
    select 'projector', 'events', ${partition}, given."offset", given.reason, ${now.toISOString()}::timestamptz
    from unnest(
      ${sql.param(foreign.map(({ offset }) => offset))}::bigint[], ${sql.param(foreign.map(({ reason }) => reason))}::text[]
    ) as given ("offset", reason)
    where ${condition}
    on conflict do nothing`);
}
