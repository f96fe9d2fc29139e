import { readFile } from 'node:fs/promises';
import { Parser } from '@asyncapi/parser';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readConfig } from '../../src/config.js';
import { asyncApiDocument, asyncApiSettings } from '../../src/events/asyncapi.js';
import { EVENT_CATALOG, type ParleyEvent } from '../../src/events/catalog.js';
import { toRecord } from '../../src/events/codec.js';
import { withChecksum } from '../../src/events/log/checksums.js';
import { withEventTables } from '../../src/events/events-page.js';
import { rawWebhookIds } from '../../src/events/kernel/ids.js';
import { settingsOf } from '../../src/events/log/kafka/topic-settings.js';
import { topicNames } from '../../src/events/log/kafka/topics.js';
import type { OutgoingRecord } from '../../src/events/log/event-log.js';
import { toRawRecord } from '../../src/events/webhook/raw-webhook.js';
import { channelId, workspaceId } from '../support/events.js';
import { SAMPLES } from './samples.js';

const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');
const document = asyncApiDocument(asyncApiSettings(readConfig({})));

/** As AsyncAPI's own parser understands the text: references resolved, traits applied. */
async function parse(text: string) {
  const { document: parsed, diagnostics } = await new Parser().parse(text);
  return { parsed, diagnostics: diagnostics.filter(({ code }) => code !== 'asyncapi-latest-version') };
}

interface ParsedMessage {
  json(): { payload: JsonSchema; headers: JsonSchema; bindings: { kafka: { key: JsonSchema } } };
}
type JsonSchema = Parameters<typeof z.fromJSONSchema>[0];

/** Without the parser's own notes, which make `not: {}` another schema. */
const noted = (name: string, value: unknown) => (name.startsWith('x-parser-') ? undefined : value);
const plain = (schema: JsonSchema) => JSON.parse(JSON.stringify(schema, noted)) as JsonSchema;

/** What the message of the document has against the record. */
function faultsOf(message: ParsedMessage, { key, headers, value }: OutgoingRecord): string[] {
  const { payload, headers: headerSchema, bindings } = message.json();
  const checks: (readonly [string, JsonSchema, unknown])[] = [
    ['key', bindings.kafka.key, key],
    ['headers', headerSchema, headers],
    ['value', payload, JSON.parse(value.toString('utf8'))],
  ];
  return checks.flatMap(([name, schema, data]) => {
    const judged = z.fromJSONSchema(plain(schema)).safeParse(data);
    return judged.success ? [] : [`${name}: ${z.prettifyError(judged.error)}`];
  });
}

