const isDefined = (value: unknown): boolean => value !== undefined;

/** The value with all keys sorted, and without what `isKept` refuses; default: only what is undefined goes. */
export function canonical(value: unknown, isKept: (value: unknown) => boolean = isDefined): unknown {
  if (Array.isArray(value)) return value.map((inner) => canonical(inner, isKept));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(([, inner]) => isKept(inner))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, canonical(inner, isKept)]));
}

/** One text for one value, however its keys were ordered. */
export const canonicalJson = (value: unknown): string => JSON.stringify(canonical(value));
