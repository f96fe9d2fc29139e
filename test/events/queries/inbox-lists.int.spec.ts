import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.js';
import { openDatabase } from '../../../src/database/open-database.js';
import { CHANNEL_PLATFORMS } from '../../../src/events/channel/events.js';
import { UNSAID } from '../../../src/events/contact/state.js';
import { UNTENDED, type ConversationState } from '../../../src/events/conversation/state.js';
import {
  channelIds,
  conversationIds,
  workspaceIds,
  type ChannelId,
  type ContactId,
} from '../../../src/events/kernel/ids.js';
import { contactToRows, conversationToRow } from '../../../src/events/projections/rows.js';
import { createFinders } from '../../../src/events/queries/create-finders.js';
import { CONVERSATION_ORDERS } from '../../../src/events/queries/conversation-filter.js';
import {
  PageCursorError,
  type ConversationFilter,
  type ConversationOrder,
  type Finders,
  type PageRequest,
} from '../../../src/events/queries/finders.js';
import { createConversationList } from '../../../src/events/queries/inbox/conversation-list.js';
import { channels, workspaces } from '../../../src/schema/tables/config.js';
import { contactAddresses, contacts, conversations } from '../../../src/schema/tables/read.js';
import { cloneDatabase, type ClonedDatabase } from '../../support/database.js';
import {
  newChannelId,
  newContactId,
  newConversationId,
  newMessageId,
  newWorkspaceId,
} from '../../support/journal-writer.js';
import { testLog } from '../../support/log.js';

const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);
const CONVERSATIONS = 90;
const HOUR_MS = 3_600_000;
/** Far from any window's edge, whatever the test takes. */
const begunAt = Math.floor(Date.now() / HOUR_MS) * HOUR_MS + HOUR_MS / 2;
const hoursAgo = (hours: number) => new Date(begunAt - hours * HOUR_MS).toISOString();
const workspaceId = newWorkspaceId();
/** So small that nearly each page ends before it is full. */
const SMALL = { walkMax: 11, branchesMax: 12, namedMax: 9, fewMax: 4 };
const HOURS = new Map([['META_WHATSAPP', 24] as const, ['META_MESSENGER', 48] as const]);
const WINDOW_HOURS = [...HOURS].flatMap(([provider, hours]) =>
  CHANNEL_PLATFORMS.map((platform) => ({ provider, platform, hours })),
);
const CHANNELS = [
  { id: newChannelId(), provider: 'META_WHATSAPP', platform: 'WHATSAPP' },
  { id: newChannelId(), provider: 'META_WHATSAPP', platform: 'WHATSAPP' },
  { id: newChannelId(), provider: 'META_MESSENGER', platform: 'MESSENGER' },
  { id: newChannelId(), provider: 'TELEGRAM', platform: 'TELEGRAM' },
] as const;
const NAMES = ['José Álvarez', 'JOSEFINE Straßer', 'Anna Li', '李明', "O'Neill, Zoë", null];

let cloned: ClonedDatabase;
let database: Database;
let finders: Finders;
const all: ConversationState[] = [];
const nameOf = new Map<ContactId, string | null>();
const addressOf = new Map<ContactId, string>();
/** Who is shown in each contact's place. */
const shownFor = new Map<ContactId, ContactId>();

beforeAll(async () => {
  cloned = await cloneDatabase();
  database = openDatabase(cloned.url, testLog);
  finders = createFinders({ database });
  await database.orm.insert(workspaces).values({ id: workspaceIds.toUuid(workspaceId), name: 'W' });
  await database.orm.insert(channels).values(
    CHANNELS.map((channel) => ({
      ...channel,
      id: channelIds.toUuid(channel.id),
      workspaceId: workspaceIds.toUuid(workspaceId),
      ...{ name: 'C', settingsSealed: Buffer.from('x') },
    })),
  );
  for (const sketch of fc.sample(sketches, { numRuns: CONVERSATIONS, seed })) all.push(await made(sketch));
});
afterAll(async () => {
  await database.close();
  await cloned.drop();
});

