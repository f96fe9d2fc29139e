import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { EVENT_CATALOG } from '../../src/events/catalog.js';
import { keyOf, parseRecord, toRecord } from '../../src/events/codec.js';
import type { LogRecord, OutgoingRecord } from '../../src/events/log/event-log.js';
import { SAMPLES } from './samples.js';

/**
 * One record of each type as version 1 writes it. Stored events are never rewritten, so every version ever released must
 * be readable for good; until the first release these files may be cut anew, with a line in the changelog.
 */
const golden = new URL('./golden/', import.meta.url);
const FINGERPRINT = '0123456789abcdef';

interface GoldenRecord {
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: unknown;
}

const asGolden = ({ key, headers, value }: OutgoingRecord): GoldenRecord => ({
  key,
  headers,
  value: JSON.parse(value.toString('utf8')) as unknown,
});

const asRecord = ({ key, headers, value }: GoldenRecord): LogRecord => ({
  ...{ partition: 0, offset: 0n, key, headers },
  value: Buffer.from(JSON.stringify(value)),
});

describe('golden records', () => {
  it('stand for every type', async () => {
    expect((await readdir(golden)).sort()).toEqual([...EVENT_CATALOG.keys()].map((type) => `${type}.v1.json`).sort());
    expect(SAMPLES.map(({ type }) => type).sort()).toEqual([...EVENT_CATALOG.keys()].sort());
  });

  it.each(SAMPLES.map((sample) => [sample.type, sample] as const))('%s', async (type, sample) => {
    const text = await readFile(new URL(`${type}.v1.json`, golden), 'utf8');
    const stored = JSON.parse(text) as GoldenRecord;
    expect(asGolden(toRecord(sample, FINGERPRINT))).toEqual(stored);
    const parsed = parseRecord(asRecord(stored));
    expect(parsed).toEqual({ kind: 'event', event: expect.objectContaining(sample) as unknown });
    expect(stored.key, 'rule 8').toBe(keyOf(sample));
  });
});
