import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Executor } from '../../../../src/database/database.js';
import { createAddressBook } from '../../../../src/events/outbox/create-address-book.js';
import { followMoves, moveAddress } from '../../../../src/events/outbox/address-moves.js';
import { addressIn } from '../../../../src/events/conversation/address.js';
import { absorbedIds } from '../../../../src/events/conversation/combine.js';
import { contactIds } from '../../../../src/events/kernel/ids.js';
import type { MessageState } from '../../../../src/events/message/state.js';
import { createFinders } from '../../../../src/events/queries/create-finders.js';
import type { Page, PageRequest } from '../../../../src/events/queries/finders.js';
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
const currentIn = async (executor: Executor, address: string) => {
  const [thread] = await addressBook().find(executor, [requestOf(address)]);
  return thread && (await followMoves(executor, addressBook(), requestOf(address), thread)).address;
};
const currentOf = (address: string) => currentIn(rig.database.orm, address);
const conversations = async () =>
  (
    await rig.direct.query<{ id: string; address: string; merged_into: string | null; incoming_count: number }>(
      'select id, address, merged_into, incoming_count from read.conversations order by created_at, address',
    )
  ).rows;
/** Whatever was posted is interpreted, and whatever that said is projected. */
const untilAllIsRead = () =>
  eventually(async () => expect((await rig.direct.query(LEFT)).rows).toEqual([{ webhooks: 0, events: 0 }]));
const LEFT = `select (select count(*) from log.records where topic = 'webhooks')::int
    - (select coalesce(sum(next_offset), 0) from work.positions where topic = 'webhooks')::int as webhooks,
  (select count(*) from log.records where topic = 'events')::int
    - (select coalesce(sum(next_offset), 0) from read.positions)::int as events`;
const refolds = async () => {
  await untilAllIsRead();
  const served = await readModelDigests(rig.databaseUrl);
  await rig.refold();
  await eventually(async () => expect(await readModelDigests(rig.databaseUrl)).toEqual(served));
};

