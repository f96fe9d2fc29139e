import { and, eq, sql, type SQL } from 'drizzle-orm';
import type { Orm } from '../../database/database.js';
import { messages } from '../../schema/tables/read.js';
import {
  contactIds,
  conversationIds,
  messageIds,
  workspaceIds,
  type ContactId,
  type WorkspaceId,
} from '../kernel/ids.js';
import type { MessageState } from '../message/state.js';
import { messageFromRow } from '../projections/rows.js';
import type { Finders, Page, PageRequest } from './finders.js';
import { byTime, inPageOrder, keysetPage, keysetPages, timePlace, type KeysetStatement } from './keyset.js';
import { eachOwner, membersOfOwner } from './members.js';
import type { BoundFinder } from './past/bounds.js';
import { findMembers } from './past/past-contacts.js';
import { findConversationsOfContacts } from './past/past-conversations.js';

/** With whose list it is on. */
type Owned = typeof messages.$inferSelect & { readonly owner: string };
type ContactMessages = Pick<Finders, 'messagesOfContact' | 'messagesOfContacts'>;

export const createContactMessages = (orm: Orm): ContactMessages => ({
  messagesOfContact: (workspace, contact, page) => readPage(orm, workspace, contact, page),
  messagesOfContacts: (workspace, contacts, page) =>
    keysetPages<ContactId, Owned, MessageState>({
      ...{ owners: contacts, page, ...list },
      scopeOf: (contact) => scopeOf(workspace, contact),
      ownerOf: ({ owner }) => contactIds.fromUuid(owner),
      select: (statement) => select(orm, workspace, contacts, statement),
    }),
});

/** By today's order of those that had joined their conversations by then; each is then folded of its own events. */
export const createPastContactMessages = (
  orm: Orm,
  boundFinder: BoundFinder,
  { messages: fold, contacts }: Pick<Finders, 'messages' | 'contacts'>,
): Pick<Finders, 'messagesOfContact'> => ({
  async messagesOfContact(workspace, contact, page) {
    const members = await findMembers({ contacts }, workspace, contact);
    const conversations = await findConversationsOfContacts(orm, workspace, members);
    const bounds = [...(await boundFinder.find(workspace, conversations))];
    const strays: string[] = [];
    for (;;) {
      const found = await readPage(orm, workspace, contact, page, wasThere(bounds, strays));
      const ids = found.edges.map(({ node }) => node.id);
      const states = await fold(workspace, ids);
      const edges = found.edges.flatMap((edge, index) => {
        const state = states[index];
        return state?.addedAt ? [{ cursor: edge.cursor, node: state }] : [];
      });
      if (edges.length === ids.length) return { ...found, edges };
      // Of a scheduled one that its calls came before, today's place lies before the event that made it whole.
      strays.push(...ids.filter((_, index) => !states[index]?.addedAt).map((id) => messageIds.toUuid(id)));
    }
  },
});

type Bound = readonly [Parameters<typeof conversationIds.toUuid>[0], bigint];

const wasThere = (bounds: readonly Bound[], strays: readonly string[]): SQL => sql`
  id <> all(${sql.param(strays)}::uuid[]) and exists (
  select from unnest(${sql.param(bounds.map(([id]) => conversationIds.toUuid(id)))}::uuid[],
    ${sql.param(bounds.map(([, offset]) => String(offset)))}::bigint[]) as until(id, "offset")
  where until.id = messages.conversation_id and messages.added_offset < until."offset")`;

const scopeOf = (workspace: WorkspaceId, contact: ContactId) => `contact-messages/${workspace}/${contact}`;

const list = {
  order: byTime(messages.createdAt, messages.id, 'ascending'),
  placeOf: (row: typeof messages.$inferSelect) => timePlace(row.createdAt, row.id),
  toItem: messageFromRow,
};

const readPage = (
  orm: Orm,
  workspace: WorkspaceId,
  contact: ContactId,
  page: PageRequest,
  condition?: SQL,
): Promise<Page<MessageState>> =>
  keysetPage({
    ...{ scope: scopeOf(workspace, contact), page, ...list },
    select: async (statement) =>
      inPageOrder({ page, ...list }, await select(orm, workspace, [contact], statement, condition)),
  });

/** Of each contact no row more than its page takes: the first of those of all who are shown as one with it. */
const select = (
  orm: Orm,
  workspace: WorkspaceId,
  contacts: readonly ContactId[],
  { range, orderBy, towards, rowCount }: KeysetStatement,
  condition?: SQL,
) => {
  const each = orm
    .select()
    .from(messages)
    .where(
      and(
        eq(messages.workspaceId, workspaceIds.toUuid(workspace)),
        eq(messages.contactId, sql`member.id`),
        // Written out: the partial index is found by it.
        sql`added_offset is not null and direction is not null`,
        condition,
        range,
      ),
    )
    .orderBy(...orderBy)
    .limit(rowCount)
    .as('each');
  const first = orm
    .select({ ...each._.selectedFields })
    .from(membersOfOwner)
    .crossJoinLateral(each)
    .orderBy(towards(each.createdAt), towards(each.id))
    .limit(rowCount)
    .as('first');
  return orm
    .select({ ...first._.selectedFields, owner: sql<string>`owner.id` })
    .from(eachOwner(contacts))
    .crossJoinLateral(first);
};
