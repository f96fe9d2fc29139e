import pg from 'pg';

/** MD5 of each table of the read models, rows ordered by primary key: two copies with equal digests are equal. */
export async function readModelDigests(url: string): Promise<Readonly<Record<string, string>>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const tables = await client.query<{ name: string; key: string }>(KEYS);
    const digests: Record<string, string> = {};
    for (const { name, key } of tables.rows) {
      const found = await client.query<{ digest: string }>(
        `select md5(coalesce(string_agg(md5(one::text), '' order by ${key}), '')) as digest from read."${name}" one`,
      );
      digests[name] = found.rows[0]?.digest ?? '';
    }
    return digests;
  } finally {
    await client.end();
  }
}

const KEYS = `
  select c.relname as name, string_agg(format('one.%I', a.attname), ', ' order by array_position(i.indkey, a.attnum)) as key
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'read'
  join pg_index i on i.indrelid = c.oid and i.indisprimary
  join pg_attribute a on a.attrelid = c.oid and a.attnum = any(i.indkey)
  group by c.relname order by c.relname`;
