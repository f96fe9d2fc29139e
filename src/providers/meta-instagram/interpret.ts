import {
  cut,
  ignored,
  interpretChanges,
  interpretEntries,
  uninterpreted,
  type GraphChange,
  type GraphEntry,
} from '../meta/entries.js';
import { interpretEvent, interpretMessaging } from '../meta/messaging/interpret.js';
import type { Interpretation } from '../provider.js';

/** What may come as a change as well: an event of a thread, as it stands in `messaging` otherwise. */
const MESSAGING: ReadonlySet<string> = new Set([
  ...['messages', 'messaging_postbacks', 'messaging_seen', 'messaging_referral', 'messaging_optins'],
  ...['message_reactions', 'message_edit', 'standby'],
]);
/** What happens under posts and stories. */
const IGNORED: ReadonlySet<string> = new Set(['comments', 'live_comments', 'mentions', 'story_insights']);

/** Reads one webhook. Pure, and never throws on any bytes. */
export const interpret = (body: Buffer): readonly Interpretation[] =>
  interpretEntries(body, 'instagram', (entry) => [
    ...interpretMessaging(entry),
    ...interpretChanges(entry, (change) => interpretChange(entry, change)),
  ]);

function interpretChange({ id }: GraphEntry, { field, value }: GraphChange): readonly Interpretation[] {
  if (MESSAGING.has(field)) return interpretEvent(id, value, field === 'standby');
  return [
    IGNORED.has(field)
      ? ignored(`${field} is no message.`)
      : uninterpreted(`A change of another field: ${cut(field)}.`),
  ];
}