const maybe = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: null });
const sketches = fc.record({
  channel: fc.constantFrom(...CHANNELS),
  name: fc.constantFrom(...NAMES),
  digits: fc.integer({ min: 0, max: 999 }),
  status: fc.constantFrom('OPEN' as const, 'CLOSED' as const),
  agentId: maybe(fc.constantFrom('a', 'b')),
  teamId: maybe(fc.constantFrom('t', 'u')),
  labels: fc.subarray(['vip', 'new']),
  unread: fc.boolean(),
  // The same hours of several: ties are broken by id.
  lastIncoming: maybe(fc.integer({ min: 0, max: 60 })),
  activeSince: fc.integer({ min: 0, max: 20 }),
  waiting: maybe(fc.integer({ min: 0, max: 60 })),
  created: fc.integer({ min: 0, max: 99 }),
  snoozed: maybe(fc.integer({ min: -9, max: 9 })),
  // Which of those that are shown it is shown as.
  merged: fc.option(fc.nat(), { nil: null, freq: 1 }),
});
type Sketch = typeof sketches extends fc.Arbitrary<infer Value> ? Value : never;

async function made(one: Sketch): Promise<ConversationState> {
  const contactId = newContactId();
  const address = `+3161234${String(one.digits).padStart(4, '0')}`;
  const shown = [...new Set(shownFor.values())];
  const mergedInto = (one.merged === null ? undefined : shown[one.merged % shown.length]) ?? null;
  shownFor.set(contactId, mergedInto ?? contactId);
  nameOf.set(contactId, one.name);
  addressOf.set(contactId, address);
  const rows = contactToRows({
    ...{ id: contactId, workspaceId, displayName: one.name, createdAt: hoursAgo(one.created), ...UNSAID },
    ...{ addresses: [{ channelId: one.channel.id, address }], mergedInto },
  });
  await database.orm.insert(contacts).values(rows.contact);
  await database.orm.insert(contactAddresses).values([...rows.addresses]);
  const lastActivity = one.lastIncoming === null ? one.activeSince : Math.min(one.lastIncoming, one.activeSince);
  const state: ConversationState = {
    ...{ id: newConversationId(), workspaceId, channelId: one.channel.id, contactId, address, ...UNTENDED },
    ...{ addressAt: null, mergedInto: null, mergedAt: null, heardAt: null, providerContactId: null },
    ...{ status: one.status, agentId: one.agentId, teamId: one.teamId, labels: [...one.labels].sort() },
    ...{ incomingCount: 2, readIncomingCount: one.unread ? 1 : 2, allReadAt: null, lastMessageId: newMessageId() },
    lastActivityAt: hoursAgo(lastActivity),
    lastIncomingAt: one.lastIncoming === null ? null : hoursAgo(one.lastIncoming),
    waitingSince: one.waiting === null ? null : hoursAgo(one.waiting),
    snoozedUntil: one.snoozed === null ? null : hoursAgo(one.snoozed),
    createdAt: hoursAgo(one.created),
    ...{ eventCount: 1, recordedUntil: hoursAgo(0) },
  };
  await database.orm.insert(conversations).values(conversationToRow(state));
  return state;
}

const filters: fc.Arbitrary<ConversationFilter> = fc.record({
  status: fc.constantFrom('OPEN' as const, 'CLOSED' as const),
  contactId: fc.nat().map((n) => all[n % all.length]?.contactId ?? undefined),
  channelIds: fc.subarray<ChannelId>([...CHANNELS.map(({ id }) => id), newChannelId()]),
  platform: fc.constantFrom('WHATSAPP' as const, 'TELEGRAM' as const, 'SMS' as const),
  isUnread: fc.boolean(),
  agentId: fc.constantFrom('a', 'b', 'nobody'),
  teamId: fc.constantFrom('t', 'u'),
  isAssigned: fc.boolean(),
  labels: fc.subarray(['vip', 'new']),
  isSnoozed: fc.boolean(),
  window: fc.record({
    closesWithinMs: fc.option(
      fc.integer({ min: 0, max: 50 }).map((hours) => hours * HOUR_MS),
      { nil: undefined },
    ),
    hours: fc.constant(WINDOW_HOURS),
  }),
  activeAfter: fc.integer({ min: 0, max: 20 }).map((hours) => new Date(hoursAgo(hours))),
  activeBefore: fc.integer({ min: 0, max: 20 }).map((hours) => new Date(hoursAgo(hours))),
  text: fc.constantFrom(
    'jose',
    'ÁLV',
    'josefine strass',
    'an l',
    '李',
    "o'n",
    'zoe',
    '612340',
    '06 1234',
    '+3161',
    '!?',
  ),
  within: fc.constant({ conversationIds: [], contactIds: [] }).map((none) => ({
    ...none,
    contactIds: all.slice(0, 20).flatMap(({ contactId }) => contactId ?? []),
  })),
});

