import type { EventPosition, RecordedEvent } from '../kernel/event.js';
import { messageIds } from '../kernel/ids.js';
import { earlierOf, instantOf, laterOf } from '../kernel/instant.js';
import { comparePositions } from '../kernel/position.js';
import { open } from '../sealing.js';
import type { MessageEvent } from './events.js';
import { rankOf } from './ladder.js';
import { joinInto, standingOf, union } from './progress.js';
import { withReaction } from './reactions.js';
import { PARTS_MAX, providerMessageIdsOf, statementOf, type Statement } from './statement.js';
import type { MessageState, PartProgress } from './state.js';

const ATTEMPTS_MAX = 1_000;

type Outgoing = Extract<MessageEvent, { type: 'message.accepted' | 'message.scheduled' }>;
type Beginning = Outgoing | Extract<MessageEvent, { type: 'message.received' }>;

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
  return restated(progressed(joined(begun(reacted(touched(before, event), event), recorded), recorded), event));
}

const isBeginning = (event: MessageEvent): event is Beginning =>
  event.type === 'message.accepted' || event.type === 'message.scheduled' || event.type === 'message.received';

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
    parts: null,
    progress: {},
    status: 'ACCEPTED',
    statusAt: at,
    failure: null,
    providerMessageIds: [],
    reference: null,
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

const reacted = (state: MessageState, event: MessageEvent): MessageState =>
  event.type === 'message.reacted' ? { ...state, reactions: withReaction(state.reactions, event) } : state;

/** What the message's first event says of it. Of a repeat further on in the log only the earlier place counts. */
function begun(state: MessageState, { event, position }: RecordedEvent<MessageEvent>): MessageState {
  if (!isBeginning(event)) return state;
  const hasBegun = state.direction !== null;
  if (hasBegun && (state.addedAt === null || comparePositions(state.addedAt, position) <= 0)) return state;
  const { contentKind, replyToMessageId } = event.data;
  return {
    ...state,
    ...(event.type === 'message.received' ? incoming(event) : outgoing(event)),
    contactId: event.contactId ?? state.contactId,
    contentKind,
    replyToMessageId: (replyToMessageId !== undefined && messageIds.parse(replyToMessageId)) || null,
    addedAt: addedAtBeginning(state, event, position),
    createdAt: instantOf(event.occurredAt),
  };
}

/** What was noted of a stub's calls counts for a scheduled message, which joins with them. */
function addedAtBeginning({ addedAt }: MessageState, event: Beginning, position: EventPosition): EventPosition | null {
  if (event.data.contentKind === 'reaction') return null;
  return event.type === 'message.scheduled' ? addedAt : position;
}

function joined(state: MessageState, { event, position }: RecordedEvent<MessageEvent>): MessageState {
  if (!JOINING_TYPES.includes(event.type)) return state;
  const mayJoin = state.direction === null || (state.scheduledAt !== null && state.contentKind !== 'reaction');
  const isEarlier = state.addedAt === null || comparePositions(position, state.addedAt) < 0;
  return mayJoin && isEarlier ? { ...state, addedAt: position } : state;
}

function outgoing(event: Outgoing) {
  const { author, authorId, parts, reference, idempotencyKey } = event.data;
  if (parts > PARTS_MAX) throw new RangeError(`${event.type} names more than ${PARTS_MAX} parts.`);
  const words = open<NonNullable<typeof event.data.content>>(event);
  return {
    direction: 'OUTGOING' as const,
    author,
    authorId: authorId ?? null,
    scheduledAt: event.type === 'message.scheduled' ? instantOf(event.data.scheduledAt) : null,
    parts,
    reference: reference ?? null,
    idempotencyKey: idempotencyKey ?? null,
    content: words.state === 'open' ? words.content.message : null,
    metadata: words.state === 'open' ? (words.content.metadata ?? null) : null,
    isErased: words.state === 'erased',
  };
}

function incoming(event: Extract<Beginning, { type: 'message.received' }>) {
  const words = open<NonNullable<typeof event.data.content>>(event);
  return {
    direction: 'INCOMING' as const,
    author: 'CONTACT' as const,
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
  if (said.attempt > ATTEMPTS_MAX || parts.length > PARTS_MAX || parts.some((part) => part >= PARTS_MAX))
    throw new RangeError(`${event.type} names an attempt or part beyond any message's.`);
  return { ...state, progress: joinInto(state.progress, said.attempt, parts, partProgressOf(event, said)) };
}

const partProgressOf = (event: MessageEvent, said: Statement): PartProgress => ({
  rank: rankOf(said.rung),
  at: instantOf(event.occurredAt),
  hasSent: said.rung === 'sent',
  failure: said.failure && { ...said.failure, isStageUnknown: said.isStageUnknown, eventId: event.id },
  providerMessageIds: providerMessageIdsOf(event),
});

/** While no event has said a status, which only `deferred` can bring about, it counts as accepted since its creation. */
function restated(state: MessageState): MessageState {
  const unsaid = { status: 'ACCEPTED', statusAt: state.createdAt, failure: null } as const;
  return { ...state, ...(standingOf(state.progress, state.parts) ?? unsaid) };
}
