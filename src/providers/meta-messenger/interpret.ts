import { cut, ignored, interpretChanges, interpretEntries, uninterpreted, type GraphChange } from '../meta/entries.js';
import { interpretMessaging } from '../meta/messaging/interpret.js';
import type { Interpretation } from '../provider.js';

/** What happens on the page itself. */
const IGNORED: ReadonlySet<string> = new Set([
  'feed',
  'mention',
  'ratings',
  'leadgen',
  'live_videos',
  'photos',
  'videos',
]);

/** Reads one webhook. Pure, and never throws on any bytes. */
export const interpret = (body: Buffer): readonly Interpretation[] =>
  interpretEntries(body, 'page', (entry) => [
    ...interpretMessaging(entry),
    ...interpretChanges(entry, interpretChange),
  ]);

const interpretChange = ({ field }: GraphChange): readonly Interpretation[] => [
  IGNORED.has(field) ? ignored(`${field} is no message.`) : uninterpreted(`A change of another field: ${cut(field)}.`),
];
