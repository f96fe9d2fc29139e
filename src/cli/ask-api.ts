import { z } from 'zod';
import { SourceAwayError, SourceRefusedError, type EventSource } from './event-source.js';

const ANSWER_WITHIN_MS = 15_000;

const answer = z.object({
  data: z.unknown(),
  errors: z.array(z.object({ message: z.string() })).optional(),
});

/**
 * One GraphQL operation of a running Parley; its data.
 * @throws SourceAwayError nobody answers there; SourceRefusedError the API says no
 */
export async function askApi<Data>(
  { url, key }: EventSource,
  query: string,
  variables: Readonly<Record<string, unknown>>,
  shape: z.ZodType<Data>,
): Promise<Data> {
  const read = answer.safeParse(await jsonOf(url, key, JSON.stringify({ query, variables })));
  const refused = read.data?.errors?.[0];
  if (refused !== undefined) throw new SourceRefusedError(refused.message);
  const data = shape.safeParse(read.data?.data);
  if (!data.success) throw new SourceAwayError(`What answers at ${url} is no API of Parley, or of another version.`);
  return data.data;
}

async function jsonOf(url: string, key: string, body: string): Promise<unknown> {
  try {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body,
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    return await response.json();
  } catch {
    throw new SourceAwayError(`Nobody answers at ${url}. Start Parley, or name it by --url.`);
  }
}
