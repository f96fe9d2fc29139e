import { randomBytes } from 'node:crypto';
import pino from 'pino';
import { readConfig } from '../../src/config.js';
import { openDatabase } from '../../src/database/open-database.js';
import { systemClock } from '../../src/events/kernel/clock.js';
import type { ConsumerOptions, EventLog } from '../../src/events/log/event-log.js';
import { openKafkaLog } from '../../src/events/log/kafka/open-kafka-log.js';
import { startCore } from '../../src/core.js';
import { stopAll } from '../../src/lifecycle.js';
import { createMetrics } from '../../src/telemetry/prometheus.js';
import { NO_TRACER } from '../../src/tracing.js';
import { SETTINGS, type Rig } from './rig.js';

/** One more of each worker, in this process, whose consumer groups are others by mistake: each reads everything. */
export interface StrayWorkers {
  /** How often a batch was handed over, and how often its handler threw. */
  readonly batches: { readonly handed: number; readonly failed: number };
  /** What was logged at warn and above. */
  readonly warnings: readonly string[];
  /** What keeps them from their work. */
  complaints(): readonly string[];
  stop(): Promise<void>;
}

export async function startStrayWorkers(rig: Rig): Promise<StrayWorkers> {
  if (rig.topics === undefined) throw new Error('Groups are a matter of Kafka.');
  const { address, prefix } = rig.topics;
  const warnings: string[] = [];
  const logger = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(line) });
  const env = {
    ...{ ...SETTINGS, DATABASE_URL: rig.directUrl, KAFKA_BROKERS: address, PARLEY_TOPIC_PREFIX: prefix },
    PARLEY_PUBLIC_URL: rig.process('api').url,
  };
  const config = readConfig(env, ['interpreter', 'projector', 'dispatcher']);
  if (config.kafka === undefined) throw new Error('KAFKA_BROKERS is set, and there is no Kafka.');
  const database = openDatabase(rig.directUrl, logger);
  const { kafka, partitions, webhookRetentionDays } = config;
  const groupPrefix = `stray-${randomBytes(6).toString('hex')}`;
  const log = await openKafkaLog({ kafka, partitions, webhookRetentionDays, logger, groupPrefix });
  const batches = { handed: 0, failed: 0 };
  const core = await startCore({
    ...{ config, database, logger, clock: systemClock, log: counting(log, batches) },
    publicUrl: () => env.PARLEY_PUBLIC_URL,
    onStep: () => undefined,
    meter: createMetrics(() => Promise.resolve([])).meter,
    tracer: NO_TRACER,
  });
  return {
    ...{ batches, warnings },
    complaints: () => [...core.health.values()].flatMap((health) => health.complaints()),
    stop: () => stopAll([{ stop: () => database.close() }, { stop: () => log.close() }, core]),
  };
}

/** The log itself, with an eye on what its handlers do. */
const counting = (log: EventLog, batches: { handed: number; failed: number }): EventLog => ({
  ...log,
  consume: (options: ConsumerOptions) =>
    log.consume({
      ...options,
      async handle(batch) {
        batches.handed += 1;
        try {
          await options.handle(batch);
        } catch (error) {
          batches.failed += 1;
          throw error;
        }
      },
    }),
});
