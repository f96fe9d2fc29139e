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
import { byTime, keysetPage, timePlace } from './keyset.js';
import type { BoundFinder } from './past/bounds.js';
import { findConversationsOfContact } from './past/past-conversations.js';

type ContactMessages = Pick<Finders, 'messagesOfContact'>;

export const createContactMessages = (orm: Orm): ContactMessages => ({
  messagesOfContact: (workspace, contact, page) => readPage(orm, workspace, contact, page),
});

/** By today's order of those that had joined their conversations by then; each is then folded of its own events. */
export const createPastContactMessages = (
  orm: Orm,
  boundFinder: BoundFinder,
  { messages: fold }: Pick<Finders, 'messages'>,
): ContactMessages => ({
  async messagesOfContact(workspace, contact, page) {
    const conversations = await findConversationsOfContact(orm, workspace, contact);
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

const readPage = (
  orm: Orm,
  workspace: WorkspaceId,
  contact: ContactId,
  page: PageRequest,
  condition?: SQL,
): Promise<Page<MessageState>> =>
  keysetPage({
    scope: `contact-messages/${workspace}/${contact}`,
    order: byTime(messages.createdAt, messages.id, 'ascending'),
    page,
    select: ({ range, orderBy, rowCount }) =>
      orm
        .select()
        .from(messages)
        .where(
          and(
            eq(messages.workspaceId, workspaceIds.toUuid(workspace)),
            eq(messages.contactId, contactIds.toUuid(contact)),
            // Written out: the partial index is found by it.
            sql`added_offset is not null and direction is not null`,
            condition,
            range,
          ),
        )
        .orderBy(...orderBy)
        .limit(rowCount),
    placeOf: (row) => timePlace(row.createdAt, row.id),
    toItem: messageFromRow,
  });
