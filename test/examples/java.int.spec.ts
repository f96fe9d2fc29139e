import { randomInt, randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fetchJars, whyNoBroker } from '../../kafka/broker.mjs';
import { toRecord } from '../../src/events/codec.js';
import { conversationIds, rawWebhookIds } from '../../src/events/kernel/ids.js';
import type { OutgoingRecord } from '../../src/events/log/event-log.js';
import { murmur2, partitionOf } from '../../src/events/log/partitioner.js';
import { toRawRecord } from '../../src/events/webhook/raw-webhook.js';
import { SAMPLES } from '../events/samples.js';
import { describeWhere } from '../support/describe-where.js';
import { channelId, event, workspaceId } from '../support/events.js';
import { describeOnKafka } from '../support/kafka.js';
import { runProgram } from '../support/run-program.js';
import { openFilledLog, type Appended, type FilledLog } from './filled-log.js';

/** Kafka's own client is the judge of what we write: https://kafka.apache.org/documentation/#consumerapi */
const path = (file: string) => fileURLToPath(new URL(`../../${file}`, import.meta.url));
/** A short start, for programs that run for a second. */
const JVM = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', path('kafka/lib/*')];
const java = (file: string, args: readonly string[], input?: string) =>
  runProgram('java', [...JVM, path(file), ...args], input);

const PARTITIONS = 12;
/** For people with names: the client's hash is over bytes, ours must be too. */
const LETTERS = ['a', 'Z', '7', '_', 'é', 'ß', 'Ж', '中', '👋', '\u0000', ' '];
const letter = () => LETTERS[randomInt(LETTERS.length)] ?? '';
const randomKey = () => Array.from({ length: randomInt(40) }, letter).join('');

/** As the Java program prints it. */
const asRead = ({ partition, offset, record: { key, headers, value } }: Appended) => ({
  ...{ partition, offset: Number(offset), key, headers },
  value: value.toString('utf8'),
});

/** A JVM that compiles its program first takes seconds on a busy machine. */
const TIMEOUT = { timeout: 90_000 };

describeOnKafka('examples/java', () => {
  // Kafka may be elsewhere; Java and the jars must be here.
  describeWhere('kafka', whyNoBroker(), "Kafka's Java client", () => {
    let log: FilledLog;
    beforeAll(async () => {
      [log] = await Promise.all([openFilledLog(PARTITIONS), fetchJars()]);
    });
    afterAll(() => log.remove());

    const readTopic = async (topic: string) => {
      const { code, output, errors } = await java('examples/java/ReadTopic.java', [
        log.brokers,
        `${log.topicPrefix}.${topic}.v1`,
      ]);
      if (code !== 0) throw new Error(errors);
      const lines = output.split('\n').filter((line) => line !== '');
      return lines.map((line) => JSON.parse(line) as ReturnType<typeof asRead>);
    };

    it('reads key, headers and value of every record as they were appended, of both topics', TIMEOUT, async () => {
      const threads = Array.from({ length: 200 }, (_, n) =>
        toRecord(
          { ...event({ type: 'message.read', n: 100 + n }), conversationId: conversationIds.fromUuid(randomUUID()) },
          '0123456789abcdef',
        ),
      );
      const records = [...SAMPLES.map((sample) => toRecord(sample, '0123456789abcdef')), ...threads];
      const appended = {
        events: await log.append('events', records),
        webhooks: await log.append('webhooks', Array.from({ length: 30 }, rawRecord)),
      };
      const [events, webhooks] = await Promise.all([readTopic('events'), readTopic('webhooks')]);
      const read = { events, webhooks };
      for (const topic of ['events', 'webhooks'] as const)
        expect(read[topic].toSorted(byPlace)).toEqual(appended[topic].map(asRead).toSorted(byPlace));
    });

    it('picks the partitions that we pick, for any key', TIMEOUT, async () => {
      const keys = Array.from({ length: 2_000 }, randomKey);
      const input = keys.map((key) => `${Buffer.from(key).toString('hex')}\n`).join('');
      const { output } = await java('test/examples/JavaPartitions.java', [String(PARTITIONS)], input);
      const ours = keys.map((key) => `${murmur2(Buffer.from(key))} ${partitionOf(key, PARTITIONS)}\n`).join('');
      expect(output).toBe(ours);
    });
  });
});

const byPlace = (a: ReturnType<typeof asRead>, b: ReturnType<typeof asRead>) =>
  a.partition - b.partition || a.offset - b.offset;

const rawRecord = (_: unknown, n: number): OutgoingRecord =>
  toRawRecord({
    ...{ id: rawWebhookIds.fromUuid(randomUUID()), workspaceId: workspaceId(), channelId: channelId(n) },
    ...{ provider: 'SANDBOX', receivedAt: new Date(n) },
    request: {
      url: 'http://127.0.0.1:4000/webhooks/sandbox',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(`{"text":"Grüße 👋 ${n}"}`),
    },
  });
