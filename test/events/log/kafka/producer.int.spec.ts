import kafkajs from 'kafkajs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LogUnavailableError, type AppendedPosition } from '../../../../src/events/log/event-log.js';
import { collectRecords } from '../../../support/collect-records.js';
import { eventually } from '../../../support/eventually.js';
import { PRODUCE } from '../../../support/kafka-proxy.js';
import { describeOnKafka } from '../../../support/kafka.js';
import { openLogRig, type LogRig } from './log-rig.js';

const PARTITIONS = 4;

const record = (key: string, n: number) => ({ key, headers: { n: String(n) }, value: Buffer.from(`{"n":${n}}`) });
const placeOf = ({ partition, offset }: AppendedPosition) => `${partition}/${offset}`;

describeOnKafka('append on Kafka', () => {
  let rig: LogRig;
  beforeEach(async () => {
    rig = await openLogRig(PARTITIONS);
  });
  afterEach(() => rig.close());

  /**
   * A refusal that a broker alone can give to one topic. (It takes `min.insync.replicas` for no more than there are
   * replicas, so asking for two of them refuses nothing here.)
   */
  const takeBatchesUpTo = (bytes: number) =>
    rig.withAdmin((admin) =>
      admin.alterConfigs({
        validateOnly: false,
        resources: [
          {
            type: kafkajs.ConfigResourceTypes.TOPIC,
            name: rig.topicName('webhooks'),
            configEntries: [{ name: 'max.message.bytes', value: String(bytes) }],
          },
        ],
      }),
    );

  it('tells only those whose partition is refused', { timeout: 60_000 }, async () => {
    const { log } = rig;
    await log.append('webhooks', record('w', 0));
    await takeBatchesUpTo(50);
    const both = (n: number) =>
      Promise.allSettled([log.append('events', record(`k${n}`, n)), log.append('webhooks', record(`w${n}`, n))]);
    await eventually(async () => {
      const [, webhook] = await both(0);
      expect(webhook).toMatchObject({ status: 'rejected', reason: expect.any(LogUnavailableError) });
    });
    for (let n = 1; n <= 100; n += 1) {
      const [event, webhook] = await both(n);
      expect(event.status).toBe('fulfilled');
      expect(webhook).toMatchObject({ status: 'rejected', reason: expect.any(LogUnavailableError) });
    }
    await takeBatchesUpTo(1_000_000);
    await eventually(async () => {
      const all = await both(101);
      expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    });
  });

  it('never lets a new record be taken for the repeat of one whose answer was lost', async () => {
    const { log, proxy } = rig;
    const held = proxy.holdAnswer(({ apiKey }) => apiKey === PRODUCE);
    const lost = log.append('events', record('a', 1));
    await held.reached;
    await expect(lost).rejects.toThrow(LogUnavailableError);
    held.release();
    // Under the sequence number of the first, Kafka would acknowledge it, and keep only the first.
    const position = await eventually(() => log.append('events', record('a', 2)), { timeoutMs: 15_000 });
    const { records, stop } = await collectRecords(log, 'events');
    await eventually(() => {
      const found = records.find((one) => placeOf(one) === placeOf(position));
      expect(found?.headers['n']).toBe('2');
    });
    expect(log.reconnects()).toBeGreaterThan(0);
    await stop();
  });

  it('loses and doubles nothing acknowledged over resets, black holes and cuts', { timeout: 90_000 }, async () => {
    const { log, proxy } = rig;
    const acknowledged = new Map<number, string>();
    let next = 0;
    let isOver = false;
    const writer = async (key: string) => {
      while (!isOver) {
        const n = (next += 1);
        await log.append('events', record(key, n)).then(
          (position) => acknowledged.set(n, placeOf(position)),
          () => undefined,
        );
      }
    };
    const writers = Promise.all(Array.from({ length: 64 }, (_, n) => writer(`k${n}`)));
    const faults = [() => proxy.reset(), () => proxy.blackHole(), () => proxy.cut(), () => proxy.truncate(1)];
    for (let round = 0; round < 20; round += 1) {
      const before = acknowledged.size;
      await eventually(() => expect(acknowledged.size).toBeGreaterThan(before + 1_000), { timeoutMs: 20_000 });
      faults[round % faults.length]?.();
      // Long enough that requests are under way in it; nothing is waited for.
      await new Promise((resolve) => setTimeout(resolve, 50));
      proxy.heal();
    }
    isOver = true;
    await writers;
    expect(acknowledged.size).toBeGreaterThan(20_000);
    const { records, stop } = await collectRecords(log, 'events');
    const heads = await log.heads('events');
    const total = Number(heads.reduce((sum, head) => sum + head, 0n));
    await eventually(() => expect(records).toHaveLength(total), { timeoutMs: 20_000 });
    const places = new Map<number, string[]>();
    for (const found of records) {
      const n = Number(found.headers['n']);
      places.set(n, [...(places.get(n) ?? []), placeOf(found)]);
    }
    const wrong = [...acknowledged].filter(([n, place]) => places.get(n)?.join() !== place);
    expect(wrong).toEqual([]);
    await stop();
  });

  it('keeps what waits bounded while Kafka is away, and recovers by itself', { timeout: 90_000 }, async () => {
    const { log, proxy } = rig;
    const value = Buffer.alloc(16 * 1024);
    await log.append('events', { key: 'a', headers: {}, value });
    proxy.cut();
    const heapBefore = process.memoryUsage().rss;
    let slowest = 0;
    let refused = 0;
    // Whoever is refused begins once more: what waited before must be gone by then.
    const until = performance.now() + 5_000;
    const writer = async () => {
      while (performance.now() < until) {
        const begun = performance.now();
        await log.append('events', { key: 'a', headers: {}, value }).catch(() => (refused += 1));
        slowest = Math.max(slowest, performance.now() - begun);
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await Promise.all(Array.from({ length: 500 }, writer));
    expect(refused).toBeGreaterThan(500);
    expect(slowest).toBeLessThan(5_500);
    // 64 MiB may wait, as much again be in flight or garbage.
    expect(process.memoryUsage().rss - heapBefore).toBeLessThan(300 * 1024 * 1024);
    proxy.heal();
    await eventually(() => log.append('events', record('a', 1)), { timeoutMs: 15_000 });
    expect(log.reconnects()).toBeGreaterThan(0);
  });
});
