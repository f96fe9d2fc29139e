import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAddressBook } from '../../../../src/events/outbox/create-address-book.js';
import { followMoves, moveAddress } from '../../../../src/events/outbox/address-moves.js';
import type { Interpretation } from '../../../../src/providers/provider.js';
import { readModelDigests } from '../../../support/digests.js';
import { channelId, workspaceId } from '../../../support/events.js';
import { eventually } from '../../../support/eventually.js';
import { openInboundRig, type InboundRig } from '../../../support/inbound-rig.js';
import { atSecond, deaf, saying } from '../../../support/saying.js';

const [OLD, NEW, NEWEST] = ['+15550100000', '+15550100001', '+15550100002'];
const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);

const moved = (from: string, to: string, second: number): Interpretation => ({
  ...{ kind: 'address_changed', from, to, occurredAt: atSecond(second) },
});
const wrote = (providerMessageId: string, address: string, second: number): Interpretation => ({
  ...{ kind: 'received', providerMessageId, address, occurredAt: atSecond(second) },
  content: { kind: 'text', text: providerMessageId, actions: [], attachments: [] },
});

let rig: InboundRig;
beforeEach(async () => {
  rig = await openInboundRig({ adapters: saying });
});
afterEach(() => rig.close());

const taken = async (...says: readonly Interpretation[]) => expect((await rig.post({ says })).status).toBe(200);
const addressBook = () => createAddressBook({ identity: rig.identity, outbox: rig.outbox });
const requestOf = (address: string) => ({ workspaceId: workspaceId(), channelId: channelId(1), address });
const currentOf = async (address: string) => {
  const [thread] = await addressBook().find(rig.database.orm, [requestOf(address)]);
  return thread && (await followMoves(rig.database.orm, addressBook(), requestOf(address), thread)).address;
};
const conversations = async () =>
  (
    await rig.direct.query<{ id: string; address: string; merged_into: string | null; incoming_count: number }>(
      'select id, address, merged_into, incoming_count from read.conversations order by created_at, address',
    )
  ).rows;
const refolds = async () => {
  const served = await readModelDigests(rig.databaseUrl);
  await rig.refold();
  await eventually(async () => expect(await readModelDigests(rig.databaseUrl)).toEqual(served));
};

