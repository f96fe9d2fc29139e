/** Where something stands in a JSON value: the names and places that lead to it. */
export type Path = readonly string[];

/** Where everything stands, the value itself included. */
export function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, one]) => pathsOf(one, [...path, key]))];
}

/** What stands there. */
export const atPath = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((one, key) => (one as Readonly<Record<string, unknown>>)[key], value);

/** The value with something else at one place; a place that isn't there changes nothing. */
export function changedAt(value: unknown, [key, ...rest]: Path, change: (one: unknown) => unknown): unknown {
  if (key === undefined) return change(value);
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return value;
  if (Array.isArray(value))
    return (value as unknown[]).map((one, index) => (index === Number(key) ? changedAt(one, rest, change) : one));
  const object = value as Record<string, unknown>;
  return { ...object, [key]: changedAt(object[key], rest, change) };
}
