import { and, sql, type SQL } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Orm } from '../../../database/database.js';
import { conversations } from '../../../schema/tables/read.js';
import { channelIds, conversationIds, workspaceIds } from '../../kernel/ids.js';
import { conversationFromRow } from '../../projections/rows.js';
import { uuids, uuidsOf } from '../by-id.js';
import type { ConversationFilter, ConversationOrder, Finders, Page } from '../finders.js';
import { keysetPage, type KeysetStatement } from '../keyset.js';
import { findShownAsOne } from '../members.js';
import { WALK_BOUNDS, walkedPage, type WalkSource } from '../walk.js';
import { hasAbsorbed, shownPage, type FoundConversation } from '../whole-conversations.js';
import type { AskedList } from './asked-list.js';
import { allBut, conditionsOf, isClosing, type Condition, type Conditions } from './conditions.js';
import { findFew } from './few.js';
import { leadOf, ownOf } from './lead.js';
import { findListedChannels, type ListedChannel } from './listed-channels.js';
import { findUnreadParts } from './unread-parts.js';
import { BRANCH_WINDOW, isByActivity, ORDERS, placeIn, TIMES } from './orders.js';

/**
 * The workspace's conversations by filter and order. Where one index has all that is asked for, a page reads no more than
 * itself. Else the index that has most of it is walked, and what fits is taken; or, where a look-up finds that one of the
 * conditions holds for few, those few are sorted. Either way a page costs no more however many conversations there are,
 * but for the look-up of a word or a label that very many have: it reads as much of its index.
 */
export const createConversationList =
  (orm: Orm, load: Finders['conversations'], bounds = WALK_BOUNDS): Finders['conversationPage'] =>
  async (workspace, filter, page, order = 'NEWEST_ACTIVITY') => {
    const channels = await findListedChannels(orm, workspace, filter);
    const members = filter.contactId && (await findShownAsOne(orm, filter.contactId));
    const unreadParts = filter.isUnread === undefined ? [] : await findUnreadParts(orm, workspace);
    const given = conditionsOf(filter, workspace, { channels, members, unreadParts });
    const list = { workspace, filter, order, page, channels, members, given, bounds };
    const way = await chooseWay(orm, list);
    if (way.kind === 'direct') return shownPage(workspace, await readDirectly(orm, list, way), load);
    const walk = { scope: scopeOf(list), order: ORDERS[order], page, ...way };
    return walkedPage(orm, walk, (uuids) =>
      load(
        workspace,
        uuids.map((uuid) => conversationIds.fromUuid(uuid)),
      ),
    );
  };

/** Cursors of one order are no places in another. */
const scopeOf = ({ workspace, order }: AskedList): string =>
  order === 'NEWEST_ACTIVITY' ? `conversations/${workspace}` : `conversations/${workspace}/by/${order}`;

type Direct = {
  readonly kind: 'direct';
  readonly order: Exclude<ConversationOrder, 'WINDOW_CLOSING'>;
  readonly has: SQL | undefined;
};
type Walked = { readonly kind: 'walked'; readonly source: WalkSource; readonly fits: SQL };

async function chooseWay(orm: Orm, list: AskedList): Promise<Direct | Walked> {
  const { given, filter, order, page, bounds, members = [] } = list;
  if (order === 'WINDOW_CLOSING')
    return walkedByBranch(list, channelsOf(list), windowOpen(filter), ['channels', 'window']);
  const few = await findFew(orm, list);
  if (few !== undefined) {
    const all = and(few.has, ownOf(order));
    return walked(
      { kind: 'few', select: (statement) => sql`${rowsOf(list, all, statement)} offset 0` },
      given,
      few.serves,
    );
  }
  if (isByActivity(order) && members.length > 1)
    return walkedByBranch(list, membersOf(members), given.active, ['contact', 'active']);
  const lead = leadOf(filter, given, order);
  const spans = isByActivity(order) ? (['active'] as const) : [];
  const has = and(lead.has, ...spans.map((one) => given[one]));
  if (isByActivity(order) && !lead.isNarrow && isByChannels(list))
    return walkedByBranch(list, channelsOf(list), given.active, ['channels', 'active']);
  const serves = [...lead.serves, ...spans];
  if (allBut(given, serves) === undefined) return { kind: 'direct', order, has };
  const max = Math.max(page.limit + 1, filter.text === undefined ? bounds.walkMax : bounds.namedMax);
  const select = (statement: KeysetStatement) =>
    sql`${inOrder(rowsOf(list, has, statement), statement)} limit ${max}::int`;
  return walked({ kind: 'ordered', max, select }, given, serves);
}

