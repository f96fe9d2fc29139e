import { mergeAttributes, type Attributes } from '../kernel/attributes.js';
import { isTame } from '../message/plain-text.js';
import type { UserError } from '../commands/commands.js';

/** Of all together, as JSON. */
export const ATTRIBUTES_BYTES_MAX = 16_384;
export const ATTRIBUTES_MAX = 100;
const DEPTH_MAX = 10;

/**
 * Whether a change of attributes is fit, and what would come of it within bounds. Two that change them in the same moment
 * may together go beyond; whoever changes them next is then refused.
 */
export function refuseAttributes(before: Attributes, change: Attributes): UserError | undefined {
  const invalid = (message: string): UserError => ({ code: 'INPUT_INVALID', message, field: ['attributes'] });
  if (!isTame(change, DEPTH_MAX)) return invalid(`At most ${DEPTH_MAX} levels deep, and no control characters.`);
  // A change that only takes away is bounded too: it is an event.
  if (Buffer.byteLength(JSON.stringify(change)) > ATTRIBUTES_BYTES_MAX)
    return invalid(`At most ${ATTRIBUTES_BYTES_MAX} bytes as JSON.`);
  const after = mergeAttributes(before, change);
  if (Object.keys(after).length > ATTRIBUTES_MAX) return invalid(`At most ${ATTRIBUTES_MAX} attributes in all.`);
  if (Buffer.byteLength(JSON.stringify(after)) > ATTRIBUTES_BYTES_MAX)
    return invalid(`At most ${ATTRIBUTES_BYTES_MAX} bytes of attributes in all, as JSON.`);
  return undefined;
}
