import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { partsOf } from '../../../src/events/contact/combine.js';
import { createFinders } from '../../../src/events/queries/create-finders.js';
import { codesOf, openCommandBench, valueOf, type CommandBench } from '../../support/command-bench.js';
import type { ContactId, ConversationId } from '../../../src/events/kernel/ids.js';
import type { ContactStanding } from '../../../src/events/commands/commands.js';

const UNKNOWN = 'cont_00000000000000000000000000';
const FIRST = { limit: 25, direction: 'forward' } as const;

interface Person {
  readonly phoneNumber: string;
  readonly contactId: ContactId;
  readonly conversationId: ConversationId;
}

describe('contacts that are the same person', () => {
  let bench: CommandBench;
  beforeAll(async () => {
    bench = await openCommandBench();
  });
  afterAll(() => bench.stop());

  const merge = (from: string, into: string, caller = bench.caller) =>
    bench.commands.mergeContacts(caller, { fromContactId: from, intoContactId: into, actorId: 'agent-7' });
  const say = (contactId: string, standing: ContactStanding) =>
    bench.commands.setContactStanding(bench.caller, { contactId, standing });
  const send = (phoneNumber: string) =>
    bench.commands.sendMessage(bench.caller, bench.text('hi', { to: { phoneNumber } }));
  const meet = async (phoneNumber: string): Promise<Person> => {
    const { contactId, conversationId } = valueOf(await send(phoneNumber));
    return { phoneNumber, contactId: contactId ?? expect.unreachable(), conversationId };
  };
  let met = 0;
  const meetSome = async (count: number): Promise<readonly Person[]> => {
    met += 10;
    return Promise.all(Array.from({ length: count }, (_one, n) => meet(`+1555020${String(met + n).padStart(4, '0')}`)));
  };
  const shown = async (id: ContactId) => {
    await bench.settled();
    return (await createFinders(bench).contacts(bench.caller.workspaceId, [id]))[0] ?? expect.unreachable();
  };

  it('are shown as one, by each of their ids, with all addresses, conversations and messages', async () => {
    const [a, b] = await meetSome(2);
    if (a === undefined || b === undefined) return expect.unreachable();
    await bench.commands.setContactAttributes(bench.caller, {
      contactId: a.contactId,
      attributes: { tier: 1, old: 1 },
    });
    await bench.commands.setContactAttributes(bench.caller, { contactId: b.contactId, attributes: { tier: 2 } });
    const merged = valueOf(await merge(a.contactId, b.contactId));
    expect(merged).toMatchObject({ id: b.contactId, attributes: { old: 1, tier: 2 } });
    expect(merged.addresses.map(({ address }) => address)).toEqual([b.phoneNumber, a.phoneNumber]);
    for (const one of [a, b]) {
      const found = await shown(one.contactId);
      expect(found.id).toBe(b.contactId);
      expect(found.addresses).toEqual(merged.addresses);
    }
    const finders = createFinders(bench);
    const { workspaceId } = bench.caller;
    const both = [a.conversationId, b.conversationId].sort();
    const idsOf = (page: { edges: readonly { node: { id: string } }[] }) =>
      page.edges.map(({ node }) => node.id).sort();
    expect(idsOf(await finders.conversationsOfContact(workspaceId, b.contactId, FIRST))).toEqual(both);
    for (const { contactId } of [a, b])
      expect(idsOf(await finders.conversationPage(workspaceId, { contactId }, FIRST))).toEqual(both);
    const [page] = await finders.messagesOfContacts(workspaceId, [b.contactId], FIRST);
    expect(page?.edges.map(({ node }) => node.conversationId).sort()).toEqual(both);
    const listed = await finders.contactPage(workspaceId, { address: a.phoneNumber }, FIRST);
    expect(listed.edges.map(({ node }) => node.id)).toEqual([b.contactId]);
    expect(listed.edges[0]?.node.addresses).toHaveLength(2);
    // A thread stays what it was: whoever writes from the old address is in the old conversation.
    expect(valueOf(await send(a.phoneNumber)).conversationId).toBe(a.conversationId);
    const byOldId = bench.text('hi', { to: { contactId: a.contactId } });
    expect(valueOf(await bench.commands.sendMessage(bench.caller, byOldId)).conversationId).toBe(b.conversationId);
  });

  it.each(['from', 'into'] as const)('nobody is written to whom either said no: of %s', async (side) => {
    const [a, b] = await meetSome(2);
    if (a === undefined || b === undefined) return expect.unreachable();
    await say(side === 'from' ? a.contactId : b.contactId, 'optOut');
    expect(valueOf(await merge(a.contactId, b.contactId)).optedOutAt).not.toBeNull();
    for (const { phoneNumber } of [a, b])
      expect(codesOf(await send(phoneNumber))).toEqual(['RECIPIENT_OPTED_OUT to.phoneNumber']);
    await say(a.contactId, 'block');
    const optedIn = valueOf(await say(b.contactId, 'optIn'));
    expect(optedIn.optedOutAt).toBeNull();
    for (const { phoneNumber } of [a, b])
      expect(codesOf(await send(phoneNumber))).toEqual(['RECIPIENT_BLOCKED to.phoneNumber']);
    await say(a.contactId, 'unblock');
    for (const { phoneNumber } of [a, b]) expect((await send(phoneNumber)).ok).toBe(true);
    expect(await shown(a.contactId)).toMatchObject({ blockedAt: null, optedOutAt: null });
  });

  it('what is taken away doesn’t come forth from behind', async () => {
    const [a, b] = await meetSome(2);
    if (a === undefined || b === undefined) return expect.unreachable();
    const set = (contactId: string, attributes: Record<string, unknown>) =>
      bench.commands.setContactAttributes(bench.caller, { contactId, attributes });
    await set(a.contactId, { tier: 'old', kept: 1 });
    await set(b.contactId, { tier: 'new' });
    await merge(a.contactId, b.contactId);
    expect(valueOf(await set(a.contactId, { tier: null })).attributes).toEqual({ kept: 1 });
    expect((await shown(b.contactId)).attributes).toEqual({ kept: 1 });
  });

  it('a chain ends at its last, in one step; said again it is the same', async () => {
    const [a, b, c] = await meetSome(3);
    if (a === undefined || b === undefined || c === undefined) return expect.unreachable();
    await say(a.contactId, 'block');
    await merge(a.contactId, b.contactId);
    await merge(b.contactId, c.contactId);
    for (const { contactId, phoneNumber } of [a, b, c]) {
      expect((await shown(contactId)).id).toBe(c.contactId);
      expect(codesOf(await send(phoneNumber))).toEqual(['RECIPIENT_BLOCKED to.phoneNumber']);
    }
    const before = (await bench.events()).length;
    expect(valueOf(await merge(a.contactId, b.contactId)).id).toBe(c.contactId);
    expect(valueOf(await merge(c.contactId, a.contactId)).id).toBe(c.contactId);
    expect(await bench.events()).toHaveLength(before);
    expect(partsOf(await shown(a.contactId)).map(({ id }) => id)).toHaveLength(3);
  });

  it('two that are merged into each other at once end as one', async () => {
    const [a, b] = await meetSome(2);
    if (a === undefined || b === undefined) return expect.unreachable();
    const answers = await Promise.all([merge(a.contactId, b.contactId), merge(b.contactId, a.contactId)]);
    const [one, other] = answers.map((answer) => valueOf(answer).id);
    expect(other).toBe(one);
    expect((await shown(a.contactId)).id).toBe(one);
    expect((await shown(b.contactId)).id).toBe(one);
  });

  it('an address is added to one that nobody has; said again it is the same, and somebody else’s is refused', async () => {
    const [a, b] = await meetSome(2);
    if (a === undefined || b === undefined) return expect.unreachable();
    const { channelId } = bench;
    const add = (address: string, contactId: string = a.contactId, caller = bench.caller) =>
      bench.commands.addContactAddress(caller, { contactId, channelId, address });
    const address = '+15550209999';
    await say(a.contactId, 'block');
    for (const one of await Promise.all([add(address), add(address)]))
      expect(valueOf(one).addresses.map((known) => known.address)).toEqual([a.phoneNumber, address]);
    expect(codesOf(await send(address))).toEqual(['RECIPIENT_BLOCKED to.phoneNumber']);
    expect(valueOf(await add('+1 555 020 9999')).id).toBe(a.contactId);
    expect(codesOf(await add(address, b.contactId))).toEqual(['INPUT_INVALID address']);
    expect(codesOf(await add(b.phoneNumber))).toEqual(['INPUT_INVALID address']);
    expect(codesOf(await add('nobody'))).toEqual(['RECIPIENT_INVALID address']);
    const elsewhere = { contactId: a.contactId, channelId: 'chan_00000000000000000000000000', address };
    expect(codesOf(await bench.commands.addContactAddress(bench.caller, elsewhere))).toEqual([
      'CHANNEL_NOT_FOUND channelId',
    ]);
    expect(codesOf(await add(address, UNKNOWN))).toEqual(['CONTACT_NOT_FOUND contactId']);
    expect(codesOf(await add(address, a.contactId, await bench.stranger()))).toEqual(['CONTACT_NOT_FOUND contactId']);
  });

  it('says it once under each key (rule 8)', async () => {
    const [a, b] = await meetSome(2);
    if (a === undefined || b === undefined) return expect.unreachable();
    await merge(a.contactId, b.contactId);
    const saidUnder = async (id: ContactId) =>
      (await bench.events()).flatMap(({ event: { type, contactId, data } }) =>
        contactId === id && /^contact\.(merged|absorbed)$/.test(type) ? [[type, data]] : [],
      );
    const actorId = 'agent-7';
    expect(await saidUnder(a.contactId)).toEqual([
      ['contact.merged', { intoContactId: b.contactId, revision: 1, actorId }],
    ]);
    expect(await saidUnder(b.contactId)).toEqual([['contact.absorbed', { fromContactId: a.contactId, actorId }]]);
  });

  it('refuses what is unknown, foreign, malformed, or the same', async () => {
    const [a, b] = await meetSome(2);
    if (a === undefined || b === undefined) return expect.unreachable();
    expect(codesOf(await merge(a.contactId, UNKNOWN))).toEqual(['CONTACT_NOT_FOUND intoContactId']);
    expect(codesOf(await merge(UNKNOWN, a.contactId))).toEqual(['CONTACT_NOT_FOUND fromContactId']);
    expect(codesOf(await merge('nonsense', a.contactId))).toEqual(['INPUT_INVALID fromContactId']);
    expect(codesOf(await merge(a.contactId, a.contactId))).toEqual(['INPUT_INVALID fromContactId']);
    expect(codesOf(await merge(a.contactId, b.contactId, await bench.stranger()))).toEqual([
      'CONTACT_NOT_FOUND fromContactId',
    ]);
    expect((await shown(a.contactId)).id).toBe(a.contactId);
  });
});
