import type { EventPosition, RecordedEvent } from '../kernel/event.js';
import { instantOf } from '../kernel/instant.js';
import { comparePositions } from '../kernel/position.js';
import type { MessageEvent } from './events.js';
import { rankOf } from './ladder.js';
import { joinInto } from './progress.js';
import type { MessageState, Progress, SaidFailure, Word, Words } from './state.js';
import type { Statement } from './statement.js';

export type MessageCorrected = Extract<MessageEvent, { type: 'message.corrected' }>;
/** The events that are read out of webhooks, and that a correction may name. */
export type CorrectableType = MessageCorrected['data']['says']['type'];
export type CorrectableEvent = Extract<MessageEvent, { type: CorrectableType }>;

const CORRECTABLE: Readonly<Record<CorrectableType, true>> = {
  'message.received': true,
  'message.sent': true,
  'message.delivered': true,
  'message.read': true,
  'message.send_failed': true,
  'message.delivery_failed': true,
};

export const isCorrectable = (event: MessageEvent): event is CorrectableEvent => event.type in CORRECTABLE;

const SENT = rankOf('sent');

/** The event that a correction names, as it is to be taken by now. */
export function correctedEvent(event: MessageCorrected): CorrectableEvent {
  const { correctedEventId, says, content, sealed } = event.data;
  const { type, ...facts } = says;
  const personal = { ...(content === undefined ? {} : { content }), ...(sealed === undefined ? {} : { sealed }) };
  // Which content goes with which type is the union's to say where it was made, and nobody's here: both were parsed.
  return { ...event, id: correctedEventId, type, data: { ...facts, ...personal } } as unknown as CorrectableEvent;
}

/** The words with one more event's. What was corrected already stays so, whatever comes when. */
export const withWord = (words: Words, event: CorrectableEvent, said: Statement): Words =>
  words[event.id]?.corrected === undefined ? { ...words, [event.id]: wordOf(event, said) } : words;

/** Of several corrections of one event the later by position counts: only one that does changes anything. */
export function isNewsToWords(words: Words, { event, position }: RecordedEvent<MessageCorrected>): boolean {
  const corrected = words[event.data.correctedEventId]?.corrected;
  if (corrected === undefined) return true;
  return comparePositions({ ...corrected, offset: BigInt(corrected.offset) }, position) < 0;
}

/** @param event the corrected one, as it is to be taken */
export const withCorrection = (
  words: Words,
  event: CorrectableEvent,
  said: Statement,
  { partition, offset }: EventPosition,
): Words => ({
  ...words,
  [event.id]: { ...wordOf(event, said), corrected: { partition, offset: offset.toString() } },
});

/** Such an event speaks of one part; a received message has only one. */
function wordOf(event: CorrectableEvent, { rung, attempt, parts, failure, isStageUnknown }: Statement): Word {
  const saidFailure: SaidFailure | null = failure && { ...failure, isStageUnknown, eventId: event.id };
  return {
    ...{ attempt, part: parts?.[0] ?? 0, rank: rankOf(rung), at: instantOf(event.occurredAt) },
    ...(saidFailure === null ? {} : { failure: saidFailure }),
  };
}

/** What the message stands at, part by part: over all of its events, as they are by now (rule 13). */
export const wholeProgress = ({ progress, words }: Pick<MessageState, 'progress' | 'words'>): Progress =>
  Object.values(words).reduce(
    (joined, { attempt, part, rank, at, failure = null }) =>
      joinInto(joined, attempt, [part], { rank, at, hasSent: rank === SENT, failure }),
    progress,
  );
