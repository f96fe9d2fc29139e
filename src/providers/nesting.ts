/** Far more than any provider sends. What writes JSON calls itself for each level, and has no stack left near 5,000. */
const LEVELS_MAX = 64;

/** Whether everything in it stands at a depth at which it can be written, stored and shown. */
export function isShallow(value: unknown, levels = LEVELS_MAX): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((one) => isShallow(one, levels - 1));
}
