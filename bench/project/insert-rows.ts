import { getTableColumns } from 'drizzle-orm';
import { getTableConfig, type PgTable } from 'drizzle-orm/pg-core';
import type { ClientBase, QueryConfig } from 'pg';

export type Row = Readonly<Record<string, unknown>>;

/** Writes rows of a table with one prepared `insert … unnest`, as one would by hand. */
export function insertsOf(table: PgTable): (client: ClientBase, rows: readonly Row[]) => Promise<unknown> {
  const { name, schema } = getTableConfig(table);
  const columns = Object.entries(getTableColumns(table)).map(([property, column]) => {
    const type = column.getSQLType();
    // Postgres has no arrays of arrays of different length: one travels as its own literal.
    return { property, column: `"${column.name}"`, type, travelsAs: type.endsWith('[]') ? 'text' : type };
  });
  const given = columns.map(({ travelsAs }, index) => `$${index + 1}::${travelsAs}[]`);
  const selected = columns.map(({ column, type }) => `given.${column}::${type}`);
  const names = columns.map(({ column }) => column).join(', ');
  const statement: Pick<QueryConfig, 'name' | 'text'> = {
    name,
    text: `insert into "${schema ?? 'public'}"."${name}" (${names}) select ${selected.join(', ')}
      from unnest(${given.join(', ')}) as given (${names}) ${conflictOf(table)}`,
  };
  const valuesOf = ({ property, type }: (typeof columns)[number], rows: readonly Row[]) =>
    rows.map((row) => written(row[property], type));
  return (client, rows) => client.query({ ...statement, values: columns.map((column) => valuesOf(column, rows)) });
}

function conflictOf(table: PgTable): string {
  const columns = Object.values(getTableColumns(table));
  const inline = columns.filter((column) => column.primary);
  const key = inline.length > 0 ? inline : (getTableConfig(table).primaryKeys[0]?.columns ?? []);
  const keyNames = new Set(key.map(({ name }) => name));
  const rest = columns.filter(({ name }) => !keyNames.has(name));
  const set = rest.map(({ name }) => `"${name}" = excluded."${name}"`).join(', ');
  return `on conflict (${[...keyNames].map((name) => `"${name}"`).join(', ')}) do update set ${set}`;
}

function written(value: unknown, type: string): unknown {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.toISOString();
  // What is JSON already (the event as it came) is not written anew.
  if (type === 'jsonb') return typeof value === 'string' ? value : JSON.stringify(value);
  return Array.isArray(value) ? `{${value.map((one) => JSON.stringify(one)).join(',')}}` : value;
}
