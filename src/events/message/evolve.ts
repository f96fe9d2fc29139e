import type { EventPosition, RecordedEvent } from '../kernel/event.js';
import { messageIds } from '../kernel/ids.js';
import { earlierOf, instantOf, laterOf } from '../kernel/instant.js';
import { comparePositions } from '../kernel/position.js';
import { open } from '../sealing.js';
import { saidLast, withEdit } from './edits.js';
import type { MessageEvent } from './events.js';
import { rankOf } from './ladder.js';
import { joinInto, standingOf, union } from './progress.js';
import { withReaction } from './reactions.js';
import { PARTS_MAX, providerMessageIdsOf, statementOf, type Statement } from './statement.js';
import type { MessageState, PartProgress } from './state.js';
import {
  correctedEvent,
  isCorrectable,
  isNewsToWords,
  withCorrection,
  withWord,
  wholeProgress,
  type MessageCorrected,
} from './words.js';

const ATTEMPTS_MAX = 1_000;

type Outgoing = Extract<MessageEvent, { type: 'message.accepted' | 'message.scheduled' }>;
type FromElsewhere = Extract<MessageEvent, { type: 'message.received' | 'message.echoed' }>;
type Beginning = Outgoing | FromElsewhere;

/**
 * Folds one event into its message (rule 13). Every order and repetition of the same events gives the same state; an
 * event before its parent makes a stub (`direction` null) that the parent completes.
 * @throws TypeError, RangeError for an event of ours that can't be true: the view must stop rather than skip it (rule 14)
 */
export function evolveMessage(state: MessageState | undefined, recorded: RecordedEvent<MessageEvent>): MessageState {
  const { event } = recorded;
  const before = state ?? stubOf(event);
  if (event.messageId !== before.id || event.conversationId !== before.conversationId)
    throw new RangeError(`${event.type} belongs to another message or conversation (rule 12).`);
  const known = touched(before, event);
  if (event.type === 'message.corrected') return restated(corrected(known, { ...recorded, event }));
  return restated(progressed(joined(begun(changed(known, event), recorded), recorded), event));
}

const isBeginning = (event: MessageEvent): event is Beginning =>
  event.type === 'message.accepted' || event.type === 'message.scheduled' || isFromElsewhere(event);

const isFromElsewhere = (event: MessageEvent): event is FromElsewhere =>
  event.type === 'message.received' || event.type === 'message.echoed';

/** The events with which a scheduled message joins its conversation's messages, whichever of them is the first. */
export const JOINING_TYPES: readonly MessageEvent['type'][] = [
  'message.dispatched',
  'message.submitted',
  'message.outcome_unknown',
  'message.send_failed',
  'message.sent',
  'message.delivery_failed',
  'message.delivered',
  'message.read',
];

/** Whether the message is among its conversation's messages; a stub is not. */
export const isAdded = (state: MessageState | undefined): boolean =>
  state !== undefined && state.direction !== null && state.addedAt !== null;

function stubOf(event: MessageEvent): MessageState {
  const { messageId, conversationId, channelId } = event;
  if (messageId === undefined || conversationId === undefined || channelId === undefined)
    throw new TypeError(`${event.type} doesn't name its message, conversation and channel.`);
  const at = instantOf(event.occurredAt);
  return {
    id: messageId,
    workspaceId: event.workspaceId,
    conversationId,
    channelId,
    contactId: event.contactId ?? null,
    direction: null,
    author: null,
    authorId: null,
    contentKind: null,
    content: null,
    isErased: false,
    edit: null,
    parts: null,
    progress: {},
    words: {},
    status: 'ACCEPTED',
    statusAt: at,
    failure: null,
    providerMessageIds: [],
    ...{ reference: null, category: null, degradedFrom: null },
    idempotencyKey: null,
    metadata: null,
    providerData: null,
    replyToMessageId: null,
    reactions: [],
    scheduledAt: null,
    addedAt: null,
    createdAt: at,
    updatedAt: instantOf(event.recordedAt),
  };
}

/** What every event does: the union of ids, the largest `recordedAt`, and a stub's time until its parent says better. */
function touched(state: MessageState, event: MessageEvent): MessageState {
  const isStub = state.direction === null;
  return {
    ...state,
    contactId: state.contactId ?? event.contactId ?? null,
    providerMessageIds: union(state.providerMessageIds, providerMessageIdsOf(event)),
    createdAt: isStub ? earlierOf(state.createdAt, instantOf(event.occurredAt)) : state.createdAt,
    updatedAt: laterOf(state.updatedAt, instantOf(event.recordedAt)),
  };
}

function changed(state: MessageState, event: MessageEvent): MessageState {
  if (event.type === 'message.edited') return withEdit(state, event);
  return event.type === 'message.reacted' ? { ...state, reactions: withReaction(state.reactions, event) } : state;
}

/**
 * What the message's first event says of it. Of a repeat further on in the log only the earlier place counts, and so does
 * that of one which a correction has spoken for already.
 */
function begun(state: MessageState, { event, position }: RecordedEvent<MessageEvent>): MessageState {
  if (!isBeginning(event)) return state;
  if (state.words[event.id]?.corrected !== undefined) return placed(state, addedAtBeginning(state, event, position));
  const hasBegun = state.direction !== null;
  if (hasBegun && (state.addedAt === null || comparePositions(state.addedAt, position) <= 0)) return state;
  return { ...beginning(state, event), addedAt: addedAtBeginning(state, event, position) };
}

