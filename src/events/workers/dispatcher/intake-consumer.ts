import type { Logger } from 'pino';
import type { Database } from '../../../database/database.js';
import type { ConsumerOptions, EventLog, RecordBatch } from '../../log/event-log.js';
import { keepConsuming, type KeptConsumer } from '../../log/keep-consuming.js';
import type { PositionStore } from '../../log/positions.js';

export interface IntakeConsumerDeps {
  readonly database: Database;
  readonly log: EventLog;
  readonly positions: PositionStore;
  readonly handle: (batch: RecordBatch) => Promise<void>;
  /** A stored position lies before one that this process has committed: Postgres is an older copy now. */
  readonly onGoneBack: () => void;
  readonly logger: Logger;
}

/** Consumes the events topic for the intake; begins again for as long as Postgres or the log are away. */
export const runIntake = (deps: IntakeConsumerDeps): KeptConsumer =>
  keepConsuming(deps.log, deps.logger, { topic: 'events', group: 'dispatcher', ...watchPositions(deps) });

/** Remembers how far this process has committed, so that a position which went back is noticed (rule 16). */
function watchPositions({
  database,
  log,
  positions,
  handle,
  onGoneBack,
}: IntakeConsumerDeps): Pick<ConsumerOptions, 'startAt' | 'handle'> {
  const committed = new Map<number, bigint>();
  return {
    async startAt() {
      // What is committed while we ask isn't in the answer.
      const before = new Map(committed);
      const stored = await positions.load(database.orm, log.partitionCount);
      const isBack = stored.some((offset, partition) => offset < (before.get(partition) ?? 0n));
      if (isBack) onGoneBack();
      stored.forEach((offset, partition) => {
        if (isBack || !before.has(partition)) committed.set(partition, offset);
      });
      return stored;
    },
    async handle(batch: RecordBatch) {
      await handle(batch);
      committed.set(batch.partition, batch.nextOffset);
    },
  };
}
