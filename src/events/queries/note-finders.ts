import { and, eq, lt, sql, type SQL } from 'drizzle-orm';
import type { Orm } from '../../database/database.js';
import { conversationNotes } from '../../schema/tables/read.js';
import type { Note } from '../conversation/note.js';
import { conversationIds, workspaceIds, type ConversationId, type WorkspaceId } from '../kernel/ids.js';
import { noteFromRow } from '../projections/rows.js';
import { eachOwner } from './by-id.js';
import type { Finders, Page, PageRequest } from './finders.js';
import { byOffset, keysetPage, keysetPages, type KeysetStatement } from './keyset.js';
import type { BoundFinder } from './past/bounds.js';

type NoteFinders = Pick<Finders, 'notePage' | 'notePages'>;

export const createNoteFinders = (orm: Orm): NoteFinders => ({
  notePage: (workspace, conversation, page) => readPage(orm, workspace, conversation, page),
  notePages: (workspace, conversations, page) =>
    keysetPages({
      ...{ owners: conversations, page, ...list },
      scopeOf: (conversation) => scopeOf(workspace, conversation),
      ownerOf: ({ conversationId }) => conversationIds.fromUuid(conversationId),
      select: (statement) => {
        const each = select(orm, workspace, sql`owner.id`, statement).as('each');
        return orm.select(each._.selectedFields).from(eachOwner(conversationIds, conversations)).crossJoinLateral(each);
      },
    }),
});

/** A note never changes, so that those of a moment are those that were there; an erased one stays erased. */
export const createPastNotes = (orm: Orm, boundFinder: BoundFinder): Pick<Finders, 'notePage'> => ({
  async notePage(workspace, conversation, page) {
    const bounds = await boundFinder.find(workspace, [conversation]);
    const bound = bounds.get(conversation) ?? 0n;
    return readPage(orm, workspace, conversation, page, lt(conversationNotes.offset, bound));
  },
});

const scopeOf = (workspace: WorkspaceId, conversation: ConversationId) => `notes/${workspace}/${conversation}`;

const list = {
  order: byOffset(conversationNotes.offset),
  placeOf: (row: typeof conversationNotes.$inferSelect) => ({ major: row.offset }),
  toItem: noteFromRow,
};

const readPage = (
  orm: Orm,
  workspace: WorkspaceId,
  conversation: ConversationId,
  page: PageRequest,
  condition?: SQL,
): Promise<Page<Note>> =>
  keysetPage({
    ...{ scope: scopeOf(workspace, conversation), page, ...list },
    select: (statement) => select(orm, workspace, sql`${conversationIds.toUuid(conversation)}`, statement, condition),
  });

/** @param conversation its UUID */
const select = (
  orm: Orm,
  workspace: WorkspaceId,
  conversation: SQL,
  { range, orderBy, rowCount }: KeysetStatement,
  condition?: SQL,
) =>
  orm
    .select()
    .from(conversationNotes)
    .where(
      and(
        eq(conversationNotes.workspaceId, workspaceIds.toUuid(workspace)),
        eq(conversationNotes.conversationId, conversation),
        condition,
        range,
      ),
    )
    .orderBy(...orderBy)
    .limit(rowCount);