describe('rule 5: a contact that goes over to another address', () => {
  beforeEach(async () => {
    await rig.interpret();
    await rig.project();
  });

  it('keeps its thread: what it writes from there stands in it, and what is sent to the old address goes there', async () => {
    await taken(wrote('in-1', OLD, 1));
    // Together in one webhook, and once more: it says the same.
    await taken(moved(OLD, NEW, 2), wrote('in-2', NEW, 3));
    await taken(moved(OLD, NEW, 2));
    await eventually(async () => expect(await conversations()).toMatchObject([{ address: NEW, incoming_count: 2 }]));
    expect(new Set(rig.events('conversation.address_changed').map(({ id }) => id)).size).toBe(1);
    const [opened, ...others] = rig.events('conversation.opened');
    expect(others).toEqual([]);
    expect(rig.events('conversation.address_changed')[0]).toMatchObject({
      ...{ conversationId: opened?.conversationId, contactId: opened?.contactId },
      data: { content: { from: OLD, address: NEW } },
    });
    expect([await currentOf(OLD), await currentOf(NEW)]).toEqual([NEW, NEW]);
    await eventually(async () => {
      const found = await rig.direct.query('select address from read.contact_addresses order by address');
      expect(found.rows).toEqual([{ address: OLD }, { address: NEW }]);
    });
    await refolds();
  });

  it('ends its thread where the new address has one already: both stay, and who had them is one person', async () => {
    await taken(wrote('in-1', OLD, 1), wrote('in-2', NEW, 2));
    await taken(moved(OLD, NEW, 3));
    await taken(moved(OLD, NEW, 3));
    await eventually(() => expect(rig.events('conversation.absorbed').length).toBeGreaterThan(0));
    const [first, second] = rig.events('conversation.opened');
    expect(rig.events('conversation.merged')[0]).toMatchObject({
      conversationId: first?.conversationId,
      data: { intoConversationId: second?.conversationId, content: { from: OLD, address: NEW } },
    });
    expect(rig.events('conversation.absorbed')[0]).toMatchObject({
      conversationId: second?.conversationId,
      data: { fromConversationId: first?.conversationId },
    });
    expect(new Set(rig.events('conversation.merged').map(({ id }) => id)).size).toBe(1);
    await eventually(() => expect(rig.events('contact.merged')).toHaveLength(1));
    expect(rig.events('contact.merged')[0]).toMatchObject({
      ...{ contactId: first?.contactId, data: { intoContactId: second?.contactId } },
    });
    expect(await currentOf(OLD)).toBe(NEW);
    await eventually(async () => {
      const [old, fresh] = await conversations();
      expect(old).toMatchObject({ address: OLD, merged_into: fresh?.id });
    });
    await refolds();
  });

  it('is written to where it was last heard of: there and back, by whatever number it comes again', async () => {
    await taken(moved(OLD, NEW, 1), moved(NEW, NEWEST, 2));
    await eventually(async () => expect(await conversations()).toMatchObject([{ address: NEWEST }]));
    expect([await currentOf(OLD), await currentOf(NEW)]).toEqual([NEWEST, NEWEST]);
    await taken(moved(NEWEST, OLD, 3));
    await eventually(async () => expect(await conversations()).toMatchObject([{ address: OLD }]));
    expect([await currentOf(OLD), await currentOf(NEW), await currentOf(NEWEST)]).toEqual([OLD, OLD, OLD]);
    // Whoever has the number by now is answered there, and no word of before changes that.
    await taken(wrote('in-1', NEWEST, 5), wrote('in-0', NEW, 1));
    await eventually(async () => expect(await conversations()).toMatchObject([{ address: NEWEST, incoming_count: 2 }]));
    expect([await currentOf(NEWEST), await currentOf(NEW)]).toEqual([NEWEST, NEWEST]);
    await refolds();
  });

  it('is read out of webhooks of the past by `parley reinterpret`, once', async () => {
    await rig.close();
    rig = await openInboundRig({ adapters: deaf });
    await rig.interpret();
    await rig.project();
    await taken(moved(OLD, NEW, 1));
    await eventually(() => expect(rig.events('webhook.uninterpreted')).toHaveLength(1));
    await rig.reinterpret({ isDryRun: true }, saying);
    expect(rig.events('conversation.address_changed')).toEqual([]);
    await rig.reinterpret({}, saying);
    await eventually(() => expect(rig.events('conversation.address_changed')).toHaveLength(1));
    expect(rig.events('conversation.address_changed')[0]).toMatchObject({ reinterpreted: true });
    expect(await currentOf(OLD)).toBe(NEW);
    await eventually(async () => expect(await conversations()).toMatchObject([{ address: NEW }]));
    await rig.reinterpret({}, saying);
    expect(rig.events('conversation.address_changed')).toHaveLength(1);
  });
});

describe('where a contact is by now', () => {
  it(`does not hang on the order in which its moves are told, or how often (SEED=${seed})`, async () => {
    const addresses = [OLD, NEW, NEWEST];
    await rig.database.transaction((tx) => addressBook().claim(tx, addresses.map(requestOf), new Date()));
    const address = fc.constantFrom(...addresses);
    const move = fc.record({ from: address, to: address, second: fc.nat(20) }).filter(({ from, to }) => from !== to);
    const clear = () => rig.direct.query('update work.addresses set moved_to = null, moved_at = null, back_at = null');
    const told = async (moves: readonly { from: string; to: string; second: number }[]) => {
      await clear();
      for (const { from, to, second } of moves) {
        const said = { ...requestOf(from), from, to, at: atSecond(second) };
        await rig.database.transaction((tx) => moveAddress(tx, rig.identity, said));
      }
      return Promise.all(addresses.map(currentOf));
    };
    const shuffled = fc
      .array(move, { maxLength: 6 })
      .chain((moves) =>
        fc.tuple(fc.constant(moves), fc.shuffledSubarray([...moves, ...moves], { minLength: 2 * moves.length })),
      );
    await fc.assert(
      fc.asyncProperty(shuffled, async ([moves, others]) => {
        expect(await told(others)).toEqual(await told(moves));
      }),
      { seed, numRuns: 25 },
    );
  });
});
