import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { catalogEntry, EVENT_CATALOG, type EventCatalog } from '../../src/events/catalog.js';
import { parseRecord, toRecord, type ParsedRecord } from '../../src/events/codec.js';
import type { LogRecord } from '../../src/events/log/event-log.js';
import { evolveMessage } from '../../src/events/message/evolve.js';
import { sealable } from '../../src/events/sealing.js';
import type { Upcast } from '../../src/events/upcast.js';

// F16: what any version wrote is read by today's, and what a newer one wrote isn't taken for what it is not. No type has a
// second version yet, so these tests give one to `message.delivered`.

const TYPE = 'message.delivered';
const facts = { attempt: z.int().min(1), part: z.int().min(0), providerMessageId: z.string().optional() };

/** Version 2 says on which device; 3 calls it otherwise. */
const withDevice: Upcast = (data) => ({ ...data, device: 'unknown' });
const withScreen: Upcast = ({ device, ...data }) => ({ ...data, screen: { kind: device } });

const catalogOf = (data: z.ZodType, upcasts: readonly Upcast[]): EventCatalog =>
  new Map([...EVENT_CATALOG, [TYPE, catalogEntry('conversationId', data, upcasts)]]);
const second = catalogOf(sealable('2', { ...facts, device: z.string() }), [withDevice]);
const third = catalogOf(sealable('3', { ...facts, screen: z.object({ kind: z.string() }) }), [withDevice, withScreen]);

async function goldenRecord(change: (value: Stored) => object = (value) => value): Promise<LogRecord> {
  const text = await readFile(new URL(`./golden/${TYPE}.v1.json`, import.meta.url), 'utf8');
  const { key, headers, value } = JSON.parse(text) as Golden;
  return { partition: 0, offset: 7n, key, headers, value: Buffer.from(JSON.stringify(change(value))) };
}

type Stored = Readonly<Record<string, unknown>> & { readonly data: object };
interface Golden extends Pick<LogRecord, 'key' | 'headers'> {
  readonly value: Stored;
}

const dataOf = (parsed: ParsedRecord) => (parsed.kind === 'event' ? parsed.event.data : parsed);

describe('versions of events', () => {
  it('brings version 1 up to 2, and to 3 by way of 2', async () => {
    const stored = await goldenRecord();
    expect(parseRecord(stored, second)).toMatchObject({ kind: 'event', event: { version: 2 } });
    expect(dataOf(parseRecord(stored, second))).toMatchObject({ attempt: 1, part: 0, device: 'unknown' });
    expect(parseRecord(stored, third)).toMatchObject({ kind: 'event', event: { version: 3 } });
    expect(dataOf(parseRecord(stored, third))).toMatchObject({ attempt: 1, part: 0, screen: { kind: 'unknown' } });
  });

  it('goes on from the version that wrote it: nothing is brought up twice', async () => {
    const stored = await goldenRecord((value) => ({ ...value, version: 2, data: { ...value.data, device: 'watch' } }));
    expect(dataOf(parseRecord(stored, second))).toMatchObject({ device: 'watch' });
    expect(dataOf(parseRecord(stored, third))).toMatchObject({ screen: { kind: 'watch' } });
  });

  it('folds what was stored as version 1', async () => {
    const parsed = parseRecord(await goldenRecord(), third);
    if (parsed.kind !== 'event' || parsed.event.type !== TYPE) throw new Error(parsed.kind);
    const folded = evolveMessage(undefined, { event: parsed.event, position: { partition: 0, offset: 7n } });
    expect(folded.status).toBe('DELIVERED');
  });

  it('takes a newer version than its own for unknown, and keeps the whole of it', async () => {
    const stored = await goldenRecord((value) => ({ ...value, version: 2, data: { screen: { kind: 'watch' } } }));
    expect(parseRecord(stored)).toMatchObject({ kind: 'unknown', event: { data: { screen: { kind: 'watch' } } } });
    expect(parseRecord({ ...stored, key: 'whatever a newer one is keyed by' })).toMatchObject({ kind: 'unknown' });
  });

  it('keeps the fields of a newer build of the same version, around the data and in it', async () => {
    const stored = await goldenRecord((value) => ({ ...value, traceId: 't-1', data: { ...value.data, device: 'w' } }));
    const parsed = parseRecord(stored);
    expect(parsed).toMatchObject({ kind: 'event', event: { traceId: 't-1', data: { device: 'w' } } });
    if (parsed.kind !== 'event') throw new Error(parsed.kind);
    expect(JSON.parse(toRecord(parsed.event, 'f').value.toString())).toMatchObject({
      ...{ traceId: 't-1', data: { device: 'w' } },
    });
  });

  it('says which version could not be brought up, and nothing of what stood in it', async () => {
    const throwing = catalogOf(sealable('2', facts), [
      () => JSON.parse('{"secret"') as object as Record<string, unknown>,
    ]);
    const parsed = parseRecord(await goldenRecord(), throwing);
    expect(parsed).toMatchObject({ kind: 'broken', reason: 'its version 1 could not be brought up to 2' });
    const forgetful = catalogOf(sealable('2', { ...facts, device: z.string() }), [(data) => data]);
    expect(parseRecord(await goldenRecord(), forgetful)).toMatchObject({ kind: 'broken', event: { version: 1 } });
  });
});
