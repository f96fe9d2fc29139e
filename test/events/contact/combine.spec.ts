import { describe, expect, it } from 'vitest';
import { combineContacts, partsOf, showContacts } from '../../../src/events/contact/combine.js';
import { UNSAID, type ContactState } from '../../../src/events/contact/state.js';
import { at, channelId, contactId, workspaceId } from '../../support/events.js';

const contact = (n: number, about: Partial<ContactState> = {}): ContactState => ({
  ...{ id: contactId(n), workspaceId: workspaceId(), displayName: null, createdAt: at(n) },
  addresses: [{ channelId: channelId(), address: `+${n}` }],
  ...UNSAID,
  ...about,
});

describe('contacts that are shown as one', () => {
  it('are one with its own name and attributes first, then those that were met first', () => {
    const whole = combineContacts(contact(3, { attributes: { a: 3 } }), [
      contact(2, { displayName: 'Two', attributes: { a: 2, b: 2, c: 2 } }),
      contact(1, { attributes: { b: 1 } }),
    ]);
    expect(whole).toMatchObject({ id: contactId(3), displayName: 'Two', attributes: { a: 3, b: 1, c: 2 } });
    expect(whole.addresses.map(({ address }) => address)).toEqual(['+3', '+1', '+2']);
    expect(partsOf(whole).map(({ id }) => id)).toEqual([contactId(3), contactId(1), contactId(2)]);
  });

  it('are barred while one of them is, since the first said so', () => {
    const barred = [contact(1, { blockedAt: at(9) }), contact(2, { blockedAt: at(5), optedOutAt: at(7) })];
    expect(combineContacts(contact(3), barred)).toMatchObject({ blockedAt: at(5), optedOutAt: at(7) });
  });

  it('are the one of them that is alone what it is', () => {
    const one = contact(1);
    expect(combineContacts(one, [])).toBe(one);
    expect(partsOf(one)).toEqual([one]);
  });

  it('are found by each of their ids; one whose survivor isn’t there yet is shown itself', () => {
    const found = showContacts([
      contact(1, { mergedInto: contactId(2) }),
      contact(2),
      contact(3, { mergedInto: contactId(9) }),
    ]);
    expect(found.get(contactId(1))).toEqual(found.get(contactId(2)));
    expect(found.get(contactId(2))?.id).toBe(contactId(2));
    expect(found.get(contactId(3))?.id).toBe(contactId(3));
  });
});
