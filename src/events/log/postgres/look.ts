import type { Database } from '../../../database/database.js';
import type { LogRecord } from '../event-log.js';
import { FINGERPRINT_HEADER } from '../fingerprint-guard.js';
import { NoLogYetError, type LogLook } from '../log-look.js';
import { createHeads } from './heads.js';

/**
 * The embedded log, whoever writes it meanwhile.
 * @throws NoLogYetError
 */
export async function lookAtPostgresLog({ pool }: Database): Promise<LogLook> {
  const { rows } = await pool.query<{ id: string; partition_count: number }>(
    'select id, partition_count from log.identity',
  );
  const [identity] = rows;
  if (identity === undefined) throw new NoLogYetError('The embedded log has not been made yet.');
  return {
    id: identity.id,
    partitionCount: identity.partition_count,
    remarks: [],
    heads: (topic) => createHeads(pool).refresh(topic),
    async fingerprint() {
      const first = await pool.query<{ fingerprint: string }>(
        `select headers->>$1 as fingerprint from log.records where topic = 'events' and headers ? $1
         order by partition, "offset" limit 1`,
        [FINGERPRINT_HEADER],
      );
      return first.rows[0]?.fingerprint;
    },
    async eventAt(partition, offset) {
      const found = await pool.query<LogRecord>(
        `select partition, "offset", key, headers, value from log.records
         where topic = 'events' and partition = $1 and "offset" = $2`,
        [partition, offset],
      );
      return found.rows[0];
    },
    close: () => Promise.resolve(),
  };
}
