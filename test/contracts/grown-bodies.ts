import { atPath, changedAt, pathsOf, type Path } from './json-paths.js';

export interface Grown {
  /** What was grown. */
  readonly name: string;
  readonly small: Buffer;
  readonly large: Buffer;
}

/**
 * Webhooks that say more of something, each once of about so many bytes and once as many times that: all their texts; and
 * the lists that stand side by side, for what is looked up in one of them for each entry of the other would take the
 * square of the time. Of webhooks with lists in the same places one is grown.
 */
export function grown(reals: readonly unknown[], bytes: number, times: number): readonly Grown[] {
  const all = new Map<string, (size: number) => unknown>();
  for (const [nth, real] of reals.entries()) {
    all.set(`the texts of body ${nth}`, (size) => withLongerTexts(real, size));
    for (const path of pathsOf(real)) {
      const lists = listsOf(atPath(real, path));
      const place = path.filter((key) => !/^\d+$/.test(key)).join('.');
      if (lists.length > 0) all.set(`${place}: ${lists.join(', ')}`, (size) => withLongerLists(real, path, size));
    }
  }
  return [...all].map(([name, to]) => ({ name, small: bodyOf(to(bytes)), large: bodyOf(to(bytes * times)) }));
}

const bodyOf = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

function withLongerTexts(real: unknown, bytes: number): unknown {
  const texts = pathsOf(real).filter((path) => typeof atPath(real, path) === 'string');
  const longer = (text: string) =>
    text.repeat(Math.max(1, Math.round(bytes / texts.length / Math.max(1, text.length))));
  return texts.reduce((value, path) => changedAt(value, path, (text) => longer(String(text))), real);
}

/** The names of a thing's own lists. */
const listsOf = (value: unknown): readonly string[] =>
  typeof value !== 'object' || value === null || Array.isArray(value)
    ? []
    : Object.entries(value).flatMap(([name, one]) => (Array.isArray(one) && one.length > 0 ? [name] : []));

function withLongerLists(real: unknown, path: Path, bytes: number): unknown {
  const names = listsOf(atPath(real, path));
  const size = bodyOf(names.map((name) => atPath(real, [...path, name]))).length;
  const times = Math.max(1, Math.round(bytes / size));
  const repeated = (list: unknown) => Array.from({ length: times }, () => list as readonly unknown[]).flat();
  return names.reduce((value, name) => changedAt(value, [...path, name], repeated), real);
}
