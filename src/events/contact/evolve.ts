import { mergeAttributes, type Attributes } from '../kernel/attributes.js';
import type { RecordedEvent } from '../kernel/event.js';
import { contactIds, type ChannelId } from '../kernel/ids.js';
import { earlierOf, instantOf } from '../kernel/instant.js';
import { open } from '../sealing.js';
import type { ContactEvent, StandingEvent } from './events.js';
import { UNSAID, type ContactState } from './state.js';

type ContactAddress = ContactState['addresses'][number];

/**
 * Folds one event keyed by the contact into it. Of several names the one folded last stands, so events come in the order
 * of positions; a name that the platform tells beats the one the contact was created with, in either order. One that was
 * read out of an old webhook only fills in where none is known.
 * @throws TypeError for an event that names no contact, or an address without its channel
 */
export function evolveContact(state: ContactState | undefined, { event }: RecordedEvent<ContactEvent>): ContactState {
  const before = state ?? stubOf(event);
  switch (event.type) {
    case 'contact.created':
      return created(before, event);
    case 'contact.address_added':
      return addressAdded({ ...before, createdAt: stubTime(before, event) }, event);
    case 'contact.profile_changed': {
      const words = open<{ readonly displayName: string }>(event);
      const said = words.state === 'open' ? words.content.displayName : before.displayName;
      // What was read out of history is older than what is known.
      const displayName = event.reinterpreted ? (before.displayName ?? said) : said;
      return { ...before, displayName, createdAt: stubTime(before, event) };
    }
    case 'contact.blocked':
    case 'contact.unblocked':
    case 'contact.opted_out':
    case 'contact.opted_in':
      return standing({ ...before, createdAt: stubTime(before, event) }, event);
    case 'contact.merged':
      return merged({ ...before, createdAt: stubTime(before, event) }, event);
    case 'contact.absorbed':
      // Who was absorbed says so under its own key, and a row folds no other (rule 12).
      return { ...before, createdAt: stubTime(before, event) };
    case 'contact.attributes_changed': {
      const said = open<{ readonly attributes: Attributes }>(event);
      const change = said.state === 'open' ? said.content.attributes : {};
      return {
        ...before,
        attributes: mergeAttributes(before.attributes, change),
        attributesRevision: before.attributesRevision + 1,
        createdAt: stubTime(before, event),
      };
    }
    default:
      return passOver(event, before);
  }
}

function stubOf(event: ContactEvent): ContactState {
  if (event.contactId === undefined) throw new TypeError(`${event.type} names no contact.`);
  return {
    id: event.contactId,
    workspaceId: event.workspaceId,
    displayName: null,
    addresses: [],
    createdAt: instantOf(event.occurredAt),
    ...UNSAID,
  };
}

/** By the revision, which a row gave out, and not by the place: two processes append in whatever order they come to it. */
function standing(state: ContactState, event: StandingEvent): ContactState {
  const { revision } = event.data;
  const since = event.type === 'contact.blocked' || event.type === 'contact.opted_out' ? event.occurredAt : null;
  const at = since === null ? null : instantOf(since);
  if (event.type === 'contact.blocked' || event.type === 'contact.unblocked')
    return revision <= state.blockRevision ? state : { ...state, blockedAt: at, blockRevision: revision };
  return revision <= state.consentRevision ? state : { ...state, optedOutAt: at, consentRevision: revision };
}

/** By the revision, as above. */
function merged(state: ContactState, event: Extract<ContactEvent, { type: 'contact.merged' }>): ContactState {
  const { revision, intoContactId } = event.data;
  const mergedInto = contactIds.parse(intoContactId);
  if (mergedInto === undefined) throw new TypeError(`${event.type} names no contact that it is merged into.`);
  return revision <= state.mergeRevision ? state : { ...state, mergedInto, mergeRevision: revision };
}

function created(state: ContactState, event: Extract<ContactEvent, { type: 'contact.created' }>): ContactState {
  const at = instantOf(event.occurredAt);
  const words = open<{ readonly address: string; readonly displayName?: string | undefined }>(event);
  const createdAt = isStub(state) ? at : earlierOf(state.createdAt, at);
  if (words.state !== 'open') return { ...state, createdAt };
  return {
    ...state,
    displayName: state.displayName ?? words.content.displayName ?? null,
    addresses: withAddress(state.addresses, { channelId: channelOf(event), address: words.content.address }),
    createdAt,
  };
}

/** The one before stays: who is written to by it is found. */
function addressAdded(
  state: ContactState,
  event: Extract<ContactEvent, { type: 'contact.address_added' }>,
): ContactState {
  const words = open<{ readonly address: string }>(event);
  if (words.state !== 'open') return state;
  const added = { channelId: channelOf(event), address: words.content.address };
  return { ...state, addresses: withAddress(state.addresses, added) };
}

function channelOf(event: ContactEvent): ChannelId {
  if (event.channelId === undefined) throw new TypeError(`${event.type} names an address without its channel.`);
  return event.channelId;
}

/** `contact.created` always brings an address. */
const isStub = (state: ContactState): boolean => state.addresses.length === 0;

const stubTime = (state: ContactState, event: ContactEvent): string =>
  isStub(state) ? earlierOf(state.createdAt, instantOf(event.occurredAt)) : state.createdAt;

/** Sorted by channel, then address; each once. */
function withAddress(addresses: readonly ContactAddress[], added: ContactAddress): readonly ContactAddress[] {
  const isKnown = addresses.some((one) => one.channelId === added.channelId && one.address === added.address);
  return isKnown ? addresses : [...addresses, added].sort(compareAddresses);
}

/** The order in which a contact's addresses stand. */
export function compareAddresses(a: ContactAddress, b: ContactAddress): number {
  if (a.channelId !== b.channelId) return a.channelId < b.channelId ? -1 : 1;
  return a.address === b.address ? 0 : a.address < b.address ? -1 : 1;
}

/** The compiler proves that every type is answered; a newer writer's never gets here (rule 14). */
const passOver = (_unknown: never, state: ContactState): ContactState => state;
