import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.js';
import { openDatabase } from '../../../src/database/open-database.js';
import { UNSAID, type ContactState } from '../../../src/events/contact/state.js';
import { UNTENDED, type ConversationState } from '../../../src/events/conversation/state.js';
import { channelIds, workspaceIds, type ConversationId, type WorkspaceId } from '../../../src/events/kernel/ids.js';
import type { MessageState, TimelineEntry } from '../../../src/events/message/state.js';
import {
  contactToRows,
  conversationToRow,
  messageToRow,
  timelineEntryToRow,
} from '../../../src/events/projections/rows.js';
import { createFinders } from '../../../src/events/queries/create-finders.js';
import { PageCursorError, type Finders, type Page, type PageRequest } from '../../../src/events/queries/finders.js';
import { channels, workspaces } from '../../../src/schema/tables/config.js';
import { contactAddresses, contacts, conversations, messages, timeline } from '../../../src/schema/tables/read.js';
import { cloneDatabase, type ClonedDatabase } from '../../support/database.js';
import {
  createJournalWriter,
  journalEvent,
  newChannelId,
  newContactId,
  newConversationId,
  newEventId,
  newMessageId,
  newWorkspaceId,
} from '../../support/journal-writer.js';
import { testLog } from '../../support/log.js';

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
const workspaceId = newWorkspaceId();
const stranger = newWorkspaceId();
const channelId = newChannelId();

let cloned: ClonedDatabase;
let database: Database;
let finders: Finders;

beforeAll(async () => {
  cloned = await cloneDatabase();
  database = openDatabase(cloned.url, testLog);
  finders = createFinders({ database });
});
afterAll(async () => {
  await database.close();
  await cloned.drop();
});

function message(about: Partial<MessageState> = {}): MessageState {
  return {
    id: newMessageId(),
    workspaceId,
    conversationId: newConversationId(),
    channelId,
    contactId: newContactId(),
    direction: 'OUTGOING',
    author: 'AGENT',
    authorId: 'agent-7',
    contentKind: 'text',
    content: { kind: 'text', text: 'Hello', actions: [], attachments: [] },
    isErased: false,
    edit: { eventId: 'evt_1', at: at(1) },
    parts: 1,
    progress: {},
    words: {},
    status: 'ACCEPTED',
    statusAt: at(1),
    failure: null,
    providerMessageIds: ['a', 'b'],
    ...{ reference: 'order-1', category: 'UTILITY', degradedFrom: 'list' },
    idempotencyKey: 'key-1',
    metadata: { order: 1 },
    providerData: null,
    reactions: [],
    scheduledAt: null,
    replyToMessageId: newMessageId(),
    addedAt: { partition: 3, offset: 7n },
    createdAt: at(1),
    updatedAt: at(2),
    ...about,
  };
}

function conversation(about: Partial<ConversationState> = {}): ConversationState {
  return {
    id: newConversationId(),
    workspaceId,
    channelId,
    contactId: newContactId(),
    address: '+15550100000',
    ...UNTENDED,
    incomingCount: 2,
    readIncomingCount: 2,
    allReadAt: null,
    lastMessageId: newMessageId(),
    lastActivityAt: at(1),
    lastIncomingAt: null,
    ...{ addressAt: null, mergedInto: null, mergedAt: null, heardAt: null, providerContactId: null },
    waitingSince: null,
    createdAt: at(0),
    eventCount: 1,
    recordedUntil: at(0),
    ...about,
  };
}

function contact(about: Partial<ContactState> = {}): ContactState {
  const addresses = [{ channelId, address: '+15550100000' }];
  return { id: newContactId(), workspaceId, displayName: 'Ada', addresses, createdAt: at(0), ...UNSAID, ...about };
}

const addMessages = (...states: readonly MessageState[]) =>
  database.orm.insert(messages).values(states.map(messageToRow));
const addConversations = (...states: readonly ConversationState[]) =>
  database.orm.insert(conversations).values(states.map(conversationToRow));
async function addContacts(...states: readonly ContactState[]): Promise<void> {
  const rows = states.map(contactToRows);
  await database.orm.insert(contacts).values(rows.map((row) => row.contact));
  await database.orm.insert(contactAddresses).values(rows.flatMap((row) => row.addresses));
}

const nodes = <Item>(page: Page<Item>) => page.edges.map(({ node }) => node);
const first = (limit: number, after?: string): PageRequest => ({ limit, direction: 'forward', after });
const last = (limit: number, before?: string): PageRequest => ({ limit, direction: 'backward', before });

