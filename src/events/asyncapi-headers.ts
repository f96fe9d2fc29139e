import type { JsonSchema } from './json-schemas.js';

const text = (description: string, more: JsonSchema = {}): JsonSchema => ({ type: 'string', ...more, description });

/** What may stand in every record's headers: W3C Trace Context by the names that OpenTelemetry's Kafka instrumentations look for. */
const MORE = {
  'parley-checksum': text('CRC-32 that tells whether the record is still what was written, in hexadecimal.', {
    pattern: '^[0-9a-f]{8}$',
  }),
  traceparent: text('Where in a trace it came about (W3C Trace Context); only where the operator asked for traces.'),
  tracestate: text('What belongs to `traceparent`, if there is any.'),
};

const objectOf = (properties: Readonly<Record<string, JsonSchema>>, description: string): JsonSchema => ({
  type: 'object',
  description,
  properties: { ...properties, ...MORE },
  required: Object.keys(properties),
});

/** Of CloudEvents' Kafka binding, binary mode: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md */
export const eventHeaders = objectOf(
  {
    ce_specversion: text('The version of CloudEvents.', { const: '1.0' }),
    ce_id: text('`id` of the value. The same event written again has the same one.'),
    ce_type: text('`type` of the value.'),
    ce_source: text('`source` of the value.'),
    ce_subject: text('`subject` of the value.'),
    ce_time: text('`occurredAt` of the value.', { format: 'date-time' }),
    ce_dataversion: text('`version` of the value, in digits.'),
    ce_idfingerprint: text('Tells which instance made the ids in it: all events of one log have the same one.'),
    'content-type': text('Of the value.', { const: 'application/json' }),
  },
  "CloudEvents 1.0, binary mode. Whoever can't read headers finds them again in the value.",
);

/** What ingress knew of a webhook; the value is the request's body alone. */
export const rawWebhookHeaders = objectOf(
  {
    'parley-channel-id': text('The channel it came in for; picks the partition.'),
    'parley-workspace-id': text('Whose channel that is.'),
    'parley-provider': text('Who sent it.'),
    'parley-received-at': text('When it came; RFC 3339, UTC.', { format: 'date-time' }),
    'parley-verdict': text('What its signature proved; nothing else is stored.', { const: 'authentic' }),
    'parley-url': text('The address that was called, as the provider signs it.'),
    'parley-http-headers': text('The headers of the request as a JSON object, names in lower case, without secrets.'),
  },
  'What Parley knew of the request.',
);
