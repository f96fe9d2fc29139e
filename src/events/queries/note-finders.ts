import { and, eq, lt, sql, type SQL } from 'drizzle-orm';
import type { Orm } from '../../database/database.js';
import { conversationNotes } from '../../schema/tables/read.js';
import type { Note } from '../conversation/note.js';
import { conversationIds, workspaceIds, type ConversationId, type WorkspaceId } from '../kernel/ids.js';
import { noteFromRow } from '../projections/rows.js';
import { eachOwner, isOfThread } from './by-id.js';
import type { Finders, Page, PageRequest } from './finders.js';
import { byOffset, byTime, keysetPage, keysetPages, timePlace, type KeysetStatement } from './keyset.js';
import type { BoundFinder } from './past/bounds.js';

type NoteFinders = Pick<Finders, 'notePage' | 'notePages'>;

export const createNoteFinders = (orm: Orm): NoteFinders => ({
  notePage: (workspace, conversation, page, absorbed = []) =>
    absorbed.length === 0
      ? readPage(orm, workspace, conversation, page)
      : readWhole(orm, workspace, [conversation, ...absorbed], page),
  notePages: (workspace, conversations, page) =>
    keysetPages({
      ...{ owners: conversations, page, ...list },
      scopeOf: (conversation) => scopeOf(workspace, conversation),
      ownerOf: ({ conversationId }) => conversationIds.fromUuid(conversationId),
      select: (statement) => {
        const each = select(orm, workspace, eq(conversationNotes.conversationId, sql`owner.id`), statement).as('each');
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
    select: (statement) =>
      select(orm, workspace, isOfThread(conversationNotes.conversationId, [conversation]), statement, condition),
  });

/** Those of several conversations that are shown as the first of them, by the clock: they have no other order in common. */
const readWhole = (
  orm: Orm,
  workspace: WorkspaceId,
  thread: readonly [ConversationId, ...ConversationId[]],
  page: PageRequest,
): Promise<Page<Note>> =>
  keysetPage({
    scope: `whole-${scopeOf(workspace, thread[0])}`,
    page,
    order: byTime(conversationNotes.createdAt, conversationNotes.id, 'ascending'),
    placeOf: (row: typeof conversationNotes.$inferSelect) => timePlace(row.createdAt, row.id),
    toItem: noteFromRow,
    select: (statement) => select(orm, workspace, isOfThread(conversationNotes.conversationId, thread), statement),
  });

const select = (
  orm: Orm,
  workspace: WorkspaceId,
  isOf: SQL,
  { range, orderBy, rowCount }: KeysetStatement,
  condition?: SQL,
) =>
  orm
    .select()
    .from(conversationNotes)
    .where(and(eq(conversationNotes.workspaceId, workspaceIds.toUuid(workspace)), isOf, condition, range))
    .orderBy(...orderBy)
    .limit(rowCount);
