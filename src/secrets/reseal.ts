import { sql, type SQL } from 'drizzle-orm';
import type { Database, Executor, Transaction } from '../database/database.js';
import { keyIdOf, SecretBoxError, type SecretBox } from './secret-box.js';

/** Every column that holds sealed values, as `schema.table.column`; each table's key is `id`. Whoever seals elsewhere adds it. */
export const SEALED_COLUMN_NAMES = ['config.channels.settings_sealed', 'config.instance.id_secret_sealed'] as const;

interface SealedColumn {
  readonly table: SQL;
  readonly column: SQL;
  /** The table's key, as text. */
  readonly key: SQL;
}

const SEALED_COLUMNS = SEALED_COLUMN_NAMES.map((name): SealedColumn => {
  const [schema = '', table = '', column = ''] = name.split('.');
  return {
    table: sql`${sql.identifier(schema)}.${sql.identifier(table)}`,
    column: sql.identifier(column).getSQL(),
    key: sql`id::text`,
  };
});

/** Rows of one transaction: each is locked only for moments, so that Parley goes on meanwhile. */
const BATCH_MAX = 100;

export interface Resealed {
  readonly resealed: number;
  /** Sealed under a key that isn't here, or damaged: they stay as they are. */
  readonly unopened: number;
}

/**
 * Seals everything under the current key that isn't. May be killed and run again at any time, and beside a running Parley.
 * @param onBatch told how many it were so far
 */
export async function resealAll(
  database: Database,
  box: SecretBox,
  currentKey: Buffer,
  onBatch: (resealed: number) => void,
): Promise<Resealed> {
  let [resealed, unopened] = [0, 0];
  for (const column of SEALED_COLUMNS) {
    for (let after: string | undefined = ''; after !== undefined;) {
      const from: string = after;
      const batch = await database.transaction((tx) => resealBatch(tx, box, currentKey, { column, from }));
      resealed += batch.resealed;
      unopened += batch.unopened;
      after = batch.last;
      if (batch.resealed > 0) onBatch(resealed);
    }
  }
  return { resealed, unopened };
}

interface Place {
  readonly column: SealedColumn;
  readonly from: string;
}

/** The lock is what makes it safe: whoever changes a channel meanwhile comes before or after, and is not overwritten. */
async function resealBatch(
  tx: Transaction,
  box: SecretBox,
  currentKey: Buffer,
  { column: { table, column, key }, from }: Place,
): Promise<Resealed & { readonly last: string | undefined }> {
  const found = await tx.execute<{ key: string; sealed: Buffer }>(sql`
    select ${key} as key, ${column} as sealed from ${table}
    where ${keyIdIn(column)} <> ${keyIdOf(currentKey)} and ${key} collate "C" > ${from}
    order by ${key} collate "C" limit ${BATCH_MAX} for update`);
  const opened = found.rows.flatMap((row) => {
    const plain = openOrNothing(box, row.sealed);
    return plain === undefined ? [] : [{ key: row.key, sealed: box.seal(plain) }];
  });
  if (opened.length > 0)
    await tx.execute(sql`
      update ${table} as one set ${column} = given.sealed
      from unnest(${sql.param(opened.map((row) => row.key))}::text[],
        ${sql.param(opened.map(({ sealed }) => sealed))}::bytea[]) as given (key, sealed)
      where one.${key} = given.key`);
  return { resealed: opened.length, unopened: found.rows.length - opened.length, last: found.rows.at(-1)?.key };
}

function openOrNothing(box: SecretBox, sealed: Buffer): Buffer | undefined {
  try {
    return box.open(sealed);
  } catch (error) {
    if (error instanceof SecretBoxError) return undefined;
    throw error;
  }
}

/** How a sealed value begins: a byte for the format, four for the key (`secret-box.ts`). */
const keyIdIn = (column: SQL): SQL => sql`substring(${column} from 2 for 4)`;

/** How many values are sealed under each of these keys, in their order, and under others. Opens nothing. */
export async function countSealed(
  executor: Executor,
  keys: readonly Buffer[],
): Promise<{ readonly byKey: readonly number[]; readonly others: number }> {
  const counts = new Map<string, number>();
  for (const { table, column } of SEALED_COLUMNS) {
    const found = await executor.execute<{ key_id: string; count: number }>(sql`
      select encode(${keyIdIn(column)}, 'hex') as key_id, count(*)::int as count from ${table} group by 1`);
    for (const { key_id, count } of found.rows) counts.set(key_id, (counts.get(key_id) ?? 0) + count);
  }
  const byKey = keys.map((key) => counts.get(keyIdOf(key).toString('hex')) ?? 0);
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return { byKey, others: all - byKey.reduce((sum, count) => sum + count, 0) };
}