const walked = (source: WalkSource, given: Conditions, serves: readonly Condition[]): Walked => ({
  kind: 'walked',
  source,
  fits: allBut(given, serves) ?? sql`true`,
});

const windowOpen = ({ window }: ConversationFilter): SQL => isClosing(BRANCH_WINDOW, window?.closesWithinMs);

const isByChannels = ({ channels, filter: { channelIds: ids } }: AskedList): boolean =>
  channels !== undefined || (ids !== undefined && ids.length !== 1);

interface Branches {
  readonly count: number;
  /** SQL of rows `branch`. */
  readonly all: SQL;
  /** Whether a conversation `c` is of the branch. */
  readonly has: SQL;
}

/** One walk for each branch, merged: by an index of its own none is crowded out by another's. */
function walkedByBranch(
  list: AskedList,
  branches: Branches,
  has: SQL | undefined,
  serves: readonly Condition[],
): Walked {
  const { given, page, filter, bounds } = list;
  const rest = allBut(given, serves);
  const walkMax = filter.text === undefined ? bounds.branchesMax : bounds.namedMax;
  const each = rest === undefined ? 0 : Math.ceil(walkMax / Math.max(1, branches.count));
  const max = Math.max(page.limit + 1, each);
  const condition = and(branches.has, has);
  const source: WalkSource = {
    ...{ kind: 'branches', max, branches: branches.all },
    select: (statement) => sql`${inOrder(rowsOf(list, condition, statement), statement)} limit ${max}::int`,
  };
  return walked(source, given, serves);
}

function channelsOf(list: AskedList): Branches {
  const channels = listedChannels(list);
  return {
    count: channels.length,
    all: sql`unnest(${uuids(channels.map(({ id }) => id))},
      ${sql.param(channels.map(({ hours }) => hours))}::int[]) as branch(id, hours)`,
    has: sql`c.channel_id = branch.id`,
  };
}

/** Of contacts that are shown as one each has conversations of its own. */
const membersOf = (members: readonly string[]): Branches => ({
  count: members.length,
  all: sql`unnest(${uuids(members)}) as branch(id)`,
  has: sql`c.contact_id = branch.id`,
});

const listedChannels = ({ channels, filter }: AskedList): readonly ListedChannel[] =>
  channels ?? [...new Set(uuidsOf(channelIds, filter.channelIds ?? []))].map((id) => ({ id, hours: 0 }));

/** What is shown as another conversation stands on no list. */
const IS_BY_ITSELF = sql`c.merged_into is null`;

/** Rows with their places, as a walk asks for them. */
const rowsOf = ({ workspace, order }: AskedList, has: SQL | undefined, { range }: KeysetStatement): SQL => sql`
  select c.*, ${TIMES[order]} as at from read.conversations c
  where c.workspace_id = ${workspaceIds.toUuid(workspace)}::uuid and ${and(IS_BY_ITSELF, has, range) ?? sql`true`}`;

const inOrder = (rows: SQL, { orderBy }: KeysetStatement): SQL =>
  sql`${rows} order by ${sql.join([...orderBy], sql`, `)}`;

const c = alias(conversations, 'c');

const readDirectly = (orm: Orm, list: AskedList, { has, order }: Direct): Promise<Page<FoundConversation>> =>
  keysetPage({
    scope: scopeOf(list),
    order: ORDERS[order],
    page: list.page,
    select: ({ range, orderBy, rowCount }) =>
      orm
        .select({ row: c, hasAbsorbed })
        .from(c)
        .where(and(sql`c.workspace_id = ${workspaceIds.toUuid(list.workspace)}`, IS_BY_ITSELF, has, range))
        .orderBy(...orderBy)
        .limit(rowCount),
    placeOf: ({ row }) => placeIn(order, row),
    toItem: ({ row, ...found }) => ({ state: conversationFromRow(row), ...found }),
  });
