import type { RecordedEvent } from '../kernel/event.js';
import { earlierOf, instantOf, laterOf } from '../kernel/instant.js';
import type { MessageEvent } from '../message/events.js';
import { conversationIds } from '../kernel/ids.js';
import { addressIn, providerContactIn, type AddressedEvent } from './address.js';
import type { ConversationEvent } from './events.js';
import { UNTENDED, type ConversationState } from './state.js';
import { reopened, tended } from './tend.js';

type FoldedEvent = ConversationEvent | MessageEvent;

/** Whether an event by itself adds its message to `messages`; a scheduled one joins later, and a reaction never. */
const addsAtOnce = (event: FoldedEvent): boolean =>
  (event.type === 'message.accepted' || event.type === 'message.received' || event.type === 'message.echoed') &&
  event.data.contentKind !== 'reaction';

/**
 * Folds one event keyed by the conversation into it. Give it each event once, in the order of positions, as the journal
 * does: it counts incoming messages, knows when all of them were read and since when one is unanswered, and the newest of
 * `messages` is the one folded last. All else is the same in every order. What arrives before `conversation.opened` makes a stub that this completes; messages name the address
 * too, for whoever repeats a send may be faster than the sweeper that opens its thread.
 * @param addsMessage whether the event's message joined `messages` with it: its own fold knows
 * @throws TypeError for an event that names no conversation or channel
 */
export function evolveConversation(
  state: ConversationState | undefined,
  { event }: RecordedEvent<FoldedEvent>,
  addsMessage = addsAtOnce(event),
): ConversationState {
  const before = namingContact(knowingContact(touched(state ?? stubOf(event), event), event), event);
  switch (event.type) {
    case 'conversation.opened':
      return { ...active(before, event), address: addressOpened(before, event) };
    case 'conversation.address_changed':
      return addressed(quiet(before, event), event);
    case 'conversation.merged':
      return merged(quiet(before, event), event);
    case 'conversation.absorbed':
      return heard(absorbing(before, event), afterMs(activityAt(event)));
    case 'conversation.read':
      return read(quiet(before, event), event);
    case 'message.accepted':
      return addressedTo(addsMessage ? answered(before, event) : active(before, event), event);
    case 'message.echoed':
      return addressedTo(echoed(before, event, addsMessage), event);
    case 'message.scheduled':
      // It joins later, but for one whose calls were folded before it.
      return addressedTo(addsMessage ? answered(before, event) : quiet(before, event), event);
    case 'conversation.closed':
    case 'conversation.reopened':
    case 'conversation.snoozed':
    case 'conversation.assigned':
    case 'conversation.labels_changed':
    case 'conversation.attributes_changed':
      return tended(quiet(before, event), event);
    case 'message.received':
      return {
        ...addressed(wrote(active(calls(event, addsMessage) ? called(before, event) : before, event), event), event),
        incomingCount: before.incomingCount + 1,
        readIncomingCount: before.readIncomingCount + (wasReadOver(before, event) ? 1 : 0),
        lastMessageId: addsMessage ? (event.messageId ?? before.lastMessageId) : before.lastMessageId,
      };
    case 'message.reacted':
      return event.data.author === 'CONTACT' ? written(quiet(before, event), event) : quiet(before, event);
    case 'message.corrected':
      return event.data.says.type === 'message.received' ? written(active(before, event), event) : quiet(before, event);
    default:
      return addsMessage ? answered(before, event) : quiet(before, event);
  }
}

function stubOf(event: FoldedEvent): ConversationState {
  const { conversationId, channelId } = event;
  if (conversationId === undefined || channelId === undefined)
    throw new TypeError(`${event.type} doesn't name its conversation and channel.`);
  const at = activityAt(event);
  return {
    id: conversationId,
    workspaceId: event.workspaceId,
    channelId,
    contactId: event.contactId ?? null,
    ...{ address: null, addressAt: null, mergedInto: null, mergedAt: null, heardAt: null },
    providerContactId: null,
    ...UNTENDED,
    incomingCount: 0,
    readIncomingCount: 0,
    allReadAt: null,
    lastMessageId: null,
    lastActivityAt: at,
    lastIncomingAt: null,
    waitingSince: null,
    createdAt: at,
    eventCount: 0,
    recordedUntil: instantOf(event.recordedAt),
  };
}

/** Whether somebody must look after it: what is read out of history is no news, and a reaction asks for no answer. */
const calls = (event: FoldedEvent, addsMessage: boolean): boolean => addsMessage && event.reinterpreted !== true;

/** The contact wrote, and waits from the first message that nobody answers. */
const called = (state: ConversationState, event: FoldedEvent): ConversationState => ({
  ...reopened(state),
  waitingSince: state.waitingSince ?? activityAt(event),
});

/** A message of ours joined: nobody waits, be it a bot's words, and however it fares. */
const answered = (state: ConversationState, event: FoldedEvent): ConversationState => ({
  ...active(state, event),
  lastMessageId: event.messageId ?? state.lastMessageId,
  waitingSince: null,
});

/** We answered from elsewhere; what is read out of history answers nobody who waits by now. */
function echoed(state: ConversationState, event: FoldedEvent, addsMessage: boolean): ConversationState {
  if (!addsMessage) return active(state, event);
  const { waitingSince } = state;
  return { ...answered(state, event), ...(event.reinterpreted === true && { waitingSince }) };
}