const FILTER_NAMES: readonly (keyof ConversationFilter)[] = [
  ...(['status', 'channelIds', 'platform', 'isUnread', 'agentId', 'teamId', 'isAssigned', 'labels'] as const),
  ...(['isSnoozed', 'window', 'activeAfter', 'activeBefore', 'text', 'within', 'contactId'] as const),
];

/** Every condition is asked for now and then, and seldom all of them: those find nobody. */
const asked = fc
  .tuple(filters, fc.subarray([...FILTER_NAMES], { maxLength: 3 }))
  .map(([filter, names]): ConversationFilter => Object.fromEntries(names.map((name) => [name, filter[name]])));

const windowEnd = ({ channelId, lastIncomingAt }: ConversationState): number | undefined => {
  const provider = CHANNELS.find(({ id }) => id === channelId)?.provider;
  const hours = HOURS.get(provider as 'META_WHATSAPP');
  return hours === undefined || lastIncomingAt === null ? undefined : Date.parse(lastIncomingAt) + hours * HOUR_MS;
};

const plain = (text: string) =>
  text
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .replaceAll('ß', 'ss');

/** Everybody who is shown as one with a contact. */
const membersOf = (contactId: ContactId) =>
  [...shownFor].flatMap(([id, shown]) => (shown === shownFor.get(contactId) ? [id] : []));

const isNamed = ({ contactId }: ConversationState, text: string): boolean =>
  contactId !== null && membersOf(contactId).some((id) => isCalled(id, text));

