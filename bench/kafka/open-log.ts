import { pino } from 'pino';
import type { EventLog } from '../../src/events/log/event-log.js';
import type { Place } from '../compared-path.js';
import { openKafkaLog } from '../product.js';

/** The product's driver. What it warns of goes to stderr: a figure that was measured meanwhile is worth nothing. */
export function openLog({ brokers, topicPrefix, partitions }: Place): Promise<EventLog> {
  const kafka = {
    ...{ brokers, topicPrefix },
    ...{ tls: undefined, sasl: undefined, replicationFactor: undefined, minIsr: undefined },
  };
  const logger = pino({ level: 'warn' }, pino.destination(2));
  return openKafkaLog({ kafka, partitions, webhookRetentionDays: undefined, logger });
}
