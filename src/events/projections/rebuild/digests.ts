import { sql, type SQL } from 'drizzle-orm';
import type { Executor } from '../../../database/database.js';
import type { CopyName } from '../read-copy.js';

/** A table of the read models as the comparison needs it. */
export interface ComparedTable {
  readonly name: string;
  /** In their order. */
  readonly columns: readonly string[];
  readonly key: readonly KeyColumn[];
}

export interface KeyColumn {
  readonly name: string;
  /** False for text: an address is a part of a key. */
  readonly isShown: boolean;
}

/** All but the positions, which two copies have in common when they are compared. */
export async function findComparedTables(executor: Executor): Promise<readonly ComparedTable[]> {
  const found = await executor.execute<{
    name: string;
    columns: string[];
    key: { name: string; isShown: boolean }[];
  }>(sql`
    select c.relname as name, jsonb_agg(a.attname order by a.attnum) as columns,
      jsonb_agg(jsonb_build_object('name', a.attname, 'isShown', a.atttypid = any('{uuid,int4,int8}'::regtype[]))
        order by array_position(i.indkey, a.attnum)) filter (where a.attnum = any(i.indkey)) as key
    from pg_class c
    join pg_index i on i.indrelid = c.oid and i.indisprimary
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = 'read'::regnamespace and c.relkind = 'r' and c.relname <> 'positions'
    group by c.relname order by c.relname`);
  return found.rows;
}

/**
 * Equal for two tables with the same rows, in whatever order they lie: 128 bits, summed up over the rows, so that nothing
 * is sorted and nothing grows with the table.
 */
export async function digestOf(executor: Executor, copy: CopyName, { name }: ComparedTable): Promise<string> {
  const found = await executor.execute<{ digest: string }>(sql`
    select format('%s %s %s', count(*), sum(hashtextextended(row.said, 1)::numeric), sum(hashtextextended(row.said, 2)::numeric))
      as digest
    from (select one::text as said from ${tableOf(copy, name)} one offset 0) row`);
  return found.rows[0]?.digest ?? '';
}

export const tableOf = (copy: CopyName, name: string): SQL => sql`${sql.identifier(copy)}.${sql.identifier(name)}`;