/** What every event does. */
const touched = (state: ConversationState, event: FoldedEvent): ConversationState => ({
  ...state,
  eventCount: state.eventCount + 1,
  recordedUntil: laterOf(state.recordedUntil, instantOf(event.recordedAt)),
});

/** Nothing that counts as activity was folded yet. */
const isStub = (state: ConversationState): boolean => state.address === null && state.lastMessageId === null;

const knowingContact = (state: ConversationState, event: FoldedEvent): ConversationState =>
  state.contactId === null && event.contactId !== undefined ? { ...state, contactId: event.contactId } : state;

/** What is known better is kept: who repeats a send may be faster than the sweeper that opens its thread. */
const addressOpened = (state: ConversationState, event: AddressedEvent): string | null =>
  state.addressAt === null ? (addressIn(event) ?? state.address) : state.address;

/** What we write to is known where nothing better is. */
const addressedTo = (state: ConversationState, event: AddressedEvent): ConversationState => ({
  ...state,
  address: state.address ?? addressIn(event) ?? null,
});

/** By which address the contact was heard of last: a maximum by the provider's times, whatever comes first (rule 13). */
function addressed(state: ConversationState, event: AddressedEvent): ConversationState {
  const address = addressIn(event);
  if (address === undefined) return state;
  const at = activityAt(event);
  const isOlder =
    state.addressAt !== null && (at < state.addressAt || (at === state.addressAt && isAbove(state, address)));
  return isOlder ? state : { ...state, address, addressAt: at };
}

const isAbove = ({ address }: ConversationState, other: string): boolean => address !== null && address > other;

/** Of several times that its contact went over the last one counts, in whatever order they are told. */
function merged(
  state: ConversationState,
  event: Extract<ConversationEvent, { type: 'conversation.merged' }>,
): ConversationState {
  const mergedInto = conversationIds.parse(event.data.intoConversationId);
  if (mergedInto === undefined) throw new TypeError('conversation.merged names no conversation.');
  const mergedAt = activityAt(event);
  const { mergedAt: lastAt, mergedInto: last } = state;
  const isOlder = lastAt !== null && (mergedAt < lastAt || (mergedAt === lastAt && last !== null && last > mergedInto));
  return isOlder ? state : standing({ ...state, mergedInto, mergedAt });
}

/** Another one is shown as this one: whoever looks after it sees that something happened. */
const absorbing = (state: ConversationState, event: FoldedEvent): ConversationState =>
  event.reinterpreted === true ? quiet(state, event) : reopened(active(state, event));

/**
 * Who was heard of here later than it went over is here again, or another one is: a conversation of its own. Platforms tell
 * seconds: what came in the same one was written before.
 */
const standing = (state: ConversationState): ConversationState =>
  (state.heardAt ?? '') > (state.mergedAt ?? '') ? { ...state, mergedInto: null } : state;

const heard = (state: ConversationState, at: string): ConversationState =>
  standing({ ...state, heardAt: laterOf(state.heardAt ?? '', at) });

/** Who comes over is here after that: two that are told to have gone to each other at once both stay. */
const afterMs = (at: string): string => new Date(Date.parse(at) + 1).toISOString();

/** The last one counts: providers merge contacts too. */
function namingContact(state: ConversationState, event: FoldedEvent): ConversationState {
  const providerContactId = providerContactIn(event);
  return providerContactId === undefined ? state : { ...state, providerContactId };
}

/** Somebody wrote, or the thread was opened. Receipts and the read mark would only shuffle an inbox. */
function active(state: ConversationState, event: FoldedEvent): ConversationState {
  const at = activityAt(event);
  if (isStub(state)) return { ...state, createdAt: at, lastActivityAt: at };
  return {
    ...state,
    createdAt: earlierOf(state.createdAt, at),
    lastActivityAt: laterOf(state.lastActivityAt, at),
  };
}

/** The service window counts from here; a maximum, so that what was read out of history later never shortens it. */
const written = (state: ConversationState, event: FoldedEvent): ConversationState => ({
  ...state,
  lastIncomingAt: laterOf(state.lastIncomingAt ?? '', activityAt(event)),
});

/** A message of the contact's says where he is, too. */
const wrote = (state: ConversationState, event: FoldedEvent): ConversationState =>
  heard(written(state, event), activityAt(event));

function read(
  state: ConversationState,
  { occurredAt, data }: Extract<ConversationEvent, { type: 'conversation.read' }>,
): ConversationState {
  const readIncomingCount = Math.max(state.readIncomingCount, data.incomingCount);
  const isAll = readIncomingCount >= state.incomingCount;
  const allReadAt = isAll ? laterOf(state.allReadAt ?? '', instantOf(occurredAt)) : state.allReadAt;
  return { ...state, readIncomingCount, allReadAt };
}

/**
 * Whether an old message that nobody understood until now lies before a time at which all was read: it would have been
 * read with the rest, and must not call anybody now.
 */
const wasReadOver = ({ allReadAt }: ConversationState, event: FoldedEvent): boolean =>
  event.reinterpreted === true && allReadAt !== null && activityAt(event) <= allReadAt;

function quiet(state: ConversationState, event: FoldedEvent): ConversationState {
  if (!isStub(state)) return state;
  const at = earlierOf(state.createdAt, activityAt(event));
  return { ...state, createdAt: at, lastActivityAt: at };
}

/** A provider's clock may be ahead of ours: nothing is active in the future. */
const activityAt = (event: FoldedEvent): string => earlierOf(instantOf(event.occurredAt), instantOf(event.recordedAt));
