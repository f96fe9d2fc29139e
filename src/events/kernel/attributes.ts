/** What customers keep beside a conversation or a contact: JSON under names of their own. */
export type Attributes = Readonly<Record<string, unknown>>;

/**
 * A change names what it changes: each of its names is replaced as a whole, or goes where the value is null; the others
 * stay. Two that change different names therefore don't undo each other, whichever comes first.
 */
export function mergeAttributes(before: Attributes, change: Attributes): Attributes {
  const kept = Object.entries({ ...before, ...change }).filter(([, value]) => value !== null);
  return Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1)));
}
