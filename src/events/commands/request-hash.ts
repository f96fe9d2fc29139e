import type { SendMessage } from './commands.js';

/**
 * One text for one request, however it was spelled: keys sorted, null and absent the same. Metadata are the caller's
 * own JSON, where null means something. The key itself isn't part of it.
 */
export function canonicalRequest(input: SendMessage): string {
  const { metadata } = input;
  const request = { ...input, author: input.author ?? 'AGENT', idempotencyKey: undefined, metadata: undefined };
  return JSON.stringify([canonical(request, isGiven), metadata === undefined ? null : canonical(metadata, isDefined)]);
}

const isDefined = (value: unknown): boolean => value !== undefined;
const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

function canonical(value: unknown, isKept: (value: unknown) => boolean): unknown {
  if (Array.isArray(value)) return value.map((inner) => canonical(inner, isKept));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(([, inner]) => isKept(inner))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, canonical(inner, isKept)]));
}
