import { getTableColumns, sql, type SQL } from 'drizzle-orm';
import { getTableConfig, type PgColumn, type PgTable } from 'drizzle-orm/pg-core';
import type { Executor } from '../../database/database.js';

/**
 * Writes whole rows with one statement: inserts them, or replaces those whose primary key is there. One array per column
 * (`unnest`), so that the statement's text is the same for one row and for 500.
 * @param rows each key once, sorted by key: two writers that sort can't deadlock
 */
export async function upsert<Table extends PgTable>(
  executor: Executor,
  table: Table,
  rows: readonly Table['$inferSelect'][],
): Promise<void> {
  if (rows.length === 0) return;
  const columns = Object.entries(getTableColumns(table));
  const names = columns.map(([, column]) => sql.identifier(column.name));
  const arrays = columns.map(([property, column]) => arrayOf(column, rows, property));
  await executor.execute(sql`
    insert into ${table} (${list(names)})
    select ${list(columns.map(([, column]) => selected(column)))} from unnest(${list(arrays)}) as given (${list(names)})
    on conflict (${list(keyOf(table).map((column) => sql.identifier(column.name)))}) ${onConflict(table)}`);
}

const list = (parts: readonly (SQL | ReturnType<typeof sql.identifier>)[]): SQL => sql.join([...parts], sql`, `);

function keyOf(table: PgTable): readonly PgColumn[] {
  const { columns, primaryKeys } = getTableConfig(table);
  const inline = columns.filter((column) => column.primary);
  const key = inline.length > 0 ? inline : (primaryKeys[0]?.columns ?? []);
  if (key.length === 0) throw new TypeError('Only tables with a primary key can be upserted.');
  return key;
}

function onConflict(table: PgTable): SQL {
  const key = new Set(keyOf(table).map(({ name }) => name));
  const rest = Object.values(getTableColumns(table)).filter(({ name }) => !key.has(name));
  if (rest.length === 0) return sql`do nothing`;
  return sql`do update set ${list(
    rest.map(({ name }) => sql`${sql.identifier(name)} = excluded.${sql.identifier(name)}`),
  )}`;
}

/** Postgres has no ragged arrays: an array column travels as jsonb and is taken apart again in the select. */
const isArray = (column: PgColumn): boolean => column.getSQLType().endsWith('[]');

function arrayOf(column: PgColumn, rows: readonly Readonly<Record<string, unknown>>[], property: string): SQL {
  const values = rows.map((row) => driverValue(column, row[property]));
  return sql`${sql.param(values)}::${sql.raw(isArray(column) ? 'jsonb' : column.getSQLType())}[]`;
}

function driverValue(column: PgColumn, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  return isArray(column) ? JSON.stringify(value) : column.mapToDriverValue(value);
}

function selected(column: PgColumn): SQL {
  const name = sql`given.${sql.identifier(column.name)}`;
  return isArray(column) ? sql`array(select jsonb_array_elements_text(${name}))` : name;
}
