import type { Logger } from 'pino';
import type { Database } from '../../database/database.js';
import type { Running } from '../../lifecycle.js';
import type { ParleyEvent } from '../catalog.js';
import { toRecord } from '../codec.js';
import { LogUnavailableError, type EventLog, type OutgoingRecord } from '../log/event-log.js';
import { createBoundedAppend } from './bounded-append.js';
import { cursorToText } from './idempotency-rows.js';
import { insertOutboxRows } from './outbox-rows.js';
import type { Outbox, StoredEvent } from './outbox.js';
import { createSettlements } from './settlements.js';
import { startSweeper } from './sweeper.js';

export interface OutboxDeps {
  readonly database: Database;
  readonly log: EventLog;
  /** Of the instance secret; stands in each event's header (rule 5). */
  readonly fingerprint: string;
  readonly logger: Logger;
}

/** The outbox on Postgres, with its sweeper running. Stop it before the log and the database. */
export function createOutbox({ database, log, fingerprint, logger }: OutboxDeps): Outbox & Running {
  const appender = createBoundedAppend(log);
  const settlements = createSettlements({ database, logger });
  const sweeper = startSweeper({ database, log, appender, logger });

  /** What has a row is written there, and then to the log. */
  const records = new WeakMap<ParleyEvent, OutgoingRecord>();
  const recordOf = (event: ParleyEvent): OutgoingRecord => {
    const record = records.get(event) ?? toRecord(event, fingerprint);
    records.set(event, record);
    return record;
  };
  const stored = (event: ParleyEvent): StoredEvent => ({ event, record: recordOf(event) });
  const publishRecord = ({ event, record }: StoredEvent, cursor: string | null) =>
    appender.append(record, (position) => settlements.add({ eventId: event.id, position, cursor }));
  return {
    async enqueue(tx, events) {
      if (appender.isAway()) throw new LogUnavailableError('The log is known to be away: nothing new is recorded.');
      if (events.length > 0) await insertOutboxRows(tx, events.map(stored));
    },
    async publish(events, options = {}) {
      const cursor = options.cursor === undefined ? null : cursorToText(options.cursor);
      const appending = events.map((event) => publishRecord(stored(event), cursor));
      // All of them have ended before the first failure is told.
      await Promise.allSettled(appending);
      return Promise.all(appending);
    },
    recordOf,
    publishStored: (kept) => publishRecord(kept, null),
    append: (event) => appender.append(toRecord(event, fingerprint)),
    async stop() {
      await sweeper.stop();
      await settlements.stop();
    },
  };
}
