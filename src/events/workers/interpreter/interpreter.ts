import { sql } from 'drizzle-orm';
import type { Logger } from 'pino';
import type { Database, Transaction } from '../../../database/database.js';
import type { Running } from '../../../lifecycle.js';
import type { ChannelDirectory } from '../../../providers/channel.js';
import type { ProviderRegistry } from '../../../providers/registry.js';
import type { Identity } from '../../event-identity.js';
import type { Clock } from '../../kernel/clock.js';
import type { EventLog, LogRecord, RecordBatch } from '../../log/event-log.js';
import { keepConsuming } from '../../log/keep-consuming.js';
import { createPositionStore } from '../../log/positions.js';
import type { AddressBook } from '../../outbox/address-book.js';
import type { Outbox } from '../../outbox/outbox.js';
import { appendEvents } from './append-events.js';
import { createCatchUpGate } from '../dispatcher/gate.js';
import { interpretBatch, type InterpretDeps } from './interpret-batch.js';
import { startParkedReceipts } from './parked.js';
import { readWebhooks, type Foreign } from './webhook-reader.js';

export interface InterpreterDeps {
  readonly database: Database;
  readonly log: EventLog;
  readonly outbox: Outbox;
  readonly addressBook: AddressBook;
  readonly directory: ChannelDirectory;
  readonly providers: ProviderRegistry;
  readonly identity: Identity;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface InterpreterState {
  readonly isRunning: boolean;
  /** Why it gave up by itself; somebody must look. */
  readonly stoppedBecause?: string | undefined;
  /** Why it isn't reading, though it goes on trying. */
  readonly waitsBecause?: string | undefined;
}

export interface Interpreter extends Running {
  state(): InterpreterState;
}

const CONSUMER = 'interpreter';
const positions = createPositionStore(CONSUMER, 'webhooks');

/**
 * Turns raw webhooks into events (design §9), and tries parked receipts again. Begins in the background: Postgres and
 * the log may still be away.
 */
export async function createInterpreter(deps: InterpreterDeps): Promise<Interpreter> {
  const { database, log, logger } = deps;
  // In an older copy of Postgres the calls are missing that receipts are about, until the intake has made them anew.
  const gate = createCatchUpGate({
    executor: database.orm,
    log,
    positions: createPositionStore('dispatcher', 'events'),
  });
  gate.check().catch(() => undefined);
  const hasIntakeSeenAll = () => gate.holds();
  const consumer = keepConsuming(log, logger, {
    topic: 'webhooks',
    group: CONSUMER,
    startAt: () => positions.load(database.orm, log.partitionCount),
    handle: (batch) => handle({ ...deps, hasIntakeSeenAll }, batch),
  });
  const parked = startParkedReceipts(deps);
  return {
    state: () => ({
      isRunning: consumer.stoppedBecause() === undefined,
      stoppedBecause: consumer.stoppedBecause(),
      waitsBecause: consumer.waitsBecause(),
    }),
    async stop() {
      await Promise.all([consumer.stop(), parked.stop()]);
    },
  };
}

/** The effect is the append: rows first, then the acknowledgement, and only then the position (rule 10). */
async function handle(deps: InterpreterDeps & InterpretDeps, batch: RecordBatch): Promise<void> {
  const foreign = await interpretRecords(deps, batch.records);
  await deps.database.transaction(async (tx) => {
    await positions.advance(tx, batch);
    await recordDeadLetters(tx, foreign);
  });
  if (foreign.length > 0)
    deps.logger.warn(
      { group: CONSUMER, topic: 'webhooks', count: foreign.length },
      'dead letters: records that are not ours',
    );
}

/** All but the position. @returns what is none of ours. @throws when Postgres or the log is away */
export async function interpretRecords(
  deps: InterpreterDeps & InterpretDeps,
  records: readonly LogRecord[],
): Promise<readonly Foreign[]> {
  const { said, foreign } = await readWebhooks(records, deps);
  const { opened, events } = await interpretBatch(deps, said, deps.clock.now());
  await deps.outbox.publish(opened);
  await appendEvents(deps, events);
  return foreign;
}

async function recordDeadLetters(tx: Transaction, foreign: readonly Foreign[]): Promise<void> {
  if (foreign.length === 0) return;
  await tx.execute(sql`
    insert into work.dead_letters (consumer, topic, partition, "offset", reason)
    select ${CONSUMER}, 'webhooks', * from unnest(
      ${sql.param(foreign.map(({ record }) => record.partition))}::int[],
      ${sql.param(foreign.map(({ record }) => record.offset))}::bigint[],
      ${sql.param(foreign.map(({ reason }) => reason))}::text[])
    on conflict do nothing`);
}
