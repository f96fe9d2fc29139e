import type { RecordedEvent } from '../kernel/event.js';
import { messageIds } from '../kernel/ids.js';
import { instantOf } from '../kernel/instant.js';
import { comparePositions } from '../kernel/position.js';
import { rankOf, statusOfRank } from './ladder.js';
import { withoutOrigin } from './progress.js';
import type { MessageEvent } from './events.js';
import { statementOf } from './statement.js';
import type { MessageState, MessageStatus, Progress, TimelineEntry, Word } from './state.js';
import { wholeProgress } from './words.js';

/** A timeline entry as it is shown: the unknown stage of a failure decided by what the attempt's set holds now. */
export type ShownTimelineEntry = Omit<TimelineEntry, 'isStageUnknown'>;

/**
 * The entry that an event adds to its message's timeline; undefined for one that says no status. It depends on the event
 * alone, so that the timeline is a set by event id, whatever the order (rule 13).
 */
export function timelineEntryOf({ event, position }: RecordedEvent<MessageEvent>): TimelineEntry | undefined {
  const said = statementOf(event);
  if (said === undefined) return undefined;
  const messageId = event.messageId && messageIds.parse(event.messageId);
  if (messageId === undefined) throw new TypeError(`${event.type} names no message.`);
  return {
    eventId: event.id,
    messageId,
    position,
    status: statusOfRank(rankOf(said.rung)),
    isStageUnknown: said.isStageUnknown,
    attempt: said.attempt,
    part: said.parts?.length === 1 ? (said.parts[0] ?? null) : null,
    occurredAt: instantOf(event.occurredAt),
    recordedAt: instantOf(event.recordedAt),
    failure: said.failure,
  };
}

/**
 * The entries in the order they were recorded: what was corrected as it is by now, and each failure's open stage decided
 * by what is known of the message.
 */
export function shownTimeline(
  entries: readonly TimelineEntry[],
  known: Pick<MessageState, 'progress' | 'words'>,
): ShownTimelineEntry[] {
  const progress = wholeProgress(known);
  return [...entries]
    .sort((a, b) => comparePositions(a.position, b.position))
    .map((entry) => asCorrected(entry, known.words[entry.eventId]))
    .map(({ isStageUnknown, ...entry }) => ({
      ...entry,
      status: isStageUnknown ? shownStatus(entry, progress) : entry.status,
    }));
}

function asCorrected(entry: TimelineEntry, word: Word | undefined): TimelineEntry {
  if (word?.corrected === undefined) return entry;
  const { rank, at, failure } = word;
  const isStageUnknown = failure?.isStageUnknown ?? false;
  return {
    ...entry,
    status: statusOfRank(rank),
    occurredAt: at,
    failure: withoutOrigin(failure ?? null),
    isStageUnknown,
  };
}

function shownStatus(entry: Omit<TimelineEntry, 'isStageUnknown'>, progress: Progress): MessageStatus {
  const hasSent = entry.part !== null && progress[entry.attempt]?.[entry.part]?.hasSent === true;
  return hasSent ? entry.status : 'SENDING_FAILED';
}