function beginning(state: MessageState, event: Beginning): MessageState {
  const { contentKind, replyToMessageId } = event.data;
  return {
    ...state,
    ...(isFromElsewhere(event) ? fromElsewhere(event) : outgoing(event)),
    contactId: event.contactId ?? state.contactId,
    contentKind,
    ...saidLast(state),
    replyToMessageId: (replyToMessageId !== undefined && messageIds.parse(replyToMessageId)) || null,
    createdAt: instantOf(event.occurredAt),
  };
}

/** The event that it names is by now what it says; where that one stands, and joined the conversation, stays. */
function corrected(state: MessageState, recorded: RecordedEvent<MessageCorrected>): MessageState {
  if (!isNewsToWords(state.words, recorded)) return state;
  const event = correctedEvent(recorded.event);
  const said = statementOf(event);
  if (said === undefined) return state;
  refuseBeyond(event, said.attempt, said.parts ?? []);
  const restarted = event.type === 'message.received' ? beginning(state, event) : state;
  return { ...restarted, words: withCorrection(state.words, event, said, recorded.position) };
}

/** What was noted of a stub's calls counts for a scheduled message, which joins with them. */
function addedAtBeginning({ addedAt }: MessageState, event: Beginning, position: EventPosition): EventPosition | null {
  if (event.data.contentKind === 'reaction') return null;
  return event.type === 'message.scheduled' ? addedAt : position;
}

function joined(state: MessageState, { event, position }: RecordedEvent<MessageEvent>): MessageState {
  if (!JOINING_TYPES.includes(event.type)) return state;
  const mayJoin = state.direction === null || (state.scheduledAt !== null && state.contentKind !== 'reaction');
  return mayJoin ? placed(state, position) : state;
}

/** The earliest place counts. */
function placed(state: MessageState, at: EventPosition | null): MessageState {
  const isEarlier = at !== null && (state.addedAt === null || comparePositions(at, state.addedAt) < 0);
  return isEarlier ? { ...state, addedAt: at } : state;
}

function outgoing(event: Outgoing) {
  const { author, authorId, parts, reference, category, degradedFrom, idempotencyKey } = event.data;
  if (parts > PARTS_MAX) throw new RangeError(`${event.type} names more than ${PARTS_MAX} parts.`);
  const words = open<NonNullable<typeof event.data.content>>(event);
  return {
    direction: 'OUTGOING' as const,
    author,
    authorId: authorId ?? null,
    scheduledAt: event.type === 'message.scheduled' ? instantOf(event.data.scheduledAt) : null,
    parts,
    ...{ reference: reference ?? null, category: category ?? null, degradedFrom: degradedFrom ?? null },
    idempotencyKey: idempotencyKey ?? null,
    content: words.state === 'open' ? words.content.message : null,
    metadata: words.state === 'open' ? (words.content.metadata ?? null) : null,
    isErased: words.state === 'erased',
  };
}

/** An echo's author is somebody of ours, by all that is known: a person at the phone, or at the platform's inbox. */
function fromElsewhere(event: FromElsewhere) {
  const words = open<NonNullable<typeof event.data.content>>(event);
  const isEcho = event.type === 'message.echoed';
  return {
    direction: isEcho ? ('OUTGOING' as const) : ('INCOMING' as const),
    author: isEcho ? ('AGENT' as const) : ('CONTACT' as const),
    authorId: null,
    parts: 1,
    content: words.state === 'open' ? words.content.message : null,
    providerData: words.state === 'open' ? (words.content.providerData ?? null) : null,
    isErased: words.state === 'erased',
  };
}

function progressed(state: MessageState, event: MessageEvent): MessageState {
  const said = statementOf(event);
  if (said === undefined) return state;
  const parts = said.parts ?? Array.from({ length: state.parts ?? 1 }, (_, part) => part);
  refuseBeyond(event, said.attempt, parts);
  if (isCorrectable(event)) return { ...state, words: withWord(state.words, event, said) };
  return { ...state, progress: joinInto(state.progress, said.attempt, parts, partProgressOf(event, said)) };
}

/** @throws RangeError for a broken event: it must not become as many entries */
function refuseBeyond({ type }: MessageEvent, attempt: number, parts: readonly number[]): void {
  if (attempt > ATTEMPTS_MAX || parts.length > PARTS_MAX || parts.some((part) => part >= PARTS_MAX))
    throw new RangeError(`${type} names an attempt or part beyond any message's.`);
}

const partProgressOf = (event: MessageEvent, said: Statement): PartProgress => ({
  rank: rankOf(said.rung),
  at: instantOf(event.occurredAt),
  hasSent: said.rung === 'sent',
  failure: said.failure && { ...said.failure, isStageUnknown: said.isStageUnknown, eventId: event.id },
});

/** While no event has said a status, which only `deferred` can bring about, it counts as accepted since its creation. */
function restated(state: MessageState): MessageState {
  const unsaid = { status: 'ACCEPTED', statusAt: state.createdAt, failure: null } as const;
  return { ...state, ...(standingOf(wholeProgress(state), state.parts) ?? unsaid) };
}
