import type { FastifyPluginAsync } from 'fastify';
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { ConsumerPosition, EventLog, Topic } from '../events/log/event-log.js';
import { withTimeout } from '../lifecycle.js';

type WatchedLog = Pick<EventLog, 'heads' | 'positions' | 'reconnects'>;

/** Prometheus waits 10 s by default; what is there besides the lag must not be lost with it. */
const HEADS_WITHIN_MS = 2_000;

/**
 * `/metrics` for Prometheus: the process' own figures and the log's, as they are when it is asked.
 * @param log undefined while the process still waits for it
 */
export const metricsRoutes =
  (log: () => WatchedLog | undefined): FastifyPluginAsync =>
  async (app) => {
    // Its own registry: several servers may live in one process.
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    addLag(registry, log);
    addReconnects(registry, log);
    // However many ask at once, the log is asked once.
    let scraping: Promise<string> | undefined;
    const scrape = () => (scraping ??= registry.metrics().finally(() => (scraping = undefined)));
    app.get('/metrics', async (_request, reply) => reply.type(registry.contentType).send(await scrape()));
    app.addHook('onClose', () => registry.clear());
  };

function addLag(registry: Registry, log: () => WatchedLog | undefined): void {
  new Gauge({
    name: 'parley_log_consumer_lag',
    help: 'Records that a consumer of this process has still to read, of the partitions that it holds. Absent while the log is away.',
    labelNames: ['group', 'topic', 'partition'],
    registers: [registry],
    async collect() {
      this.reset();
      for (const { group, topic, partition, lag } of await lagsOf(log()))
        this.set({ group, topic, partition: String(partition) }, lag);
    },
  });
}

function addReconnects(registry: Registry, log: () => WatchedLog | undefined): void {
  new Counter({
    name: 'parley_log_reconnects_total',
    help: 'How often a lost connection to the log was made anew.',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(log()?.reconnects() ?? 0);
    },
  });
}

type Lag = Omit<ConsumerPosition, 'nextOffset'> & { readonly lag: number };

async function lagsOf(log: WatchedLog | undefined): Promise<readonly Lag[]> {
  if (log === undefined) return [];
  const positions = log.positions();
  const topics = [...new Set(positions.map(({ topic }) => topic))];
  const heads = new Map(await Promise.all(topics.map(async (topic) => [topic, await headsOf(log, topic)] as const)));
  return positions.flatMap(({ nextOffset, ...consumer }) => {
    const head = heads.get(consumer.topic)?.[consumer.partition];
    // A position that was read after the head may be ahead of it.
    return head === undefined ? [] : [{ ...consumer, lag: Math.max(0, Number(head - nextOffset)) }];
  });
}

/** Undefined while the log is away. */
const headsOf = (log: WatchedLog, topic: Topic): Promise<readonly bigint[] | undefined> =>
  withTimeout(
    HEADS_WITHIN_MS,
    log.heads(topic).catch(() => undefined),
    undefined,
  );