/** Pages through a list both ways, and finds the same each time. */
async function walk<Item>(list: (page: PageRequest) => Promise<Page<Item>>, limit: number): Promise<Item[]> {
  const forward: Item[] = [];
  let page = await list(first(limit));
  expect(page.hasPreviousPage).toBe(false);
  for (;;) {
    forward.push(...nodes(page));
    if (!page.hasNextPage) break;
    page = await list(first(limit, page.edges.at(-1)?.cursor));
    expect(page.hasPreviousPage).toBe(true);
  }
  const backward: Item[] = [];
  page = await list(last(limit));
  expect(page.hasNextPage).toBe(false);
  for (;;) {
    backward.unshift(...nodes(page));
    if (!page.hasPreviousPage) break;
    page = await list(last(limit, page.edges[0]?.cursor));
    expect(page.hasNextPage).toBe(true);
  }
  expect(backward).toEqual(forward);
  return forward;
}

describe('finders by id', () => {
  it('answer in the order asked for, whole, and undefined for what is unknown', async () => {
    const [a, b] = [message(), message({ contactId: null, replyToMessageId: null, metadata: null })];
    await addMessages(a, b);
    expect(await finders.messages(workspaceId, [b.id, newMessageId(), a.id, b.id])).toEqual([b, undefined, a, b]);
    const thread = conversation({ lastIncomingAt: at(5) });
    await addConversations(thread);
    expect(await finders.conversations(workspaceId, [newConversationId(), thread.id])).toEqual([undefined, thread]);
    const other = newChannelId();
    const person = contact({
      addresses: [other, channelId].toSorted().map((id) => ({ channelId: id, address: '+15550100001' })),
    });
    await addContacts(person);
    expect(await finders.contacts(workspaceId, [person.id, newContactId()])).toEqual([person, undefined]);
    expect(await finders.messages(workspaceId, [])).toEqual([]);
  });

  it('show a foreign workspace nothing', async () => {
    const [one, thread, person] = [message(), conversation(), contact()];
    const event = journalEvent({ workspaceId });
    await addMessages(one);
    await addConversations(thread);
    await addContacts(person);
    await createJournalWriter(database, 1).append(0, event);
    expect(await finders.messages(stranger, [one.id])).toEqual([undefined]);
    expect(await finders.timelines(stranger, [one.id])).toEqual([[]]);
    expect(await finders.conversations(stranger, [thread.id])).toEqual([undefined]);
    expect(await finders.contacts(stranger, [person.id])).toEqual([undefined]);
    expect(await finders.events(stranger, [event.id])).toEqual([undefined]);
    expect(await finders.events(workspaceId, [event.id])).toEqual([{ event, position: { partition: 0, offset: 0n } }]);
    expect((await finders.messagePage(stranger, one.conversationId, first(10))).edges).toEqual([]);
    expect((await finders.conversationPage(stranger, {}, first(10))).edges).toEqual([]);
    expect((await finders.contactPage(stranger, {}, first(10))).edges).toEqual([]);
    expect((await finders.journalPage(stranger, {}, [0n], 10)).items).toEqual([]);
  });

  it('show stubs to nobody', async () => {
    const stub = message({ direction: null, author: null, contentKind: null, content: null, addedAt: null });
    await addMessages(stub);
    expect(await finders.messages(workspaceId, [stub.id])).toEqual([undefined]);
    expect((await finders.messagePage(workspaceId, stub.conversationId, first(10))).edges).toEqual([]);
  });

  it('give timelines by position, a failure of unknown stage as the attempt stands now', async () => {
    const failed = { rank: 9, at: at(3), hasSent: false, failure: null, providerMessageIds: [] };
    const unsent = message({ progress: { 1: { 0: failed } } });
    const sent = message({ progress: { 1: { 0: { ...failed, hasSent: true } } } });
    await addMessages(unsent, sent);
    const entry = (of: MessageState, offset: bigint, about: Partial<TimelineEntry>): TimelineEntry => ({
      eventId: newEventId(),
      messageId: of.id,
      position: { partition: 0, offset },
      status: 'DELIVERY_FAILED',
      isStageUnknown: true,
      attempt: 1,
      part: 0,
      occurredAt: at(3),
      recordedAt: at(4),
      failure: null,
      ...about,
    });
    const entries = [unsent, sent].flatMap((of) => [
      entry(of, 9n, {}),
      entry(of, 4n, { status: 'ACCEPTED', isStageUnknown: false, part: null }),
    ]);
    await database.orm
      .insert(timeline)
      .values(entries.map((one) => timelineEntryToRow(one, workspaceId, { isMove: true, isAdded: false })));
    const timelines = await finders.timelines(workspaceId, [sent.id, newMessageId(), unsent.id]);
    expect(timelines.map((of) => of.map(({ status }) => status))).toEqual([
      ['ACCEPTED', 'DELIVERY_FAILED'],
      [],
      ['ACCEPTED', 'SENDING_FAILED'],
    ]);
  });
});

