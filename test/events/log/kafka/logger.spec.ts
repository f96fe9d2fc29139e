import { Partitioners } from 'kafkajs';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createKafkaClient } from '../../../../src/events/log/kafka/client.js';
import { kafkaConfig } from '../../../support/secure-kafka.js';

const SECRET = '+15550199999';

/** What kafkajs says through our client, as an operator finds it. */
function listen(level: string) {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
  const kafka = createKafkaClient({ kafka: kafkaConfig('kafka-1:9092'), logger: pino({ level }, { write }) });
  const at = (number: number) => lines.filter((line) => line['level'] === number);
  return { kafka, lines, warnings: () => at(40), debugged: () => at(20), traced: () => at(10) };
}

describe('what the Kafka client logs', () => {
  it('is a warning at most, and each part of the client warns once in a while only', () => {
    const { kafka, lines, warnings, debugged } = listen('debug');
    const connection = kafka.logger().namespace('Connection');
    for (let retry = 0; retry < 50; retry += 1) connection.error('Connection timeout', { retryCount: retry });
    kafka.logger().namespace('Consumer').error('Crash', {});
    expect(warnings()).toEqual([
      expect.objectContaining({ part: 'Connection', msg: 'Kafka client: Connection timeout', retryCount: 0 }),
      expect.objectContaining({ part: 'Consumer', msg: 'Kafka client: Crash' }),
    ]);
    expect(debugged()).toHaveLength(49);
    expect(lines).toHaveLength(51);
  });

  it('is no warning where a broker refuses one request: whoever asked is told', () => {
    const { kafka, warnings, debugged } = listen('debug');
    kafka.logger().namespace('Connection').error('Response Metadata(key: 3, version: 6)', { error: 'not here' });
    expect(warnings()).toEqual([]);
    expect(debugged()).toEqual([expect.objectContaining({ error: 'not here' })]);
  });

  it('is no warning at the start of each producer', () => {
    const { kafka, warnings, debugged } = listen('debug');
    kafka.producer({ idempotent: true, retry: { retries: 8 }, createPartitioner: Partitioners.DefaultPartitioner });
    expect(warnings()).toEqual([]);
    expect(debugged().map(({ msg }) => msg)).toContainEqual(expect.stringContaining('Limiting retries'));
  });

  it('never holds what records or logins are made of', () => {
    const { kafka, lines, traced } = listen('trace');
    const payload = { type: 'Buffer', data: [...Buffer.from(SECRET)] };
    const extra = {
      payload,
      data: { authBytes: SECRET },
      messages: [SECRET],
      error: new Error(SECRET),
      topic: 'events',
    };
    for (const level of ['error', 'warn', 'info', 'debug'] as const)
      kafka.logger().namespace('Connection')[level]('Response Produce(key: 0, version: 7)', extra);
    expect(traced()).toEqual([expect.objectContaining({ topic: 'events' })]);
    expect(lines).toHaveLength(4);
    const text = JSON.stringify(lines);
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain(JSON.stringify(payload.data));
  });

  it('is nothing of its own chatter at the default level', () => {
    const { kafka, lines } = listen('warn');
    kafka.logger().info('[Consumer] Starting', {});
    kafka.logger().debug('Request Fetch', {});
    expect(lines).toEqual([]);
  });
});
