import { createServer, type AddressInfo } from 'node:net';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { readConfig } from '../../src/config.js';
import { createOtelTracer } from '../../src/telemetry/otel-tracer.js';
import { inSpan, type Tracer } from '../../src/tracing.js';
import { eventually } from '../support/eventually.js';

/** The exporter tries again as long as it has time. */
const EXPORT_WITHIN_MS = 500;

/** A port that nobody listens on. */
async function deadPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function awayTracer(env: Readonly<Record<string, string>> = {}): Promise<{ tracer: Tracer; lines: string[] }> {
  const url = `http://127.0.0.1:${await deadPort()}`;
  const { traces } = readConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: url, ...env });
  if (traces === undefined) throw new Error('Traces are configured.');
  const lines: string[] = [];
  const logger = pino({ level: 'warn' }, { write: (line) => void lines.push(line) });
  return { tracer: createOtelTracer(traces, logger, EXPORT_WITHIN_MS), lines };
}

const sketch = { name: 'one', kind: 'internal' } as const;
const PARENT = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` };

it('warns once of a collector that is away, and drops what it can not tell', async () => {
  const { tracer, lines } = await awayTracer();
  for (let count = 0; count < 10_000; count += 1) tracer.start(sketch).end();
  await eventually(() => expect(lines).toHaveLength(1), { timeoutMs: 20_000 });
  const began = performance.now();
  await tracer.stop();
  expect(performance.now() - began).toBeLessThan(2_000);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('the collector does not take traces');
}, 30_000);

it('knows where it runs also behind what was waited for, and nowhere else', async () => {
  const { tracer } = await awayTracer();
  expect(tracer.current()).toBeUndefined();
  await inSpan(tracer, { ...sketch, parent: PARENT }, async (span) => {
    expect(tracer.current()).toEqual(span.context);
    await new Promise(setImmediate);
    expect(tracer.current()?.traceparent).toMatch(/^00-a{32}-[0-9a-f]{16}-01$/);
  });
  expect(tracer.current()).toBeUndefined();
  await tracer.stop();
});

it('passes a tracestate on, and begins nothing under a parent that is not recorded', async () => {
  const { tracer } = await awayTracer();
  expect(tracer.start({ ...sketch, parent: { ...PARENT, tracestate: 'a=1' } }).context?.tracestate).toBe('a=1');
  const unsampled = { traceparent: PARENT.traceparent.replace(/01$/, '00') };
  expect(tracer.start({ ...sketch, parent: unsampled }).context).toBeUndefined();
  await tracer.stop();
});

it.each([
  ['always_off', '1', 0],
  ['parentbased_traceidratio', '0', 0],
  ['always_on', '1', 20],
])('samples as it is told: %s %s', async (name, ratio, count) => {
  const { tracer } = await awayTracer({ OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: ratio });
  const begun = Array.from({ length: 20 }, () => tracer.start(sketch).context);
  expect(begun.filter((context) => context !== undefined)).toHaveLength(count);
  await tracer.stop();
});
