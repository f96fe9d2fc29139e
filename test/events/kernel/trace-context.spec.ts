import { describe, expect, it } from 'vitest';
import { parseRecord, toRecord } from '../../../src/events/codec.js';
import { traceHeaders, traceOf } from '../../../src/events/kernel/trace-context.js';
import { acceptedData, event } from '../../support/events.js';

const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;

describe('a trace context in headers', () => {
  it.each([
    ['none', {}],
    ['no text', { traceparent: 5 }],
    ['another version', { traceparent: traceparent.replace(/^00/, '01') }],
    ['no trace', { traceparent: traceparent.replaceAll('a', '0') }],
    ['no span', { traceparent: traceparent.replaceAll('b', '0') }],
    ['capitals', { traceparent: traceparent.toUpperCase() }],
    ['a line more', { traceparent: `${traceparent}\n` }],
  ])('is none where it says nothing that can be relied on: %s', (_what, headers) => {
    expect(traceOf(headers)).toBeUndefined();
  });

  it('comes back as it was written', () => {
    for (const context of [{ traceparent }, { traceparent, tracestate: 'vendor=1' }])
      expect(traceOf(traceHeaders(context))).toEqual(context);
  });

  it('leaves out a state that is too long or not printable, and keeps the rest', () => {
    for (const tracestate of ['x'.repeat(513), 'a=\u0000', ''])
      expect(traceOf({ traceparent, tracestate })).toEqual({ traceparent });
  });
});

it('stands in the headers of an event and changes no byte of its value', () => {
  const plain = event({ type: 'message.accepted', n: 1, data: acceptedData() });
  const without = toRecord(plain, 'f');
  const record = toRecord({ ...plain, trace: { traceparent } }, 'f');
  expect(record.value.equals(without.value)).toBe(true);
  expect(record.headers).toEqual({ ...without.headers, traceparent });
  const read = parseRecord({ ...record, partition: 0, offset: 0n });
  expect(read.kind === 'event' && read.event.trace).toEqual({ traceparent });
  expect(read.kind === 'event' && toRecord(read.event, 'f')).toEqual(record);
});
