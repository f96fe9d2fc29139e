import { randomBytes } from 'node:crypto';
import pino, { type Logger } from 'pino';
import type { Database } from '../../src/database/database.js';
import { openDatabase } from '../../src/database/open-database.js';
import { systemClock } from '../../src/events/kernel/clock.js';
import type { EventLog } from '../../src/events/log/event-log.js';
import { openKafkaLog } from '../../src/events/log/kafka/open-kafka-log.js';
import { openPostgresLog } from '../../src/events/log/postgres/open-postgres-log.js';
import { createProjector } from '../../src/events/projections/projector.js';
import { eventually } from '../support/eventually.js';
import { withClient } from '../support/with-client.js';
import type { Rig } from './rig.js';

const PARTITIONS = 12;
/** Under the worst load yet seen; a fault of ten minutes leaves some hundred thousand. */
const EVENTS_A_SECOND_MIN = 1_000;

/** Drops the read models and folds them anew from offset 0, with the same driver, in this process. */
export async function rebuildReadModels(rig: Rig): Promise<void> {
  await withClient(rig.directUrl, (client) => client.query(TRUNCATE));
  const logger = pino({ level: 'silent' });
  const database = openDatabase(rig.directUrl, logger);
  const log = await openDriver(rig, database, logger);
  const projector = await createProjector({ database, log, logger, clock: systemClock });
  try {
    const heads = await rig.heads('events');
    const events = Number(heads.reduce((sum, head) => sum + head, 0n));
    await withClient(rig.directUrl, async (client) => {
      await eventually(
        async () => {
          const { rows } = await client.query<{ partition: number; next_offset: bigint }>(
            'select partition, next_offset from read.positions',
          );
          const reached = new Map(rows.map((row) => [row.partition, row.next_offset]));
          const behind = heads.filter((head, partition) => head !== (reached.get(partition) ?? 0n));
          if (behind.length > 0) throw new Error(`${behind.length} partitions are behind: ${projectorState()}`);
        },
        { timeoutMs: 60_000 + (events / EVENTS_A_SECOND_MIN) * 1_000, everyMs: 50 },
      );
    });
  } finally {
    await projector.stop();
    await log.close();
    await database.close();
  }
  function projectorState() {
    return JSON.stringify(projector.state());
  }
}

async function openDriver(rig: Rig, database: Database, logger: Logger): Promise<EventLog> {
  if (rig.topics === undefined) return openPostgresLog({ database, log: logger, partitions: PARTITIONS });
  const { address, prefix: topicPrefix } = rig.topics;
  const nothing = { tls: undefined, sasl: undefined, replicationFactor: undefined, minIsr: undefined };
  return openKafkaLog({
    kafka: { brokers: [address], topicPrefix, ...nothing },
    ...{ partitions: PARTITIONS, webhookRetentionDays: undefined, logger },
    // The processes of the fault were killed or stopped a moment ago: their group may still wait for them.
    groupPrefix: `rebuild-${randomBytes(6).toString('hex')}`,
  });
}

/** Everything folded, and where it was read up to. */
export const TRUNCATE = `do $$ declare one text; begin
  for one in select tablename from pg_tables where schemaname = 'read' loop
    execute format('truncate read.%I', one);
  end loop; end $$`;
