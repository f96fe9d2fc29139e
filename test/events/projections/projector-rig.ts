import pg from 'pg';
import { expect } from 'vitest';
import type { Database } from '../../../src/database/database.js';
import { openDatabase } from '../../../src/database/open-database.js';
import type { ParleyEvent } from '../../../src/events/catalog.js';
import { toRecord } from '../../../src/events/codec.js';
import { systemClock } from '../../../src/events/kernel/clock.js';
import type { EventLog } from '../../../src/events/log/event-log.js';
import { openPostgresLog } from '../../../src/events/log/postgres/open-postgres-log.js';
import { createProjector, type Projector } from '../../../src/events/projections/projector.js';
import type { Running } from '../../../src/lifecycle.js';
import { cloneDatabase } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';
import { testLog } from '../../support/log.js';

/** A projector on a log and a database of the test's own. */
export interface ProjectorRig {
  readonly url: string;
  readonly database: Database;
  readonly log: EventLog;
  startProjector(): Promise<Projector & Running>;
  append(...events: readonly ParleyEvent[]): Promise<void>;
  /** A record that nobody of ours would write; a null value is a tombstone. */
  appendRaw(key: string, value: string | null): Promise<void>;
  /** Resolves when the projector's positions are the heads. */
  caughtUp(): Promise<void>;
  rows<Row>(statement: string, values?: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

const PARTITIONS = 4;

export async function openProjectorRig(): Promise<ProjectorRig> {
  const cloned = await cloneDatabase();
  const { url } = cloned;
  const database = openDatabase(url, testLog);
  const log = await openPostgresLog({ database, log: testLog, partitions: PARTITIONS });
  const observer = new pg.Pool({ connectionString: url, max: 2 });
  observer.on('error', () => undefined);
  const rows = async <Row>(statement: string, values: readonly unknown[] = []) =>
    (await observer.query(statement, [...values])).rows as Row[];
  const projectors: Running[] = [];
  return {
    ...{ url, database, log, rows },
    async startProjector() {
      const projector = await createProjector({ database, log, logger: testLog, clock: systemClock });
      projectors.push(projector);
      return projector;
    },
    append: async (...events) => {
      await Promise.all(events.map((event) => log.append('events', toRecord(event, 'f'))));
    },
    async appendRaw(key, value) {
      const { partition, offset } = await log.append('events', { key, headers: {}, value: Buffer.from(value ?? '') });
      if (value !== null) return;
      const place = [partition, String(offset)];
      await rows(
        `update log.records set value = null where topic = 'events' and (partition, "offset") = ($1, $2)`,
        place,
      );
    },
    caughtUp: () =>
      eventually(async () => {
        const behind = await rows(LAG);
        expect(behind).toEqual([]);
      }),
    async close() {
      for (const projector of projectors) await projector.stop();
      await log.close();
      await database.close();
      await observer.end();
      await cloned.drop();
    },
  };
}

const LAG = `
  select p.partition from log.partitions p left join read.positions r using (partition)
  where p.topic = 'events' and p.next_offset <> coalesce(r.next_offset, 0)`;
