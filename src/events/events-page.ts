import { EVENT_CATALOG } from './catalog.js';
import { eventJsonSchema, type JsonSchema } from './json-schemas.js';

const BEGIN = '<!-- From here on written by `npm run emit`. -->';
const END = '<!-- Up to here. -->';

/** `docs/events.md` with its tables as the catalog has them; what people wrote around them stays. @throws Error without the marks */
export function withEventTables(page: string): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`The page must have the marks ${BEGIN} and ${END}.`);
  return `${page.slice(0, begin)}${BEGIN}\n\n${eventTables()}\n\n${page.slice(end)}`;
}

function eventTables(): string {
  const events = [...EVENT_CATALOG].map(([type, entry]) => ({ type, ...entry, schema: eventJsonSchema(type, entry) }));
  const [first] = events;
  const contents = events.find(({ type }) => type === 'message.accepted');
  return [
    '## All events',
    table(
      ['Event', 'Key', 'Says'],
      events.map(({ type, keyedBy, data }) => [
        `[\`${type}\`](#${anchorOf(type)})`,
        `\`${keyedBy}\``,
        data.description ?? '',
      ]),
    ),
    '## Fields of every event',
    first === undefined ? '' : fieldTable(envelopeFields(first.schema)),
    ...events.flatMap(({ type, version, keyedBy, data, schema }) => [
      `### \`${type}\``,
      `${data.description ?? ''} Version ${version}, keyed by \`${keyedBy}\`: ` +
        `[schema](../schemas/events/${type}.v${version}.json).`,
      fieldTable(fieldsOf(property(schema, 'data'), 'data.')),
    ]),
    '## What a message says',
    'One of these, told apart by `kind`. A reader keeps a branch for kinds that it does not know.',
    ...kindsOf(contents === undefined ? {} : property(contents.schema, 'data', 'content', 'message')),
  ].join('\n\n');
}

interface Field {
  readonly path: string;
  readonly schema: JsonSchema;
  readonly isRequired: boolean;
}

/** As they are in all events, read from one: what differs by event (its type, the id it is keyed by) is said with it. */
const envelopeFields = (schema: JsonSchema): Field[] =>
  ownFields(schema)
    .filter(({ path }) => path !== 'data')
    .map(({ path, schema: { const: _its, ...field }, isRequired }) => ({
      ...{ path, schema: field },
      isRequired: isRequired && path !== 'conversationId',
    }));

/** The fields of an object and of those within it, with their paths. */
function fieldsOf(schema: JsonSchema, prefix: string): Field[] {
  return ownFields(schema).flatMap(({ path, schema: field, isRequired }): Field[] => {
    // Said once, in the text above the tables.
    if (path === 'sealed' || 'not' in field) return [];
    if ('properties' in field) return fieldsOf(field, `${prefix}${path}.`);
    return [{ path: `${prefix}${path}`, schema: field, isRequired }];
  });
}

function presenceOf({ path, isRequired }: Field): string {
  if (!isRequired) return 'optional';
  return path.startsWith('data.content.') ? 'with content' : 'always';
}

function ownFields(schema: JsonSchema): Field[] {
  const required = (schema['required'] ?? []) as readonly string[];
  const properties = (schema['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>;
  return Object.entries(properties).map(([path, field]) => ({
    path,
    schema: field,
    isRequired: required.includes(path),
  }));
}

const property = (schema: JsonSchema, ...path: readonly string[]): JsonSchema =>
  path.reduce((inner, name) => ownFields(inner).find((field) => field.path === name)?.schema ?? {}, schema);

function kindsOf(schema: JsonSchema): string[] {
  const kinds = (schema['oneOf'] ?? []) as readonly JsonSchema[];
  return kinds.flatMap((kind) => [
    `### Content \`${String(property(kind, 'kind')['const'])}\``,
    textOf(kind, 'description'),
    fieldTable(ownFields(kind).filter(({ path }) => path !== 'kind')),
  ]);
}

const fieldTable = (fields: readonly Field[]): string =>
  fields.length === 0
    ? 'It has no data of its own.'
    : table(
        ['Field', 'Type', 'Present', 'Meaning'],
        fields.map((field) => [
          `\`${field.path}\``,
          typeOf(field.schema),
          presenceOf(field),
          textOf(field.schema, 'description'),
        ]),
      );

/** A schema's type in words. */
function typeOf(schema: JsonSchema): string {
  if ('const' in schema) return `\`${JSON.stringify(schema['const'])}\``;
  if (Array.isArray(schema['enum'])) return schema['enum'].map((value) => `\`${String(value)}\``).join(', ');
  if (Array.isArray(schema['anyOf'])) return (schema['anyOf'] as JsonSchema[]).map(typeOf).join(' or ');
  if (Array.isArray(schema['oneOf'])) return variantsOf(schema['oneOf'] as JsonSchema[]);
  if (schema['type'] === 'array') return `array of ${typeOf(schema['items'] as JsonSchema)}`;
  if (schema['format'] === 'date-time') return 'time';
  const prefix = /^\^([a-z]+)_/.exec(textOf(schema, 'pattern'))?.[1];
  return prefix === undefined ? objectOrType(schema) : `id \`${prefix}_…\``;
}

/** Content is told apart by `kind`, further down; what else has variants is told apart by `type`. */
function variantsOf(variants: readonly JsonSchema[]): string {
  if (variants.some((variant) => 'const' in property(variant, 'kind'))) return '[content](#what-a-message-says)';
  const types = variants.map((variant) => `\`${String(property(variant, 'type')['const'])}\``);
  return `data of ${types.join(', ')}, with \`type\``;
}

/** An object within an array is told by the names of its fields. */
const objectOrType = (schema: JsonSchema): string =>
  'properties' in schema
    ? `{ ${ownFields(schema)
        .map(({ path, isRequired }) => `\`${path}${isRequired ? '' : '?'}\``)
        .join(', ')} }`
    : [schema['type']].flat().join(' or ');

function textOf(schema: JsonSchema, keyword: string): string {
  const text = schema[keyword];
  return typeof text === 'string' ? text : '';
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(escapeCell).join(' | ')} |`).join('\n');

const escapeCell = (text: string): string => text.replaceAll('|', '\\|');

/** As GitHub makes a heading's anchor. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^a-z0-9_ -]/g, '')
    .replaceAll(' ', '-');
