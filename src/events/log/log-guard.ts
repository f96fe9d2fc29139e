import { sql } from 'drizzle-orm';
import type { Database } from '../../database/database.js';
import type { EventLog } from './event-log.js';

/** What Postgres holds belongs to another log: positions there would point at other events here. */
export class OtherLogError extends Error {
  override readonly name = 'OtherLogError';
}

/**
 * The first log that a database meets is its log for ever. Positions alone don't tell: after a change of logs they are
 * out of range only until the new one has grown past them, and then events are passed over without a word.
 * @throws OtherLogError
 */
export async function guardLog({ orm }: Database, { id }: Pick<EventLog, 'id'>): Promise<void> {
  // A database from before this was written down knows its embedded log by `log.identity`.
  const found = await orm.execute<{ log_id: string | null }>(sql`
    update config.instance set log_id = coalesce(log_id, (select id from log.identity), ${id}) returning log_id`);
  const known = found.rows[0]?.log_id;
  if (known === id) return;
  throw new OtherLogError(
    `This database belongs to the event log ${known}, and this is ${id}. Go back to that one (KAFKA_BROKERS and ` +
      'PARLEY_TOPIC_PREFIX, or neither for the embedded log), or start with an empty database (DATABASE_URL).',
  );
}
