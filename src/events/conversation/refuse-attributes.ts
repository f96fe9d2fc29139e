import { mergeAttributes, type Attributes } from '../kernel/attributes.js';
import { isTame } from '../message/plain-text.js';
import type { UserError } from '../commands/commands.js';

/** Of all together, as JSON. */
export const ATTRIBUTES_BYTES_MAX = 16_384;
export const ATTRIBUTES_MAX = 100;
const DEPTH_MAX = 10;

/**
 * Whether a change of attributes is fit, and what would come of it within bounds. Two that change them in the same moment
 * may together go beyond, as may contacts that are merged: then what adds nothing is fit, so that they can be made fewer.
 */
export function refuseAttributes(before: Attributes, change: Attributes): UserError | undefined {
  const invalid = (message: string): UserError => ({ code: 'INPUT_INVALID', message, field: ['attributes'] });
  if (!isTame(change, DEPTH_MAX)) return invalid(`At most ${DEPTH_MAX} levels deep, and no control characters.`);
  // A change that only takes away is bounded too: it is an event.
  if (bytesOf(change) > ATTRIBUTES_BYTES_MAX) return invalid(`At most ${ATTRIBUTES_BYTES_MAX} bytes as JSON.`);
  const after = mergeAttributes(before, change);
  if (isBeyond(ATTRIBUTES_MAX, before, after, countOf)) return invalid(`At most ${ATTRIBUTES_MAX} attributes in all.`);
  if (isBeyond(ATTRIBUTES_BYTES_MAX, before, after, bytesOf))
    return invalid(`At most ${ATTRIBUTES_BYTES_MAX} bytes of attributes in all, as JSON.`);
  return undefined;
}

const countOf = (attributes: Attributes) => Object.keys(attributes).length;
const bytesOf = (attributes: Attributes) => Buffer.byteLength(JSON.stringify(attributes));

/** Beyond the bound, and more than before. */
function isBeyond(max: number, before: Attributes, after: Attributes, sizeOf: (attributes: Attributes) => number) {
  const size = sizeOf(after);
  return size > max && size > sizeOf(before);
}
