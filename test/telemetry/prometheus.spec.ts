import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { COUNTED_METRICS, createMetrics } from '../../src/telemetry/prometheus.js';
import { READ_METRICS, type Reading } from '../../src/telemetry/readings.js';

const ALL = [...Object.keys(READ_METRICS), ...Object.values(COUNTED_METRICS)];

it('leaves out what has no reading: what is not known is not 0', async () => {
  const reading: Reading = { metric: 'parley_websockets', value: 3 };
  const text = await createMetrics(() => Promise.resolve([reading])).scrape();
  expect(text).toMatch(/^parley_websockets 3$/m);
  expect(text).not.toContain('parley_rebuild_needed');
});

it('forgets the readings of the last time', async () => {
  const depth = (channel: string): Reading => ({
    metric: 'parley_queue_depth',
    labels: { channel_id: channel },
    value: 1,
  });
  const answers = [[depth('a'), depth('b')], [depth('b')]];
  const metrics = createMetrics(() => Promise.resolve(answers.shift() ?? []));
  expect(await metrics.scrape()).toContain('parley_queue_depth{channel_id="a"} 1');
  const second = await metrics.scrape();
  expect(second).toContain('parley_queue_depth{channel_id="b"} 1');
  expect(second).not.toContain('channel_id="a"');
});

it('reads once, however many ask at once', async () => {
  let reads = 0;
  const metrics = createMetrics(() => {
    reads += 1;
    return Promise.resolve([]);
  });
  await Promise.all([metrics.scrape(), metrics.scrape(), metrics.scrape()]);
  expect(reads).toBe(1);
  await metrics.scrape();
  expect(reads).toBe(2);
});

it('tells percentiles of the event loop', async () => {
  expect(await createMetrics(() => Promise.resolve([])).scrape()).toMatch(/^nodejs_eventloop_lag_p99_seconds /m);
});

it('has each metric once, with a help text that ends its sentence, and docs/operations.md names all of them and no other', async () => {
  const text = await createMetrics(() =>
    Promise.resolve(
      Object.entries(READ_METRICS).map(
        ([metric, { labels }]) =>
          ({ metric, value: 1, labels: Object.fromEntries(labels.map((name) => [name, 'x'])) }) as Reading,
      ),
    ),
  ).scrape();
  const helps = [...text.matchAll(/^# HELP (parley_\w+) (.+)$/gm)];
  expect(helps.map(([, name]) => name).sort()).toEqual([...ALL].sort());
  for (const [, name, help] of helps) expect(help, name).toMatch(/[.]$/);
  const page = await readFile(new URL('../../docs/operations.md', import.meta.url), 'utf8');
  const rows = new Set([...page.matchAll(/^\| `(parley_\w+)/gm)].map(([, name]) => name));
  expect([...rows].sort()).toEqual([...ALL].sort());
});
