import { sql, type SQL } from 'drizzle-orm';
import type { Transaction } from '../../../database/database.js';
import type { CopyName } from '../read-copy.js';
import { tableOf, type ComparedTable } from './digests.js';

/** A row in which the two copies differ. Says where, never what: rows hold what people wrote. */
export interface RowDifference {
  readonly table: string;
  /** Ids and numbers of its primary key. */
  readonly key: Readonly<Record<string, string | number>>;
  /** `missing`: only a rebuild has it. `unfounded`: only what is served has it. */
  readonly kind: 'missing' | 'unfounded' | 'different';
  /** Which columns; of a row that is there twice only. */
  readonly columns: readonly string[];
}

export interface Differences {
  readonly count: number;
  /** The first of them. */
  readonly rows: readonly RowDifference[];
}

export const ROWS_TOLD_MAX = 100;
const PAGE_ROWS = 2_000;

/** Two snapshots at one vector: of what is served, and of what was folded anew. */
export interface ComparedCopies {
  readonly served: Transaction;
  readonly folded: Transaction;
}

/** Reads both tables in the order of their keys, a page of each at a time; columns are compared by their hashes. */
export async function findDifferences({ served, folded }: ComparedCopies, table: ComparedTable): Promise<Differences> {
  const [mine, other] = [await openRows(served, 'read', table), await openRows(folded, 'read_next', table)];
  let count = 0;
  const rows: RowDifference[] = [];
  const tell = (row: HashedRow, kind: RowDifference['kind'], columns: readonly string[] = []) => {
    count += 1;
    if (rows.length < ROWS_TOLD_MAX) rows.push({ table: table.name, key: row.key, kind, columns });
  };
  let [a, b] = [await mine(), await other()];
  while (a !== undefined || b !== undefined) {
    if (b === undefined || (a !== undefined && a.place < b.place)) {
      if (a !== undefined) tell(a, 'unfounded');
      a = await mine();
    } else if (a === undefined || b.place < a.place) {
      tell(b, 'missing');
      b = await other();
    } else {
      const columns = changedColumns(table, a, b);
      if (columns.length > 0) tell(a, 'different', columns);
      [a, b] = [await mine(), await other()];
    }
  }
  return { count, rows };
}

interface HashedRow extends Record<string, unknown> {
  /** Sorts rows in the same way in both copies, whatever the key is made of. */
  readonly place: string;
  readonly key: Readonly<Record<string, string | number>>;
  /** One per column, in the table's order; null for null. */
  readonly hashes: readonly (string | null)[];
}

const changedColumns = ({ columns }: ComparedTable, a: HashedRow, b: HashedRow): readonly string[] =>
  columns.filter((_, at) => a.hashes[at] !== b.hashes[at]);

/** Answers one row after another, undefined after the last. */
async function openRows(tx: Transaction, copy: CopyName, table: ComparedTable) {
  const cursor = sql.identifier(`${copy} ${table.name}`);
  await tx.execute(sql`declare ${cursor} no scroll cursor for ${hashedRows(copy, table)}`);
  let page: HashedRow[] = [];
  let at = 0;
  return async (): Promise<HashedRow | undefined> => {
    if (at === page.length) {
      const fetched = await tx.execute<HashedRow>(sql`fetch ${sql.raw(String(PAGE_ROWS))} from ${cursor}`);
      [page, at] = [fetched.rows, 0];
    }
    at += 1;
    return page[at - 1];
  };
}

function hashedRows(copy: CopyName, { name, columns, key }: ComparedTable): SQL {
  const of = (column: string) => sql`one.${sql.identifier(column)}`;
  const place = sql`md5(row(${list(key.map((column) => of(column.name)))})::text) collate "C"`;
  const shown = key.filter(({ isShown }) => isShown).flatMap((column) => [literal(column.name), of(column.name)]);
  const hashes = columns.map((column) => sql`hashtextextended(${of(column)}::text, 1)::text`);
  return sql`
    select ${place} as place, jsonb_build_object(${list(shown)}) as key, jsonb_build_array(${list(hashes)}) as hashes
    from ${tableOf(copy, name)} one order by 1`;
}

const list = (parts: readonly SQL[]): SQL => sql.join([...parts], sql`, `);

/** A name from the catalogs: a cursor takes no parameters. */
const literal = (name: string): SQL => sql.raw(`'${name.replaceAll("'", "''")}'`);
