import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { withAccessTables } from '../access/access-page.js';
import { readConfig } from '../config.js';
import { asyncApiDocument, asyncApiSettings } from '../events/asyncapi.js';
import { withEventTables } from '../events/events-page.js';
import { eventJsonSchemas } from '../events/json-schemas.js';
import { providersPage } from '../providers/providers-page.js';
import { createAdapters } from '../roles/providers.js';
import { buildParleySchema } from '../schema/build-schema.js';

// Writes what is emitted from the code and committed: `npm run emit`. Tests compare the committed files with the code.
const root = new URL('../../', import.meta.url);
const eventSchemas = new URL('schemas/events/', root);
const eventsPage = new URL('docs/events.md', root);
const accessPage = new URL('docs/access.md', root);
const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

await writeFile(new URL('schema.graphql', root), `${printSchema(lexicographicSortSchema(buildParleySchema()))}\n`);
// Made anew: the schema of a type that is no more must not stay behind.
await rm(eventSchemas, { recursive: true, force: true });
await mkdir(eventSchemas, { recursive: true });
for (const [name, schema] of eventJsonSchemas()) await writeFile(new URL(name, eventSchemas), json(schema));
// As it is with nothing configured.
await writeFile(new URL('asyncapi.json', root), json(asyncApiDocument(asyncApiSettings(readConfig({})))));
await writeFile(eventsPage, withEventTables(await readFile(eventsPage, 'utf8')));
await writeFile(accessPage, withAccessTables(await readFile(accessPage, 'utf8')));
await writeFile(new URL('docs/providers/README.md', root), providersPage(createAdapters(() => undefined)));
process.stdout.write(
  `Wrote schema.graphql, asyncapi.json, docs/events.md, docs/access.md, docs/providers/README.md and the event schemas under ${fileURLToPath(root)}\n`,
);
