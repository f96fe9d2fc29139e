import type { Client } from 'graphql-ws';
import type { ApiClient } from '../../support/api-client.js';
import type { Request } from './places.js';

/** What was answered over HTTP, status and all, as text. */
export async function answerTo({ query, variables }: Request, client: ApiClient): Promise<string> {
  return JSON.stringify(await client.ask(query, variables));
}

/**
 * The first thing that each subscription says: what there is since its start, or why it is refused.
 * @throws Error for one that says nothing within 10 s: it was neither refused nor had it anything to tell
 */
export async function firstWords(requests: readonly Request[], { socket }: ApiClient): Promise<string[]> {
  const client = socket();
  try {
    return await Promise.all(requests.map((request) => firstWord(request, client)));
  } finally {
    await client.dispose();
  }
}

const SILENCE_MAX_MS = 10_000;

function firstWord({ query, variables }: Request, client: Client): Promise<string> {
  return new Promise((resolve, reject) => {
    const silence = setTimeout(() => reject(new Error(`It says nothing: ${query}`)), SILENCE_MAX_MS);
    const hear = (said: unknown) => {
      clearTimeout(silence);
      resolve(JSON.stringify(said));
    };
    client.subscribe(
      { query, variables: { ...variables } },
      { next: hear, error: hear, complete: () => hear('the end') },
    );
  });
}

/**
 * Without what differs from one call to the next: the id that was asked for, where the journal ends, and what is left of
 * who asks; what it costs him stays.
 */
export const comparable = (answer: string, id: string): string =>
  answer
    .replaceAll(id, '<id>')
    .replace(/"(cursor|endCursor|startCursor)":"[^"]*"/g, '"$1":"<cursor>"')
    .replace(/("cost":{"requested":\d+),"remaining":\d+,"resetAt":"[^"]*"/g, '$1');