describe('rule 5: a contact that goes over to another address', () => {
  beforeEach(async () => {
    await rig.interpret();
    await rig.project();
  });

  it('is one thread by each spelling of its number, whether they come together or one after another', async () => {
    const [short, long] = ['+551187654321', '+5511987654321'];
    await taken(wrote('in-1', long, 1), wrote('in-2', short, 2));
    await eventually(async () => expect(await conversations()).toMatchObject([{ incoming_count: 2 }]));
    await taken(wrote('in-3', '+5215512345678', 3));
    await taken(wrote('in-4', '+525512345678', 4));
    await eventually(async () =>
      expect(await conversations()).toMatchObject([{ incoming_count: 2 }, { incoming_count: 2 }]),
    );
    expect(rig.events('conversation.opened')).toHaveLength(2);
    const threads = await addressBook().find(rig.database.orm, ['+5491123456789', short, long].map(requestOf));
    expect([threads[0], threads[1]?.conversationId]).toEqual([undefined, threads[2]?.conversationId]);
  });

  it('goes over to the thread of its new number, by whichever spelling that is known', async () => {
    await taken(wrote('in-1', OLD, 1), wrote('in-2', '+5215512345678', 2));
    await eventually(() => expect(rig.events('conversation.opened')).toHaveLength(2));
    await taken(moved(OLD, '+525512345678', 3));
    await eventually(() => expect(rig.events('conversation.merged')).toHaveLength(1));
    expect(rig.events('conversation.address_changed')).toEqual([]);
  });

  it('is found by a spelling that nobody used yet', async () => {
    await taken(wrote('in-1', '+5491123456789', 1));
    await eventually(async () => expect(await conversations()).toHaveLength(1));
    const [known, found] = await addressBook().find(
      rig.database.orm,
      ['+5491123456789', '+541123456789'].map(requestOf),
    );
    expect(found).toEqual(known);
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
    // In one batch with the move both would be of one thread from the beginning.
    await eventually(() => expect(rig.events('conversation.opened')).toHaveLength(2));
    await taken(moved(OLD, NEW, 3));
    await taken(moved(OLD, NEW, 3));
    await eventually(() => {
      expect(rig.events('conversation.merged').length).toBeGreaterThan(0);
      expect(rig.events('conversation.absorbed').length).toBeGreaterThan(0);
    });
    const [first, second] = [OLD, NEW].map((address) =>
      rig.events('conversation.opened').find((event) => addressIn(event) === address),
    );
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

  it('rule 5: is one thread then, under either id: messages of both, counters added, once in lists and counts', async () => {
    // In another order than that of the threads, and over more than one partition as like as not.
    for (const [id, address, second] of [
      ['in-1', OLD, 1],
      ['in-2', NEW, 2],
      ['in-3', OLD, 3],
      ['in-4', NEW, 4],
      ['in-5', OLD, 5],
    ] as const) {
      await taken(wrote(id, address, second));
      await eventually(() =>
        expect(rig.events('message.received').some(({ data }) => data.providerMessageId === id)).toBe(true),
      );
    }
    await taken(moved(OLD, NEW, 6));
    await eventually(async () => expect((await conversations()).some((one) => one.merged_into !== null)).toBe(true));
    await eventually(async () =>
      expect((await conversations()).map((one) => one.incoming_count).sort()).toEqual([2, 3]),
    );
    const told = `select from read.events where type = 'conversation.absorbed'`;
    await eventually(async () => expect((await rig.direct.query(told)).rowCount).toBe(1));
    const finders = createFinders({ database: rig.database });
    const at = workspaceId();
    const [old, fresh] = rig.events('conversation.opened').map(({ conversationId }) => conversationId);
    const [byOld, byNew] = await finders.conversations(
      at,
      [old, fresh].flatMap((id) => id ?? []),
    );
    expect(byOld).toEqual(byNew);
    expect(await finders.conversations(at, fresh === undefined ? [] : [fresh])).toEqual([byNew]);
    expect(byNew).toMatchObject({ id: fresh, incomingCount: 5, lastIncomingAt: atSecond(5).toISOString() });
    if (byNew === undefined) throw new Error('Not there.');
    const absorbed = absorbedIds(byNew);
    expect(absorbed).toEqual([old]);
    const said = (page: Page<MessageState>) => page.edges.map(({ node }) => node.providerMessageIds[0]);
    const read = (page: PageRequest) => finders.messagePage(at, byNew.id, page, absorbed);
    const inOrder = ['in-1', 'in-2', 'in-3', 'in-4', 'in-5'];
    expect(said(await read({ limit: 10, direction: 'forward' }))).toEqual(inOrder);
    for (const direction of ['forward', 'backward'] as const) {
      const pages: (string | undefined)[][] = [];
      let from: string | undefined;
      do {
        const page = await read({ limit: 2, direction, [direction === 'forward' ? 'after' : 'before']: from });
        pages.push(said(page));
        from = page.edges.at(direction === 'forward' ? -1 : 0)?.cursor;
        if (!(direction === 'forward' ? page.hasNextPage : page.hasPreviousPage)) break;
      } while (pages.length < 9);
      expect((direction === 'forward' ? pages : pages.reverse()).flat()).toEqual(inOrder);
    }
    const [last] = await finders.messages(at, byNew.lastMessageId === null ? [] : [byNew.lastMessageId]);
    expect(last?.providerMessageIds).toEqual(['in-5']);
    const page = { limit: 10, direction: 'forward' } as const;
    for (const filter of [{}, { isUnread: true }, { status: 'OPEN' as const }, { channelIds: [channelId(1)] }]) {
      const { edges } = await finders.conversationPage(at, filter, page);
      expect(edges.map(({ node }) => node)).toEqual([byNew]);
    }
    const { contactId = '' } = rig.events('conversation.opened')[0] ?? {};
    const ofContact = await finders.conversationsOfContact(
      at,
      contactIds.parse(contactId) ?? expect.unreachable(),
      page,
    );
    expect(ofContact.edges.map(({ node }) => node)).toEqual([byNew]);
    expect(await finders.conversationCounts(at, {})).toMatchObject({ open: 1, unassigned: 1 });
    // What is unread lies in the other one only.
    await rig.direct.query(
      'update read.conversations set read_incoming_count = incoming_count where merged_into is null',
    );
    expect((await finders.conversationPage(at, { isUnread: true }, page)).edges.map(({ node }) => node.id)).toEqual([
      fresh,
    ]);
    expect((await finders.conversationPage(at, { isUnread: false }, page)).edges).toEqual([]);
    await rig.direct.query('update read.conversations set read_incoming_count = incoming_count');
    expect((await finders.conversationPage(at, { isUnread: true }, page)).edges).toEqual([]);
    // Whoever has the old number later is another thread again.
    await taken(wrote('in-9', OLD, 9));
    await eventually(async () => expect(await finders.conversationCounts(at, {})).toMatchObject({ open: 2 }));
    const apart = await finders.conversations(
      at,
      [old, fresh].flatMap((id) => id ?? []),
    );
    expect(apart).toMatchObject([
      { id: old, incomingCount: 4 },
      { id: fresh, incomingCount: 2 },
    ]);
    await rig.direct.query('update read.conversations set read_incoming_count = 0');
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
    type Told = typeof move extends fc.Arbitrary<infer Move> ? Move : never;
    // One commit for all: they are told one after another all the same.
    const told = (moves: readonly Told[]) =>
      rig.database.transaction(async (tx) => {
        await tx.execute(sql`update work.addresses set moved_to = null, moved_at = null, back_at = null`);
        for (const { from, to, second } of moves) {
          const said = { ...requestOf(from), from, to, at: atSecond(second) };
          await moveAddress(tx, rig.identity, said);
        }
        const found: (string | undefined)[] = [];
        for (const one of addresses) found.push(await currentIn(tx, one));
        return found;
      });
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
