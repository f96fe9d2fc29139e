import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Meter } from './meter.js';
import { READ_METRICS, type MetricSpec, type Reading, type ReadMetric } from './readings.js';

/** The names of what is counted as it happens; those that are read when asked are in `readings.ts`. */
export const COUNTED_METRICS = {
  append: 'parley_log_append_seconds',
  appendFailures: 'parley_log_append_failures_total',
  batch: 'parley_consumer_batch_seconds',
  records: 'parley_consumer_records_total',
  batchFailures: 'parley_consumer_batch_failures_total',
  projection: 'parley_projection_delay_seconds',
  sends: 'parley_sends_total',
  calls: 'parley_provider_calls_total',
  call: 'parley_provider_call_seconds',
  webhooks: 'parley_webhooks_total',
  limited: 'parley_rate_limited_total',
  media: 'parley_media_total',
} as const;

/** From a commit on the same machine to the 5 s after which whoever waits for the log is told so (rule 2). */
const LOG_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
/** To the deadline of a call. */
const CALL_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** To what an operator will want to know of: a rebuild or an outage is beyond all of them. */
const DELAY_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60, 300];

export interface Metrics {
  readonly meter: Meter;
  readonly contentType: string;
  /** All of it in the text format of Prometheus. However many ask at once, everything is read once. */
  scrape(): Promise<string>;
}

/** @param read what is read when somebody asks; must have an end within seconds, and what it lacks is absent */
export function createMetrics(read: () => Promise<readonly Reading[]>): Metrics {
  // Its own registry: several servers may live in one process.
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const meter = createMeter(registry);
  let scraping: Promise<string> | undefined;
  const scrape = async () => {
    const readings = await read();
    return `${await registry.metrics()}\n${await snapshotOf(readings).metrics()}`;
  };
  return {
    meter,
    contentType: registry.contentType,
    scrape: () => (scraping ??= scrape().finally(() => (scraping = undefined))),
  };
}

/** A registry of the moment: what has no reading has no series either. */
function snapshotOf(readings: readonly Reading[]): Registry {
  const registry = new Registry();
  const byMetric = new Map<ReadMetric, Reading[]>();
  for (const reading of readings) byMetric.set(reading.metric, [...(byMetric.get(reading.metric) ?? []), reading]);
  for (const [name, series] of byMetric) {
    const { type, help, labels }: MetricSpec = READ_METRICS[name];
    const options = { name, help, labelNames: [...labels], registers: [registry] };
    const metric = type === 'gauge' ? new Gauge(options) : new Counter(options);
    for (const one of series) metric.inc({ ...one.labels }, one.value);
  }
  return registry;
}

function createMeter(registry: Registry): Meter {
  const counter = counterIn(registry);
  const histogram = histogramIn(registry);
  const append = histogram('append', 'Seconds until the log acknowledged a record.', ['topic'], LOG_SECONDS);
  const appendFailures = counter('appendFailures', 'Records that were not acknowledged, by why.', ['topic', 'reason']);
  const batch = histogram(
    'batch',
    'Seconds that a worker needed for a batch, commit included.',
    ['group'],
    LOG_SECONDS,
  );
  const records = counter('records', 'Records that a worker has taken.', ['group']);
  const batchFailures = counter('batchFailures', 'Batches that failed and are tried again.', ['group']);
  const projection = histogram('projection', PROJECTION_HELP, [], DELAY_SECONDS);
  const sends = counter('sends', 'Sends that were answered: ACCEPTED, or the code of the refusal or fault.', [
    'outcome',
  ]);
  const labels = ['provider', 'operation'];
  const calls = counter('calls', 'Calls to providers, by their outcome.', [...labels, 'outcome']);
  const call = histogram('call', 'Seconds that a call to a provider took, whatever its outcome.', labels, CALL_SECONDS);
  const webhooks = counter('webhooks', 'Webhooks that were answered, by the verdict.', ['provider', 'verdict']);
  const media = counter('media', 'Incoming files that were asked for, by what was answered.', ['provider', 'outcome']);
  const limited = counter('limited', 'What was refused because a key or an address had used up a limit.', ['limit']);
  return {
    appended: (topic, seconds) => append.observe({ topic }, seconds),
    appendFailed: (topic, reason) => appendFailures.inc({ topic, reason }),
    batchTaken(group, count, seconds) {
      batch.observe({ group }, seconds);
      records.inc({ group }, count);
    },
    batchFailed: (group) => batchFailures.inc({ group }),
    projected: (seconds) => projection.observe(seconds),
    sendAnswered: (outcome) => sends.inc({ outcome }),
    providerAnswered({ provider, operation, outcome, seconds }) {
      calls.inc({ provider, operation, outcome });
      call.observe({ provider, operation }, seconds);
    },
    limited: (limit) => limited.inc({ limit }),
    webhookAnswered: (provider, verdict) => webhooks.inc({ provider, verdict }),
    mediaAnswered: (provider, outcome) => media.inc({ provider, outcome }),
  };
}

const PROJECTION_HELP =
  'Seconds from the recording of an event until the read models had it; of each batch the event that waited longest.';

type Counted = keyof typeof COUNTED_METRICS;

const counterIn = (registry: Registry) => (name: Counted, help: string, labelNames: string[]) =>
  new Counter({ name: COUNTED_METRICS[name], help, labelNames, registers: [registry] });

const histogramIn = (registry: Registry) => (name: Counted, help: string, labelNames: string[], buckets: number[]) =>
  new Histogram({ name: COUNTED_METRICS[name], help, labelNames, buckets, registers: [registry] });
