import { EVENT_CATALOG, type KeyField } from './catalog.js';
import { eventJsonSchema, type JsonSchema } from './json-schemas.js';

/** Of the bindings' description: https://github.com/asyncapi/bindings/blob/master/kafka/README.md */
export const KAFKA_BINDING_VERSION = '0.5.0';

/** A Message Object of AsyncAPI. */
export type AsyncApiMessage = Readonly<Record<string, unknown>>;

export interface EventMessage {
  readonly message: AsyncApiMessage;
  /** The schema of the record's value. */
  readonly value: JsonSchema;
}

/** Each event's message and the schema of its value, by name, e.g. `message.accepted.v1`, in the catalog's order. */
export function eventMessages(): ReadonlyMap<string, EventMessage> {
  return new Map(
    [...EVENT_CATALOG].map(([type, entry]) => {
      const name = `${type}.v${entry.version}`;
      // AsyncAPI has one dialect for the whole document, and no ids within it.
      const { $schema: _dialect, $id: _id, ...value } = eventJsonSchema(type, entry);
      const message = {
        name: type,
        title: `${type}, version ${entry.version}`,
        summary: entry.data.description,
        tags: [{ name: type.slice(0, type.indexOf('.')) }],
        traits: [{ $ref: '#/components/messageTraits/event' }],
        headers: headersOf(type, entry.version),
        payload: { $ref: `#/components/schemas/${name}` },
        bindings: { kafka: { key: keySchema(value, entry.keyedBy), bindingVersion: KAFKA_BINDING_VERSION } },
      };
      return [name, { message, value }];
    }),
  );
}

const headersOf = (type: string, version: number): JsonSchema => ({
  allOf: [
    { $ref: '#/components/schemas/eventHeaders' },
    { type: 'object', properties: { ce_type: { const: type }, ce_dataversion: { const: String(version) } } },
  ],
});

function keySchema(value: JsonSchema, keyedBy: KeyField): JsonSchema {
  const { [keyedBy]: field } = value['properties'] as Record<string, JsonSchema>;
  return { ...field, description: `\`${keyedBy}\` of the value, in UTF-8.` };
}

/** The message of the webhooks topic. */
export const rawWebhookMessage: AsyncApiMessage = {
  name: 'webhook',
  title: 'Raw webhook',
  summary: "A provider's webhook: the value is the body of its request, byte for byte.",
  contentType: 'application/octet-stream',
  headers: { $ref: '#/components/schemas/rawWebhookHeaders' },
  payload: {
    type: 'string',
    format: 'binary',
    description: 'What it is, the `content-type` in `parley-http-headers` says. Null (a tombstone): it was erased.',
  },
  bindings: {
    kafka: {
      key: {
        type: 'string',
        pattern: '^raw_[0-7][0-9a-hjkmnp-tv-z]{25}$',
        description: "The raw webhook's id, which events name as their `causationId`. The channel picks the partition.",
      },
      bindingVersion: KAFKA_BINDING_VERSION,
    },
  },
};
