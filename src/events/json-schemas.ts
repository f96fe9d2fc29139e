import { z } from 'zod';
import { EVENT_CATALOG, type CatalogEntry } from './catalog.js';
import { envelopeSchema } from './codec.js';

/** A JSON Schema as plain JSON. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * The JSON Schema of each event's record value, by file name, e.g. `message.accepted.v1.json`: 2020-12, in keywords that
 * draft 07 knows too. They describe what is stored, so that fields with a default are optional and unknown ones allowed.
 */
export function eventJsonSchemas(): Map<string, JsonSchema> {
  const named = [...EVENT_CATALOG].map(([type, entry]): [string, JsonSchema] => [
    `${type}.v${entry.version}.json`,
    eventJsonSchema(type, entry),
  ]);
  return new Map(named.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The JSON Schema of one event's record value. */
export function eventJsonSchema(type: string, { version, keyedBy, data }: Omit<CatalogEntry, 'upcasts'>): JsonSchema {
  const value = envelopeSchema.extend({
    type: z.literal(type).describe('What happened.'),
    version: z.literal(version).describe("The version of `data`'s schema."),
    source: z.string().describe('Where it came about: the workspace and its channel, as a URI reference.'),
    subject: z.string().describe('What it is about: the message, else what it is keyed by.'),
    time: z.iso.datetime().describe('`occurredAt` under the name that CloudEvents has for it.'),
    // What happened is said once, at the top.
    data: data.meta({ description: 'What there is to say about it.' }),
  });
  const { $schema, required = [], ...schema } = z.toJSONSchema(value, { io: 'input', target: 'draft-2020-12' });
  return {
    $schema,
    $id: `urn:parley:event:${type}:v${version}`,
    title: type,
    description: `${data.description ?? ''} A record's value in the events topic; its key is \`${keyedBy}\`.`.trim(),
    ...schema,
    required: [...new Set([...required, keyedBy])],
  };
}