function isCalled(contactId: ContactId, text: string): boolean {
  const digits = text.replaceAll(/\D/g, '').replace(/^0+/, '');
  if (digits.length >= 3 && (addressOf.get(contactId) ?? '').includes(digits)) return true;
  const words = (said: string) =>
    plain(said)
      .split(/[\s,'!?+]+/)
      .filter((word) => word !== '');
  const wanted = words(text);
  const called = words(nameOf.get(contactId) ?? '');
  return wanted.length > 0 && wanted.every((word) => called.some((one) => one.startsWith(word)));
}

function fits(state: ConversationState, filter: ConversationFilter, now: number): boolean {
  const {
    status,
    channelIds: ids,
    platform,
    isUnread,
    agentId,
    teamId,
    isAssigned,
    labels,
    isSnoozed,
    window,
  } = filter;
  const end = windowEnd(state);
  const is = (wanted: boolean | undefined, so: boolean) => wanted === undefined || wanted === so;
  return (
    (status === undefined || state.status === status) &&
    (ids === undefined || ids.includes(state.channelId)) &&
    (platform === undefined || CHANNELS.find(({ id }) => id === state.channelId)?.platform === platform) &&
    is(isUnread, state.incomingCount > state.readIncomingCount) &&
    (agentId === undefined || state.agentId === agentId) &&
    (teamId === undefined || state.teamId === teamId) &&
    is(isAssigned, state.agentId !== null || state.teamId !== null) &&
    (labels ?? []).every((label) => state.labels.includes(label)) &&
    is(isSnoozed, state.snoozedUntil !== null && Date.parse(state.snoozedUntil) > now) &&
    (window === undefined ||
      (end !== undefined && end > now && end <= now + (window.closesWithinMs ?? Number.POSITIVE_INFINITY))) &&
    (filter.activeAfter === undefined || state.lastActivityAt > filter.activeAfter.toISOString()) &&
    (filter.activeBefore === undefined || state.lastActivityAt < filter.activeBefore.toISOString()) &&
    (filter.text === undefined || isNamed(state, filter.text)) &&
    (filter.contactId === undefined || membersOf(filter.contactId).some((id) => id === state.contactId)) &&
    (filter.within === undefined || filter.within.contactIds.some((id) => id === state.contactId))
  );
}

const timeIn: Readonly<Record<ConversationOrder, (state: ConversationState) => number | undefined>> = {
  NEWEST_ACTIVITY: ({ lastActivityAt }) => -Date.parse(lastActivityAt),
  OLDEST_ACTIVITY: ({ lastActivityAt }) => Date.parse(lastActivityAt),
  LONGEST_WAITING: ({ waitingSince }) => (waitingSince === null ? undefined : Date.parse(waitingSince)),
  WINDOW_CLOSING: windowEnd,
  NEWEST: ({ createdAt }) => -Date.parse(createdAt),
};

/** What a list holds, judged without a database. */
function listed(filter: ConversationFilter, order: ConversationOrder): string[] {
  const now = Date.now();
  const sign = order.startsWith('NEWEST') ? -1 : 1;
  const window =
    order === 'WINDOW_CLOSING' ? { closesWithinMs: undefined, hours: WINDOW_HOURS, ...filter.window } : filter.window;
  return all
    .filter((state) => timeIn[order](state) !== undefined && fits(state, { ...filter, window }, now))
    .map((state) => ({ id: state.id, time: timeIn[order](state) ?? 0, uuid: conversationIds.toUuid(state.id) }))
    .sort((a, b) => a.time - b.time || sign * (a.uuid < b.uuid ? -1 : 1))
    .map(({ id }) => id);
}

/** All pages of a list, as a client goes through them. */
async function walked(
  read: (page: PageRequest) => ReturnType<Finders['conversationPage']>,
  direction: PageRequest['direction'],
): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | undefined;
  for (;;) {
    const isForward = direction === 'forward';
    const page = await read({ limit: 7, direction, ...(isForward ? { after: cursor } : { before: cursor }) });
    const ids = page.edges.map(({ node }) => node.id);
    if (isForward) found.push(...ids);
    else found.unshift(...ids);
    if (!(isForward ? page.hasNextPage : page.hasPreviousPage)) return found;
    cursor = page.walkedTo ?? (isForward ? page.edges.at(-1) : page.edges[0])?.cursor;
    expect(cursor, 'a page with more beyond it says where').toBeDefined();
  }
}

describe('lists of conversations', () => {
  it.each([
    ['in one look', undefined, 30],
    ['in many', SMALL, 15],
  ])('hold what fits, in their order, each once, both ways, %s', async (_how, bounds, numRuns) => {
    const page = bounds
      ? createConversationList(database.orm, finders.conversations, bounds)
      : finders.conversationPage;
    await fc.assert(
      fc.asyncProperty(asked, fc.constantFrom(...CONVERSATION_ORDERS), async (filter, order) => {
        const needed =
          order === 'WINDOW_CLOSING'
            ? { window: { closesWithinMs: undefined, hours: WINDOW_HOURS }, ...filter }
            : filter;
        const read = (request: PageRequest) => page(workspaceId, needed, request, order);
        const expected = listed(filter, order);
        expect(await walked(read, 'forward')).toEqual(expected);
        expect(await walked(read, 'backward')).toEqual(expected);
      }),
      { seed, numRuns, endOnFailure: true },
    );
  });

  it('find each condition and each order by itself', async () => {
    const [sample] = fc.sample(filters, { numRuns: 1, seed });
    for (const order of CONVERSATION_ORDERS)
      for (const name of FILTER_NAMES) {
        const filter: ConversationFilter = { window: { closesWithinMs: undefined, hours: WINDOW_HOURS } };
        const one = { ...(order === 'WINDOW_CLOSING' && filter), [name]: sample?.[name] };
        const read = (request: PageRequest) => finders.conversationPage(workspaceId, one, request, order);
        expect(await walked(read, 'forward'), `${name} ${order}`).toEqual(listed(one, order));
      }
  });

  it("refuse a cursor of another order, and of another workspace's list", async () => {
    const page = await finders.conversationPage(workspaceId, {}, { limit: 1, direction: 'forward' }, 'NEWEST');
    const after = page.edges[0]?.cursor;
    const next = { limit: 1, direction: 'forward', after } as const;
    for (const order of CONVERSATION_ORDERS.filter((one) => one !== 'NEWEST'))
      await expect(finders.conversationPage(workspaceId, {}, next, order)).rejects.toThrow(PageCursorError);
    await expect(finders.conversationPage(newWorkspaceId(), {}, next, 'NEWEST')).rejects.toThrow(PageCursorError);
  });
});

describe('lists of contacts', () => {
  it.each(['jose', 'strasser jos', 'li', '李', 'ONEILL', 'neill', '1234', '!'])(
    'find them by %s, the newest first',
    async (text) => {
      const found: string[] = [];
      let after: string | undefined;
      for (;;) {
        const page = await finders.contactPage(workspaceId, { text }, { limit: 7, direction: 'forward', after });
        found.push(...page.edges.map(({ node }) => node.id));
        if (!page.hasNextPage) break;
        after = page.walkedTo ?? page.edges.at(-1)?.cursor;
      }
      const named = all.filter((state) => isNamed(state, text)).flatMap(({ contactId }) => contactId ?? []);
      const expected = new Set(named.map((id) => shownFor.get(id)));
      expect(found.toSorted()).toEqual([...expected].toSorted());
    },
  );

  it("are nobody's of another workspace", async () => {
    const page = await finders.contactPage(newWorkspaceId(), { text: 'jose' }, { limit: 7, direction: 'forward' });
    expect(page.edges).toEqual([]);
  });
});
