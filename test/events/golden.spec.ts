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

/** Of every version that a type has had, oldest first. */
const versionsOf = (type: string): readonly number[] =>
  Array.from({ length: EVENT_CATALOG.get(type)?.version ?? 0 }, (_, index) => index + 1);

const read = async (type: string, version: number): Promise<GoldenRecord> =>
  JSON.parse(await readFile(new URL(`${type}.v${version}.json`, golden), 'utf8')) as GoldenRecord;

describe('golden records', () => {
  it('stand for every version of every type', async () => {
    const wanted = [...EVENT_CATALOG.keys()].flatMap((type) => versionsOf(type).map((n) => `${type}.v${n}.json`));
    expect((await readdir(golden)).sort()).toEqual(wanted.sort());
    expect(SAMPLES.map(({ type }) => type).sort()).toEqual([...EVENT_CATALOG.keys()].sort());
  });

  it.each(SAMPLES.map((sample) => [sample.type, sample] as const))('%s', async (type, sample) => {
    const stored = await read(type, versionsOf(type).length);
    expect(asGolden(toRecord(sample, FINGERPRINT))).toEqual(stored);
    const parsed = parseRecord(asRecord(stored));
    expect(parsed).toEqual({ kind: 'event', event: expect.objectContaining(sample) as unknown });
    expect(stored.key, 'rule 8').toBe(keyOf(sample));
  });

  it.each([...EVENT_CATALOG.keys()])('%s of every version is read as of the last one (F16)', async (type) => {
    for (const version of versionsOf(type)) {
      const parsed = parseRecord(asRecord(await read(type, version)));
      expect(parsed).toMatchObject({ kind: 'event', event: { type, version: versionsOf(type).length } });
    }
  });
});
