import { traceHeaders, traceOf } from '../events/kernel/trace-context.js';
import type { ConsumerOptions, EventLog, LogRecord, OutgoingRecord, RecordBatch } from '../events/log/event-log.js';
import { isPassing } from '../events/log/passing-group.js';
import type { Span, SpanAttributes, Tracer } from '../tracing.js';

/**
 * The same log; records that carry a trace are appended, and taken by workers, in spans of it. A worker is handed each of them with
 * its own span in place of the one that it came from: what it leaves behind then stands under what it did.
 */
export function tracedLog(log: EventLog, tracer: Tracer): EventLog {
  if (!tracer.isOn) return log;
  return {
    ...log,
    append(topic, record, options) {
      const parent = traceOf(record.headers);
      // Handed over in this very turn: who calls one after another keeps his order.
      const appending = log.append(topic, record, options);
      if (parent === undefined) return appending;
      const attributes = attributesOf('send', topic, record);
      const span = tracer.start({ name: `append ${topic}`, kind: 'producer', parent, attributes });
      endWith(appending, span, ({ partition, offset }) => ({
        'messaging.destination.partition.id': String(partition),
        'parley.offset': String(offset),
      }));
      return appending;
    },
    consume: (options) => log.consume(isPassing(options.group) ? options : traced(options, tracer)),
  };
}

function traced(options: ConsumerOptions, tracer: Tracer): ConsumerOptions {
  return {
    ...options,
    handle(batch) {
      const spans = batch.records.map((record) => startSpan(options, record, tracer));
      if (spans.every((span) => span === undefined)) return options.handle(batch);
      const records = batch.records.map((record, index) => under(spans[index], record));
      const handling = options.handle({ ...batch, records } satisfies RecordBatch);
      for (const span of spans) if (span !== undefined) endWith(handling, span);
      return handling;
    },
  };
}

function startSpan({ topic, group }: ConsumerOptions, record: LogRecord, tracer: Tracer): Span | undefined {
  const parent = traceOf(record.headers);
  if (parent === undefined) return undefined;
  const attributes = {
    ...attributesOf('process', topic, record),
    'messaging.consumer.group.name': group,
    'messaging.destination.partition.id': String(record.partition),
    'parley.offset': String(record.offset),
  };
  return tracer.start({ name: `${group} ${topic}`, kind: 'consumer', parent, attributes });
}

function under(span: Span | undefined, record: LogRecord): LogRecord {
  if (span?.context === undefined) return record;
  return { ...record, headers: { ...record.headers, ...traceHeaders(span.context) } };
}

function endWith<Result>(work: Promise<Result>, span: Span, note?: (result: Result) => SpanAttributes): void {
  work.then(
    (result) => {
      if (note !== undefined) span.note(note(result));
      span.end();
    },
    () => {
      span.fail();
      span.end();
    },
  );
}

/** An event's type and id; of a raw webhook the id alone. Keys are ids, and the value is nobody's business. */
const attributesOf = (
  operation: 'send' | 'process',
  topic: string,
  { headers, key }: OutgoingRecord | LogRecord,
): SpanAttributes => ({
  'messaging.operation.name': operation,
  'messaging.operation.type': operation,
  'messaging.destination.name': topic,
  'messaging.message.id': headers['ce_id'] ?? key ?? undefined,
  'parley.event.type': headers['ce_type'],
});