describe('pages', () => {
  it('of messages go oldest first by position, both ways, and never by a clock', async () => {
    const conversationId = newConversationId();
    const states = Array.from({ length: 23 }, (_, index) =>
      message({ conversationId, addedAt: { partition: 1, offset: BigInt(index * 3) }, createdAt: at(59 - index) }),
    );
    await addMessages(...states.toReversed());
    for (const limit of [1, 4, 23, 100]) {
      expect(await walk((page) => finders.messagePage(workspaceId, conversationId, page), limit)).toEqual(states);
    }
  });

  it('skip nothing and repeat nothing while messages arrive', async () => {
    const conversationId = newConversationId();
    let offset = 0n;
    const arrive = async () => {
      offset += 2n;
      const state = message({ conversationId, addedAt: { partition: 1, offset } });
      await addMessages(state);
      return state.id;
    };
    const ids = [await arrive(), await arrive(), await arrive(), await arrive()];
    const newest = await finders.messagePage(workspaceId, conversationId, last(2));
    const seen = nodes(newest).map(({ id }) => id);
    for (let page = newest; page.hasPreviousPage;) {
      ids.push(await arrive());
      page = await finders.messagePage(workspaceId, conversationId, last(1, page.edges[0]?.cursor));
      seen.unshift(...nodes(page).map(({ id }) => id));
    }
    for (let cursor = newest.edges.at(-1)?.cursor, hasNextPage = true; hasNextPage;) {
      const page = await finders.messagePage(workspaceId, conversationId, first(1, cursor));
      if (ids.length < 8) ids.push(await arrive());
      seen.push(...nodes(page).map(({ id }) => id));
      cursor = page.edges.at(-1)?.cursor;
      ({ hasNextPage } = page);
    }
    expect(seen).toEqual(ids.slice(0, seen.length));
    expect(seen.length).toBeGreaterThan(5);
  });

  it('may be bounded on both sides', async () => {
    const conversationId = newConversationId();
    const states = [1n, 2n, 3n, 4n, 5n].map((offset) => message({ conversationId, addedAt: { partition: 0, offset } }));
    await addMessages(...states);
    const all = await finders.messagePage(workspaceId, conversationId, first(10));
    const [from, to] = [all.edges[0]?.cursor, all.edges[4]?.cursor];
    const between = (limit: number, direction: PageRequest['direction']) =>
      finders.messagePage(workspaceId, conversationId, { limit, direction, after: from, before: to });
    expect(nodes(await between(10, 'forward'))).toEqual(states.slice(1, 4));
    expect(nodes(await between(2, 'forward'))).toEqual(states.slice(1, 3));
    expect(nodes(await between(2, 'backward'))).toEqual(states.slice(2, 4));
    expect(await between(10, 'backward')).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
  });

  it('of conversations go newest activity first, ties by id, and filter', async () => {
    const own = newWorkspaceId();
    const other = newChannelId();
    const someone = newContactId();
    const states = Array.from({ length: 9 }, (_, index) =>
      conversation({
        workspaceId: own,
        lastActivityAt: at(Math.floor(index / 3)),
        channelId: index % 2 === 0 ? channelId : other,
        contactId: index < 2 ? someone : newContactId(),
        incomingCount: index === 4 ? 3 : 2,
        status: index === 5 ? 'CLOSED' : 'OPEN',
      }),
    );
    await addConversations(...states);
    const expected = states.toSorted((a, b) => compare(b.lastActivityAt, a.lastActivityAt) || compare(b.id, a.id));
    for (const limit of [1, 4]) {
      expect(await walk((page) => finders.conversationPage(own, {}, page), limit)).toEqual(expected);
    }
    const found = async (filter: Parameters<Finders['conversationPage']>[1]) =>
      nodes(await finders.conversationPage(own, filter, first(100)));
    expect(await found({ channelIds: [other] })).toEqual(expected.filter((one) => one.channelId === other));
    expect(await found({ channelIds: [] })).toEqual([]);
    expect(await found({ contactId: someone })).toHaveLength(2);
    expect(await found({ isUnread: true })).toEqual([states[4]]);
    expect(await found({ isUnread: false })).toHaveLength(8);
    expect(await found({ status: 'CLOSED' })).toEqual([states[5]]);
    expect(await found({ status: 'CLOSED', isUnread: true })).toEqual([]);
  });

  it('of contacts go newest first and find an address', async () => {
    const own = newWorkspaceId();
    const states = Array.from({ length: 7 }, (_, index) =>
      contact({
        workspaceId: own,
        createdAt: at(index % 3),
        addresses: [{ channelId, address: `+1555010000${index % 5}` }],
      }),
    );
    await addContacts(...states);
    const expected = states.toSorted((a, b) => compare(b.createdAt, a.createdAt) || compare(b.id, a.id));
    expect(await walk((page) => finders.contactPage(own, {}, page), 2)).toEqual(expected);
    const found = nodes(await finders.contactPage(own, { address: '+15550100001' }, first(10)));
    expect(found).toEqual(expected.filter(({ addresses }) => addresses[0]?.address === '+15550100001'));
  });

  it('of channels go oldest first, filter, and hold no settings', async () => {
    const own = newWorkspaceId();
    const states = Array.from({ length: 5 }, (_, index) => ({
      id: newChannelId(),
      workspaceId: own,
      name: `Channel ${index}`,
      provider: index === 1 ? ('BIRD' as const) : ('SANDBOX' as const),
      platform: index === 2 ? ('SMS' as const) : ('WHATSAPP' as const),
      isEnabled: index !== 3,
      degradeUnsupported: false,
      createdAt: at(Math.floor(index / 2)),
    }));
    await addChannels(own, states);
    const expected = states.toSorted((a, b) => compare(a.createdAt, b.createdAt) || compare(a.id, b.id));
    expect(await walk((page) => finders.channelPage(own, {}, page), 2)).toEqual(expected);
    const found = async (filter: Parameters<Finders['channelPage']>[1]) =>
      nodes(await finders.channelPage(own, filter, first(10)));
    expect(await found({ provider: 'BIRD' })).toEqual([states[1]]);
    expect(await found({ platform: 'SMS' })).toEqual([states[2]]);
    expect(await found({ isEnabled: false })).toEqual([states[3]]);
    const ids = states.map(({ id }) => id);
    expect(await finders.channels(own, ids)).toEqual(states);
    expect(await finders.channels(stranger, ids)).toEqual(ids.map(() => undefined));
  });

  it('refuse garbage, and cursors of another list, conversation or workspace', async () => {
    const conversationId = newConversationId();
    await addMessages(message({ conversationId }));
    const page = await finders.messagePage(workspaceId, conversationId, first(1));
    const cursor = page.edges[0]?.cursor ?? '';
    const lists: ((request: PageRequest) => Promise<unknown>)[] = [
      (request) => finders.messagePage(workspaceId, newConversationId(), request),
      (request) => finders.messagePage(stranger, conversationId, request),
      (request) => finders.conversationPage(workspaceId, {}, request),
      (request) => finders.contactPage(workspaceId, {}, request),
      (request) => finders.channelPage(workspaceId, {}, request),
    ];
    for (const list of lists) {
      for (const request of [first(1, cursor), last(1, cursor), first(1, 'garbage'), last(1, '')]) {
        await expect(list(request)).rejects.toThrow(PageCursorError);
      }
    }
  });

  it('of the journal stay within the workspace and the limit', async () => {
    const own: WorkspaceId = newWorkspaceId();
    const conversationId: ConversationId = newConversationId();
    await database.orm.execute(sql`truncate read.events, read.positions`);
    const events = Array.from({ length: 5 }, () => journalEvent({ workspaceId: own, conversationId }));
    await createJournalWriter(database, 2).append(1, ...events, journalEvent({ workspaceId: stranger }));
    const page = await finders.journalPage(own, { conversationId }, [0n, 0n], 3);
    expect(page).toMatchObject({ hasMore: true, end: [0n, 3n] });
    const rest = await finders.journalPage(own, {}, page.end, 3);
    expect(rest).toMatchObject({ hasMore: false, end: [0n, 6n] });
    expect([...page.items, ...rest.items].map(({ event }) => event)).toEqual(events);
  });
});

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

async function addChannels(
  workspace: WorkspaceId,
  states: readonly {
    id: ReturnType<typeof newChannelId>;
    name: string;
    provider: string;
    platform: string;
    isEnabled: boolean;
    createdAt: string;
  }[],
): Promise<void> {
  await database.orm.insert(workspaces).values({ id: workspaceIds.toUuid(workspace), name: 'Own' });
  await database.orm.insert(channels).values(
    states.map(({ id, name, provider, platform, isEnabled, createdAt }) => ({
      id: channelIds.toUuid(id),
      workspaceId: workspaceIds.toUuid(workspace),
      name,
      provider,
      platform,
      isEnabled,
      settingsSealed: Buffer.from('sealed'),
      createdAt: new Date(createdAt),
    })),
  );
}
