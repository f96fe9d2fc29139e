import { mergeAttributes } from '../kernel/attributes.js';
import { earlierOf, ofKnown } from '../kernel/instant.js';
import type { ContactState } from './state.js';

/** A contact as it is shown: with what was merged into it. */
export interface WholeContact extends ContactState {
  /** Each by itself, the contact's own first; absent where nothing was merged into it. */
  readonly parts?: readonly [own: ContactState, ...absorbed: ContactState[]];
}

/** Everything that a contact was made of, the contact's own first. */
export const partsOf = (contact: WholeContact): readonly [ContactState, ...ContactState[]] =>
  contact.parts ?? [contact];

/**
 * The person that several contacts turned out to be. Its own name, and its own attributes by their names, stand before
 * those that were merged into it; of those the first met first. Nothing may be sent while one of them says so.
 * @param absorbed in any order
 */
export function combineContacts(own: ContactState, absorbed: readonly ContactState[]): WholeContact {
  if (absorbed.length === 0) return own;
  const parts = [own, ...[...absorbed].sort(byFirstMet)] as const;
  return {
    ...own,
    displayName: parts.find(({ displayName }) => displayName !== null)?.displayName ?? null,
    // An address found first is the contact's own: it is the one that is written to.
    addresses: parts.flatMap(({ addresses }) => addresses),
    attributes: parts.reduceRight((all, { attributes }) => mergeAttributes(all, attributes), {}),
    blockedAt: parts.map(({ blockedAt }) => blockedAt).reduce(firstSaid),
    optedOutAt: parts.map(({ optedOutAt }) => optedOutAt).reduce(firstSaid),
    parts,
  };
}

function byFirstMet(a: ContactState, b: ContactState): number {
  if (a.createdAt !== b.createdAt) return a.createdAt < b.createdAt ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

const firstSaid = ofKnown(earlierOf);

/** Of contacts that were found, those asked for as they are shown: whoever was merged into another one is answered by it. */
export function showContacts(found: readonly ContactState[]): ReadonlyMap<string, WholeContact> {
  const byId = new Map(found.map((state) => [state.id, state]));
  // One that the projector has not heard of yet can't be shown in anybody's place.
  const placeOf = (state: ContactState) => byId.get(state.mergedInto ?? state.id) ?? state;
  const absorbed = new Map<ContactState, ContactState[]>();
  for (const state of found) {
    const shown = placeOf(state);
    if (shown !== state) absorbed.set(shown, [...(absorbed.get(shown) ?? []), state]);
  }
  return new Map(found.map((state) => [state.id, combineContacts(placeOf(state), absorbed.get(placeOf(state)) ?? [])]));
}
