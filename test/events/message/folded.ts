import type { RecordedEvent } from '../../../src/events/kernel/event.js';
import type { MessageEvent } from '../../../src/events/message/events.js';
import { evolveMessage } from '../../../src/events/message/evolve.js';
import type { MessageState } from '../../../src/events/message/state.js';
import { shownTimeline, timelineEntryOf } from '../../../src/events/message/timeline.js';

export type Recorded = RecordedEvent<MessageEvent>;

/** What the events of one message come to. */
export function fold(events: readonly Recorded[]): MessageState {
  const folded = events.reduce<MessageState | undefined>(evolveMessage, undefined);
  if (folded === undefined) throw new Error('Nothing was folded.');
  return folded;
}

/** Its timeline as it is shown; an event that came twice is in it once. */
export const timelineOf = (events: readonly Recorded[]) =>
  shownTimeline(
    [...new Map(events.flatMap((one) => timelineEntryOf(one) ?? []).map((entry) => [entry.eventId, entry])).values()],
    fold(events),
  );
