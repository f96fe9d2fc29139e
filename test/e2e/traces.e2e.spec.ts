import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { startOtlpReceiver, type OtlpReceiver, type ReceivedSpan } from '../support/otlp-receiver.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { topology } from '../support/topology.js';
import { withClient } from '../support/with-client.js';

interface Sent {
  readonly sendMessage: { readonly message: { readonly id: string } };
}
const SEND = `mutation Greet($input: SendMessageInput!) { sendMessage(input: $input) { message { id } } }`;
const STATUS = `query ($id: ID!) { message(id: $id) { status } }`;
const TEXT = `words${randomBytes(8).toString('hex')}`;
const PHONE = '+15550100001';

async function sendAndWait(app: TestApp, headers: Readonly<Record<string, string>> = {}, more: object = {}) {
  const input = { channelId: app.channelId, to: { phoneNumber: PHONE }, content: { text: { text: TEXT } }, ...more };
  const { sendMessage } = await app.client.run<Sent>(SEND, { input }, headers);
  const { id } = sendMessage.message;
  await eventually(
    async () => expect(await app.client.run(STATUS, { id })).toEqual({ message: { status: 'DELIVERED' } }),
    { timeoutMs: 20_000 },
  );
  return id;
}

const loadedModules = () =>
  Object.keys(createRequire(import.meta.url).cache).filter((path) => /@opentelemetry\/(?:sdk-|exporter-)/.test(path));

/** What the embedded log has; elsewhere the spans of several processes prove what stands in the headers. */
const headersInLog = (app: TestApp) =>
  withClient(app.databaseUrl, async (client) => {
    const { rows } = await client.query<{ headers: Record<string, string>; value: Buffer }>(
      `select headers, value from log.records order by topic, partition, "offset"`,
    );
    return rows;
  });

describe('with nothing configured', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.stop());

  it('writes no header and loads nothing', async () => {
    await sendAndWait(app, { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` });
    expect(loadedModules()).toEqual([]);
    for (const { headers } of await headersInLog(app)) expect(headers).not.toHaveProperty('traceparent');
  });
});

describe('with a collector', () => {
  let receiver: OtlpReceiver;
  let app: TestApp;
  beforeAll(async () => {
    receiver = await startOtlpReceiver();
    app = await startTestApp({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-collector-key=k%20ey',
    });
  });
  afterAll(async () => {
    await app.stop();
    await receiver.close();
  });

  const traceOf = (traceId: string) => receiver.spans.filter((span) => span.traceId === traceId);
  const namesOf = (spans: readonly ReceivedSpan[]) => new Set(spans.map(({ name }) => name));
  const untilThere = (traceId: string, ...names: string[]) =>
    eventually(
      () => {
        const spans = traceOf(traceId);
        expect([...namesOf(spans)]).toEqual(expect.arrayContaining(names));
        return spans;
      },
      { timeoutMs: 20_000, everyMs: 100 },
    );
  /** Each stands under another span of its trace, up to the one that the caller named. */
  const expectTree = (spans: readonly ReceivedSpan[], root: string | undefined) => {
    const ids = new Set(spans.map(({ spanId }) => spanId));
    const outside = spans
      .filter(({ parentSpanId = '' }) => !ids.has(parentSpanId))
      .map((span) => span.parentSpanId || undefined);
    expect(outside).toEqual([root]);
  };

  it('follows a send from its request over the log to the provider, in the trace that the caller began', async () => {
    expect(topology() === 'embedded' || topology() === 'kafka' ? loadedModules().length : 1).toBeGreaterThan(0);
    const [traceId, spanId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
    const id = await sendAndWait(app, { traceparent: `00-${traceId}-${spanId}-01` });
    const spans = await untilThere(
      ...([traceId, 'POST /graphql', 'append events', 'projector events', 'dispatcher events'] as const),
      ...['dispatch', 'sandbox send'],
    );
    const request = spans.find(({ name }) => name === 'POST /graphql');
    expect(request?.attributes).toMatchObject({
      ...{ 'graphql.operation.type': 'mutation', 'graphql.operation.name': 'Greet' },
      ...{ 'http.response.status_code': 200, 'http.route': '/graphql' },
    });
    const appended = () =>
      traceOf(traceId).flatMap(({ name, attributes }) =>
        name === 'append events' ? [attributes['parley.event.type']] : [],
      );
    await eventually(() =>
      expect(appended()).toEqual(
        expect.arrayContaining(['message.accepted', 'message.dispatched', 'message.submitted']),
      ),
    );
    const dispatch = spans.find(({ name }) => name === 'dispatch');
    expect(dispatch?.attributes).toMatchObject({ 'parley.message.id': id, 'parley.attempt': 1, 'parley.part': 0 });
    const call = spans.find(({ name }) => name === 'sandbox send');
    expect(call?.parentSpanId).toBe(dispatch?.spanId);
    expect(call?.attributes).toMatchObject({ 'parley.provider': 'sandbox', 'parley.outcome': 'accepted' });
    await eventually(() => expectTree(traceOf(traceId), spanId), { timeoutMs: 20_000 });
  });

  it('follows a webhook from its request over the log to the read models, in a trace of its own', async () => {
    await sendAndWait(app);
    const traces = () => [
      ...new Set(
        receiver.spans.flatMap(({ traceId, attributes }) =>
          attributes['parley.event.type'] === 'message.delivered' ? [traceId] : [],
        ),
      ),
    ];
    await eventually(() => expect(traces().length).toBeGreaterThan(0), { timeoutMs: 20_000 });
    const [traceId = ''] = traces();
    await untilThere(
      ...([traceId, 'POST /webhooks/:provider/:channelId', 'append webhooks', 'interpreter webhooks'] as const),
      ...['append events', 'projector events', 'dispatcher events'],
    );
    await eventually(() => expectTree(traceOf(traceId), undefined), { timeoutMs: 20_000 });
  });

  it('begins a trace of its own for what was asked for long before, and links it', async () => {
    const traceId = randomBytes(16).toString('hex');
    const scheduledAt = new Date(Date.now() + 2_500).toISOString();
    const traceparent = `00-${traceId}-${randomBytes(8).toString('hex')}-01`;
    const id = await sendAndWait(app, { traceparent }, { scheduledAt });
    await eventually(
      () => {
        const dispatch = receiver.spans.find(
          ({ name, attributes }) => name === 'dispatch' && attributes['parley.message.id'] === id,
        );
        expect(dispatch?.traceId).not.toBe(traceId);
        expect(dispatch?.links.map((link) => link.traceId)).toEqual([traceId]);
      },
      { timeoutMs: 20_000 },
    );
  });

  it('keeps the value of an event what it was: only headers say where it came about', async () => {
    const records = (await headersInLog(app)).filter(({ headers }) => 'traceparent' in headers);
    // On Kafka the embedded log is empty, and the test above has seen the headers at work between processes.
    expect(records.length > 0).toBe(topology() === 'embedded');
    for (const { value } of records) expect(value.toString()).not.toMatch(/traceparent|"trace"/);
  });

  it('tells the collector nothing that somebody wrote, no address and no key', () => {
    expect(receiver.bodies.length).toBeGreaterThan(0);
    expect(receiver.headers[0]?.['x-collector-key']).toBe('k ey');
    for (const body of receiver.bodies)
      for (const planted of [TEXT, PHONE, PHONE.slice(1), app.apiKey]) expect(body.includes(planted)).toBe(false);
  });
});
