import type { RecordedEvent } from '../kernel/event.js';
import { messageIds } from '../kernel/ids.js';
import { earlierOf, instantOf, laterOf } from '../kernel/instant.js';
import { comparePositions } from '../kernel/position.js';
import { open } from '../sealing.js';
import type { MessageEvent } from './events.js';
import { rankOf } from './ladder.js';
import { joinInto, standingOf, union } from './progress.js';
import { providerMessageIdsOf, statementOf, type Statement } from './statement.js';
import type { MessageState, PartProgress } from './state.js';

/** Far above what any provider makes of one message: a number beyond it is a broken event, not a message. */
const PARTS_MAX = 1_000;
const ATTEMPTS_MAX = 1_000;

type Beginning = Extract<MessageEvent, { type: 'message.accepted' | 'message.received' }>;

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
  return restated(progressed(begun(touched(before, event), recorded), event));
}

const isBeginning = (event: MessageEvent): event is Beginning =>
  event.type === 'message.accepted' || event.type === 'message.received';

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

/** What the message's first event says of it. Of a repeat further on in the log only the earlier place counts. */
function begun(state: MessageState, { event, position }: RecordedEvent<MessageEvent>): MessageState {
  if (!isBeginning(event)) return state;
  if (state.addedAt !== null && comparePositions(state.addedAt, position) <= 0) return state;
  const { contentKind, replyToMessageId } = event.data;
  return {
    ...state,
    ...(event.type === 'message.accepted' ? outgoing(event) : incoming(event)),
    contactId: event.contactId ?? state.contactId,
    contentKind,
    replyToMessageId: (replyToMessageId !== undefined && messageIds.parse(replyToMessageId)) || null,
    addedAt: position,
    createdAt: instantOf(event.occurredAt),
  };
}

function outgoing(event: Extract<Beginning, { type: 'message.accepted' }>) {
  const { author, authorId, parts, reference, idempotencyKey } = event.data;
  if (parts > PARTS_MAX) throw new RangeError(`message.accepted names more than ${PARTS_MAX} parts.`);
  const words = open<NonNullable<typeof event.data.content>>(event);
  return {
    direction: 'OUTGOING' as const,
    author,
    authorId: authorId ?? null,
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
  if (said.attempt > ATTEMPTS_MAX || (said.part ?? 0) >= PARTS_MAX)
    throw new RangeError(`${event.type} names an attempt or part beyond any message's.`);
  const parts = said.part === null ? Array.from({ length: state.parts ?? 1 }, (_, part) => part) : [said.part];
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
