import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { EVENT_CATALOG } from '../../src/events/catalog.js';
import { eventJsonSchemas } from '../../src/events/json-schemas.js';

const committed = new URL('../../schemas/events/', import.meta.url);

/** Keywords that mean the same in draft 07 and in 2020-12; analysts' tools still speak the older one. */
const SAFE_KEYWORDS = new Set([
  ...['$schema', '$id', 'title', 'description', 'type', 'properties', 'required', 'additionalProperties'],
  ...['items', 'oneOf', 'anyOf', 'not', 'enum', 'const', 'pattern', 'format', 'default', 'propertyNames'],
  ...['minimum', 'minItems', 'maximum', 'minLength', 'maxLength'],
]);

function keywordsOf(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap(keywordsOf);
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([keyword, value]) => {
    if (['const', 'enum', 'default', 'required'].includes(keyword)) return [keyword];
    return [
      keyword,
      ...(keyword === 'properties' ? Object.values(value as object).flatMap(keywordsOf) : keywordsOf(value)),
    ];
  });
}

/** Where a schema, or a field anywhere in it, says nothing about itself. */
function undescribed(schema: unknown, path: string): string[] {
  const { description, properties = {}, ...rest } = schema as Record<string, unknown> & { properties?: object };
  const inner = [rest['items'], ...(Array.isArray(rest['oneOf']) ? rest['oneOf'] : [])].filter(Boolean);
  return [
    ...(typeof description === 'string' && description.length > 0 ? [] : [path]),
    ...Object.entries(properties).flatMap(([name, field]) =>
      // A kind is its own description.
      name === 'kind' && 'const' in field ? [] : undescribed(field, `${path}.${name}`),
    ),
    ...inner.flatMap((one) => undescribed({ description: path, ...(one as object) }, `${path}[]`)),
  ];
}

describe('the committed JSON Schemas', () => {
  it('are those of the code, one for each type: `npm run emit` writes them', async () => {
    const schemas = eventJsonSchemas();
    expect((await readdir(committed)).sort()).toEqual([...schemas.keys()]);
    for (const [name, schema] of schemas)
      expect(await readFile(new URL(name, committed), 'utf8'), name).toBe(`${JSON.stringify(schema, null, 2)}\n`);
    expect(schemas.size).toBe(EVENT_CATALOG.size);
  });

  it('keep to keywords that draft 07 knows too', () => {
    const used = new Set([...eventJsonSchemas().values()].flatMap(keywordsOf));
    expect([...used].filter((keyword) => !SAFE_KEYWORDS.has(keyword))).toEqual([]);
  });

  it('describe every event and every field', () => {
    for (const [name, schema] of eventJsonSchemas()) expect(undescribed(schema, name)).toEqual([]);
  });

  it('rule 9: keep personal content optional, and let `sealed` stand in its place', () => {
    for (const schema of eventJsonSchemas().values()) {
      const { data } = schema['properties'] as { data: { properties: object; required?: string[] } };
      expect(Object.keys(data.properties)).toEqual(expect.arrayContaining(['content', 'sealed']));
      expect(data.required ?? []).not.toContain('content');
      expect(data.required ?? []).not.toContain('sealed');
    }
  });
});
