import { describe, expect, it } from 'vitest';
import type { ContactEvent } from '../../../src/events/contact/events.js';
import { evolveContact } from '../../../src/events/contact/evolve.js';
import type { ContactState } from '../../../src/events/contact/state.js';
import { at, channelId, contactId, event, recorded } from '../../support/events.js';

function fold(events: readonly ContactEvent[]): ContactState | undefined {
  return events.reduce<ContactState | undefined>(
    (state, one, offset) => evolveContact(state, recorded(one, offset)),
    undefined,
  );
}

const created = (n: number, address = '+15550100000', displayName?: string) =>
  event({ type: 'contact.created', n, data: { content: { address, ...(displayName && { displayName }) } } });
const renamed = (n: number, displayName: string) =>
  event({ type: 'contact.profile_changed', n, data: { content: { displayName } } });

describe('evolveContact', () => {
  it('knows the address and the name it came with', () => {
    expect(fold([created(1, '+15550100000', 'Ada')])).toMatchObject({
      id: contactId(),
      displayName: 'Ada',
      addresses: [{ channelId: channelId(), address: '+15550100000' }],
      createdAt: at(1),
    });
  });

  it('takes the name that the platform tells, whichever comes first', () => {
    const name = renamed(2, 'Ada Lovelace');
    expect(fold([created(1, '+15550100000', 'Ada'), name])).toEqual(fold([name, created(1, '+15550100000', 'Ada')]));
    expect(fold([created(1), name, renamed(3, 'A. L.')])).toMatchObject({ displayName: 'A. L.' });
  });

  it('is created when its creation says so, also if that comes late or twice', () => {
    expect(fold([renamed(1, 'Ada'), created(5)])).toMatchObject({ createdAt: at(5) });
    expect(fold([created(5), renamed(1, 'Ada')])).toMatchObject({ createdAt: at(5) });
    expect(fold([created(5), created(5)])).toEqual(fold([created(5)]));
  });

  it('keeps its addresses sorted, each once', () => {
    const addresses = fold([created(1, '+2'), created(2, '+1'), created(3, '+2')])?.addresses;
    expect(addresses?.map(({ address }) => address)).toEqual(['+1', '+2']);
  });

  it('a name out of an old webhook only fills in where none is known', () => {
    const old = { ...renamed(9, 'Old'), reinterpreted: true as const };
    expect(fold([created(1), old])).toMatchObject({ displayName: 'Old' });
    expect(fold([created(1, '+1', 'Ada'), old])).toMatchObject({ displayName: 'Ada' });
    expect(fold([created(1), old, renamed(10, 'Ada')])).toMatchObject({ displayName: 'Ada' });
  });

  it('rule 9: an erased event leaves what is known', () => {
    const sealed = { sealed: { keyId: 'k', nonce: 'n', ciphertext: 'c' } };
    const erased = event({ type: 'contact.profile_changed', n: 2, data: sealed });
    expect(fold([created(1, '+1', 'Ada'), erased])).toMatchObject({ displayName: 'Ada' });
  });

  describe('who may be written to', () => {
    const blocked = (n: number, revision: number) => event({ type: 'contact.blocked', n, data: { revision } });
    const unblocked = (n: number, revision: number) => event({ type: 'contact.unblocked', n, data: { revision } });
    const optedOut = (n: number, revision: number) => event({ type: 'contact.opted_out', n, data: { revision } });
    const optedIn = (n: number, revision: number) => event({ type: 'contact.opted_in', n, data: { revision } });

    it('is what the highest revision says, in every order and repetition', () => {
      const words = [created(1), blocked(2, 1), unblocked(3, 2), blocked(4, 3), optedOut(5, 1), optedIn(6, 2)];
      const state = fold(words);
      expect(state).toMatchObject({ blockedAt: at(4), blockRevision: 3, optedOutAt: null, consentRevision: 2 });
      expect(fold(words.toReversed())).toEqual(state);
      expect(fold([...words, ...words.slice(1)])).toEqual(state);
    });

    it('attributes are merged in the order of positions, and counted', () => {
      const changed = (n: number, attributes: Record<string, unknown>) =>
        event({ type: 'contact.attributes_changed', n, data: { content: { attributes } } });
      expect(fold([created(1), changed(2, { a: 1, b: 2 }), changed(3, { a: null })])).toMatchObject({
        attributes: { b: 2 },
        attributesRevision: 2,
      });
    });
  });

  it('is shown in the place that the highest revision says, in every order and repetition', () => {
    const merged = (n: number, into: number, revision: number) =>
      event({ type: 'contact.merged', n, data: { intoContactId: contactId(into), revision } });
    const absorbed = event({ type: 'contact.absorbed', n: 9, data: { fromContactId: contactId(4) } });
    const words = [created(1), merged(2, 2, 1), merged(3, 3, 2), absorbed];
    const state = fold(words);
    expect(state).toMatchObject({ mergedInto: contactId(3), mergeRevision: 2, createdAt: at(1) });
    expect(fold(words.toReversed())).toEqual(state);
    expect(() => fold([event({ type: 'contact.merged', n: 2, data: { intoContactId: 'x', revision: 1 } })])).toThrow(
      TypeError,
    );
  });

  it('throws for an event that names no contact, or an address without a channel (rule 14)', () => {
    expect(() => fold([{ ...created(1), contactId: undefined }])).toThrow(TypeError);
    expect(() => fold([{ ...created(1), channelId: undefined }])).toThrow(TypeError);
  });
});
