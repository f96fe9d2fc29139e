/** Null and absent mean the same in every input, in each part of it. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  return typeof value === 'object' && value !== null ? fieldsWithoutNulls(value) : value;
}

export function fieldsWithoutNulls(value: object): Readonly<Record<string, unknown>> {
  const entries = Object.entries(value).filter(([, inner]) => inner !== null && inner !== undefined);
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutNulls(inner)]));
}
