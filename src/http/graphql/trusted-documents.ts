import { readFileSync } from 'node:fs';
import { GraphQLError } from 'graphql';
import { z } from 'zod';

/** What a request names its document by, as clients have it; of whatever type it came. */
export interface NamedDocument {
  readonly query?: unknown;
  readonly documentId?: unknown;
  readonly extensions?: unknown;
}

/** The documents that are answered where an operator has listed them; all others aren't even parsed. */
export interface TrustedDocuments {
  /** The text of what is asked, by its id or by itself. @throws GraphQLError DOCUMENT_NOT_TRUSTED */
  require(asked: NamedDocument): string;
}

export class ManifestError extends Error {
  override readonly name = 'ManifestError';
}

const DOCUMENTS_MAX = 100_000;
const manifest = z
  .record(z.string().min(1).max(200), z.string().min(1))
  .refine((documents) => Object.keys(documents).length <= DOCUMENTS_MAX, `at most ${DOCUMENTS_MAX} documents`);

/** `{ id: document }`. @throws ManifestError, which repeats nothing of the file */
export function readTrustedDocuments(path: string): TrustedDocuments {
  try {
    return createTrustedDocuments(manifest.parse(JSON.parse(readFileSync(path, 'utf8'))));
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'it is no JSON object of texts by id';
    throw new ManifestError(`PARLEY_TRUSTED_DOCUMENTS can't be read: ${why}.`);
  }
}

export function createTrustedDocuments(documents: Readonly<Record<string, string>>): TrustedDocuments {
  const byId = new Map(Object.entries(documents));
  const texts = new Set(byId.values());
  return {
    require(asked) {
      const id = idOf(asked);
      if (id !== undefined) return byId.get(id) ?? raiseUntrusted();
      return typeof asked.query === 'string' && texts.has(asked.query) ? asked.query : raiseUntrusted();
    },
  };
}

/** `documentId` of GraphQL's persisted documents, with or without `sha256:`, or the extension that Apollo's clients send. */
function idOf({ documentId, extensions }: NamedDocument): string | undefined {
  if (typeof documentId === 'string') return documentId.replace(/^sha256:/, '');
  return persisted.safeParse(extensions).data?.persistedQuery.sha256Hash;
}

const persisted = z.object({ persistedQuery: z.object({ sha256Hash: z.string() }) });

function raiseUntrusted(): never {
  throw new GraphQLError('This server answers only the documents that its operator has listed (trusted documents).', {
    extensions: { code: 'DOCUMENT_NOT_TRUSTED', http: { status: 400 } },
  });
}
