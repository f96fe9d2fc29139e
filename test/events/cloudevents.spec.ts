import { readdir, readFile } from 'node:fs/promises';
import { CloudEvent, Kafka } from 'cloudevents';
import { describe, expect, it } from 'vitest';
import { keyOf, parseRecord, toRecord } from '../../src/events/codec.js';
import type { ParleyEvent } from '../../src/events/catalog.js';
import type { OutgoingRecord } from '../../src/events/log/event-log.js';

/**
 * What analysts read with a CloudEvents library must be what we wrote: records are CloudEvents 1.0 in Kafka's binary
 * content mode (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md).
 */
const golden = new URL('./golden/', import.meta.url);
const FINGERPRINT = '0123456789abcdef';

/** The golden events as today's code writes them. */
async function goldenRecords(): Promise<readonly (readonly [string, ParleyEvent, OutgoingRecord])[]> {
  const files = (await readdir(golden)).sort();
  return Promise.all(
    files.map(async (file) => {
      const stored = JSON.parse(await readFile(new URL(file, golden), 'utf8')) as Pick<
        OutgoingRecord,
        'key' | 'headers'
      >;
      const { key, headers } = stored;
      const value = Buffer.from(JSON.stringify((stored as { value?: unknown }).value));
      const parsed = parseRecord({ partition: 0, offset: 0n, key, headers, value });
      if (parsed.kind !== 'event') throw new Error(`${file} is ${parsed.kind}.`);
      return [file, parsed.event, toRecord(parsed.event, FINGERPRINT)] as const;
    }),
  );
}

const records = await goldenRecords();

/** Attributes are strings of Unicode, extensions are named in lower case: the specification's chapters 2.1 and 2.2. */
const ATTRIBUTE = /^ce_[a-z0-9]{1,20}$/;

describe('the CloudEvents binding', () => {
  it('has every type before it', () => {
    expect(records.length).toBeGreaterThan(15);
  });

  it.each(records)('%s is read by the CloudEvents library as what it is', (_, event, record) => {
    const message = { key: record.key, headers: { ...record.headers }, value: record.value, body: record.value };
    expect(Kafka.isEvent(message)).toBe(true);
    const read = Kafka.toEvent(message);
    if (!(read instanceof CloudEvent)) throw new TypeError('It is no single event.');
    expect(read.validate()).toBe(true);
    expect(read).toMatchObject({
      ...{ specversion: '1.0', id: event.id, type: event.type, time: event.occurredAt },
      ...{ datacontenttype: 'application/json', dataversion: String(event.version), idfingerprint: FINGERPRINT },
      partitionkey: keyOf(event),
    });
    const data: unknown = JSON.parse(record.value.toString('utf8'));
    expect(read.data).toEqual(data);
    // Again in the value, for those who look at nothing else.
    const { id, type, source, subject, time } = read;
    expect(data).toMatchObject({ id, type, source, subject, time });
    expect(Object.keys(record.headers).filter((name) => name !== 'content-type')).toSatisfy((names: string[]) =>
      names.every((name) => ATTRIBUTE.test(name)),
    );
  });

  it.each(records)('%s has the headers that the CloudEvents library would write', (_, event, record) => {
    const { source, subject, time, ...rest } = JSON.parse(record.value.toString('utf8')) as Record<string, unknown>;
    const made = new CloudEvent({
      ...{ id: event.id, type: event.type, source: String(source), subject: String(subject), time: String(time) },
      ...{ datacontenttype: 'application/json', dataversion: String(event.version), idfingerprint: FINGERPRINT },
      partitionkey: keyOf(event),
      data: { source, subject, time, ...rest },
    });
    const message = Kafka.binary(made);
    expect(message).toMatchObject({ key: record.key });
    // The library repeats two as attributes: by the binding the first *is* the content-type header, and the second the key.
    const { ce_datacontenttype: again, ce_partitionkey: key, ...headers } = message.headers;
    expect({ again, key }).toEqual({ again: record.headers['content-type'], key: record.key });
    expect(withoutAbsent(headers)).toEqual(record.headers);
  });
});

const withoutAbsent = (headers: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
