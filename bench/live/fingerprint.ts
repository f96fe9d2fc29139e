import pg from 'pg';
import type { Place } from '../compared-path.js';

/** What events of that instance carry: those without it would be another instance's. */
export async function fingerprintOf({ databaseUrl }: Pick<Place, 'databaseUrl'>): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const found = await client.query<{ id_fingerprint: string }>('select id_fingerprint from config.instance');
    const [row] = found.rows;
    if (row === undefined) throw new Error('The instance has no secret yet.');
    return row.id_fingerprint;
  } finally {
    await client.end();
  }
}