const TRACE = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`, tracestate: 'vendor=1' };

const nameOf = (event: ParleyEvent) => `${event.type}.v${event.version}`;

describe('asyncapi.json', () => {
  it('is what the code says: `npm run emit` writes it', async () => {
    expect(await read('asyncapi.json')).toBe(`${JSON.stringify(document, null, 2)}\n`);
  });

  it("is valid to AsyncAPI's own parser, without as much as a warning", { timeout: 60_000 }, async () => {
    const { parsed, diagnostics } = await parse(await read('asyncapi.json'));
    expect(diagnostics).toEqual([]);
    expect(parsed?.version()).toBe('3.0.0');
    // Or the parser would accept anything.
    const broken = { ...document, channels: { events: { bindings: { kafka: { partitions: 'many' } } } } };
    expect((await parse(JSON.stringify(broken))).diagnostics).not.toEqual([]);
  });

  it('rule 8: describes each type as it is written: key, headers and value', { timeout: 60_000 }, async () => {
    const { parsed } = await parse(JSON.stringify(document));
    const messages = parsed?.channels().get('events')?.messages();
    expect(messages?.all().map((message) => message.id())).toEqual(
      [...EVENT_CATALOG].map(([type, { version }]) => `${type}.v${version}`),
    );
    for (const event of SAMPLES) {
      const message = messages?.get(nameOf(event));
      if (message === undefined) throw new Error(`It has no ${nameOf(event)}.`);
      const record = withChecksum('events', toRecord({ ...event, trace: TRACE }, '0123456789abcdef'));
      const untraced = withChecksum('events', toRecord(event, '0123456789abcdef'));
      expect(faultsOf(message, untraced), 'untraced').toEqual([]);
      expect(faultsOf(message, record), nameOf(event)).toEqual([]);
      expect(Object.keys(record.headers).sort()).toEqual(headerNames('eventHeaders'));
      // And no other's: a key of another kind, another type's headers, a value without its data.
      const { data: _data, ...dataless } = JSON.parse(record.value.toString('utf8')) as Record<string, unknown>;
      const wrong = { key: 'msg_1', headers: { ...record.headers, ce_type: 'message.other' } };
      expect(faultsOf(message, { ...wrong, value: Buffer.from(JSON.stringify(dataless)) })).toHaveLength(3);
    }
  });

  it('describes raw webhooks as they are written', () => {
    const record = withChecksum(
      'webhooks',
      toRawRecord({
        ...{ id: rawWebhookIds.fromUuid('00000009-0000-7000-8000-000000000001'), provider: 'SANDBOX' },
        ...{ workspaceId: workspaceId(), channelId: channelId(), receivedAt: new Date(0) },
        request: { url: 'http://127.0.0.1/webhooks', headers: {}, body: Buffer.from('{}') },
        trace: TRACE,
      }),
    );
    expect(Object.keys(record.headers).sort()).toEqual(headerNames('rawWebhookHeaders'));
    expect(z.fromJSONSchema(componentSchemas()['rawWebhookHeaders'] ?? {}).safeParse(record.headers).success).toBe(
      true,
    );
  });

  it('names the topics and what they are made with, as this instance is configured', () => {
    const settings = { topicPrefix: 'acme', partitions: 7, webhookRetentionDays: 3 };
    const { channels } = asyncApiDocument(settings) as { channels: Record<'events' | 'webhooks', Channel> };
    for (const topic of ['events', 'webhooks'] as const) {
      const { address, parameters, bindings } = channels[topic];
      expect(address.replace('{topicPrefix}', parameters.topicPrefix.default)).toBe(topicNames('acme')[topic]);
      expect(bindings.kafka.partitions).toBe(7);
      const made = Object.entries(bindings.kafka.topicConfiguration).map(([name, value]) => [name, String(value)]);
      expect(Object.fromEntries(made)).toEqual(settingsOf(topic, { ...settings, minIsr: undefined }));
    }
  });
});

interface Channel {
  readonly address: string;
  readonly parameters: { readonly topicPrefix: { readonly default: string } };
  readonly bindings: {
    readonly kafka: { readonly partitions: number; readonly topicConfiguration: Readonly<Record<string, unknown>> };
  };
}

const componentSchemas = () =>
  (document as { components: { schemas: Record<string, Exclude<JsonSchema, boolean>> } }).components.schemas;
const headerNames = (schema: string) => Object.keys(componentSchemas()[schema]?.properties ?? {}).sort();

describe('docs/events.md', () => {
  it('has the tables of the code: `npm run emit` writes them', async () => {
    const page = await read('docs/events.md');
    expect(withEventTables(page)).toBe(page);
    for (const type of EVENT_CATALOG.keys()) expect(page).toContain(`### \`${type}\`\n`);
  });

  it('shows a record as it is written', async () => {
    const [, shown = ''] = /```json\n([^`]+)```/.exec(await read('docs/events.md')) ?? [];
    const golden = JSON.parse(await read('test/events/golden/message.delivered.v1.json')) as { value: unknown };
    expect(JSON.parse(shown)).toEqual(golden.value);
  });

  it('refuses a page without the marks, so that nothing is emitted into nowhere', () => {
    expect(() => withEventTables('# Events\n')).toThrow('marks');
  });
});
