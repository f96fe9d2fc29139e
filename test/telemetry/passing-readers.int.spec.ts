import { afterEach, beforeEach, expect, it } from 'vitest';
import { readConfig } from '../../src/config.js';
import { systemClock } from '../../src/events/kernel/clock.js';
import { createProjector } from '../../src/events/projections/projector.js';
import { rebuildReadModels } from '../../src/events/projections/rebuild/rebuild.js';
import { createReadings } from '../../src/readings.js';
import { meteredLog } from '../../src/telemetry/metered-log.js';
import { createOtelTracer } from '../../src/telemetry/otel-tracer.js';
import { createMetrics } from '../../src/telemetry/prometheus.js';
import { tracedLog } from '../../src/telemetry/traced-log.js';
import { story } from '../events/projections/story.js';
import { openRebuildRig, type RebuildRig } from '../events/projections/rebuild/rebuild-rig.js';
import { testLog } from '../support/log.js';
import { startOtlpReceiver, type OtlpReceiver } from '../support/otlp-receiver.js';

let rig: RebuildRig;
let receiver: OtlpReceiver;
beforeEach(async () => {
  [rig, receiver] = await Promise.all([openRebuildRig(), startOtlpReceiver()]);
});
afterEach(async () => {
  await rig.close();
  await receiver.close();
});

const trace = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` };

it('watches the projector, and not what reads the whole past once: no series and no spans are left of it', async () => {
  const { traces } = readConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
  if (traces === undefined) throw new Error('Traces are configured.');
  const tracer = createOtelTracer(traces, testLog);
  const up = () => ({ isUp: true, stores: rig, health: new Map() }) as const;
  const metrics = createMetrics(createReadings({ up, sockets: () => undefined }));
  const log = tracedLog(meteredLog(rig.log, metrics.meter), tracer);
  const deps = { database: rig.database, log, logger: testLog, clock: systemClock };
  const projector = await createProjector(deps);
  await rig.append(...story(1).map((event) => ({ ...event, trace })));
  await rig.caughtUp();
  const scraping: Promise<string>[] = [];
  const report = () => void scraping.push(metrics.scrape());
  const { signal } = new AbortController();
  expect(await rebuildReadModels(deps, { isAccepted: false, signal, report })).toMatchObject({ isExchanged: true });
  const scraped = [...(await Promise.all(scraping)), await metrics.scrape()];
  await projector.stop();
  await tracer.stop();
  expect(scraped.length).toBeGreaterThan(1);
  expect(scraped.at(-1)).toContain('parley_consumer_records_total{group="projector"} 9');
  expect(scraped.at(-1)).toContain('parley_log_consumer_lag{group="projector"');
  expect(scraped.join('\n')).not.toMatch(/group="(?!projector")/);
  expect(receiver.spans.map(({ name }) => name)).toEqual(Array.from({ length: 9 }, () => 'projector events'));
});
