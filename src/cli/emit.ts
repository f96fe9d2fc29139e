import { mkdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { eventJsonSchemas } from '../events/json-schemas.js';
import { buildParleySchema } from '../schema/build-schema.js';

// Writes what is emitted from the code and committed: `npm run emit`. Tests compare the committed files with the code.
const root = new URL('../../', import.meta.url);
const eventSchemas = new URL('schemas/events/', root);

await writeFile(new URL('schema.graphql', root), `${printSchema(lexicographicSortSchema(buildParleySchema()))}\n`);
// Made anew: the schema of a type that is no more must not stay behind.
await rm(eventSchemas, { recursive: true, force: true });
await mkdir(eventSchemas, { recursive: true });
for (const [name, schema] of eventJsonSchemas()) {
  await writeFile(new URL(name, eventSchemas), `${JSON.stringify(schema, null, 2)}\n`);
}
process.stdout.write(`Wrote schema.graphql and the event schemas under ${fileURLToPath(root)}\n`);
