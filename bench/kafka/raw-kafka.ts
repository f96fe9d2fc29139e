import { connect } from 'node:net';
import { Kafka, logLevel, Partitioners, type Message, type Producer } from 'kafkajs';
import type { OutgoingRecord } from '../../src/events/log/event-log.js';
import type { Place } from '../compared-path.js';
import { partitionOf } from '../product.js';

/** kafkajs by hand, with its defaults, but without Nagle's delay: that much anybody would do. */
export function rawKafka({ brokers }: Place): Kafka {
  return new Kafka({
    clientId: 'bench-floor',
    brokers: [...brokers],
    logLevel: logLevel.ERROR,
    socketFactory: ({ host, port, onConnect }) => connect({ host, port, noDelay: true }, onConnect),
  });
}

/** Safe to repeat a record on, as the product's; only ever one `send` at a time. */
export async function openRawProducer(place: Place): Promise<Producer> {
  const producer = rawKafka(place).producer({
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  return producer;
}

/** The partition is known beforehand: the floor pays for no partitioner at all. */
export function toMessage(record: OutgoingRecord, { partitions }: Place): Message {
  const { key, headers, value } = record;
  return { key, headers: { ...headers }, value, partition: partitionOf(key, partitions) };
}
