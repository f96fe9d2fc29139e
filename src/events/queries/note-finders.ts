import { and, eq, lt, type SQL } from 'drizzle-orm';
import type { Orm } from '../../database/database.js';
import { conversationNotes } from '../../schema/tables/read.js';
import type { Note } from '../conversation/note.js';
import { conversationIds, workspaceIds, type ConversationId, type WorkspaceId } from '../kernel/ids.js';
import { noteFromRow } from '../projections/rows.js';
import type { Finders, Page, PageRequest } from './finders.js';
import { byOffset, keysetPage } from './keyset.js';
import type { BoundFinder } from './past/bounds.js';

type NoteFinders = Pick<Finders, 'notePage'>;

export const createNoteFinders = (orm: Orm): NoteFinders => ({
  notePage: (workspace, conversation, page) => readPage(orm, workspace, conversation, page),
});

/** A note never changes, so that those of a moment are those that were there; an erased one stays erased. */
export const createPastNotes = (orm: Orm, boundFinder: BoundFinder): NoteFinders => ({
  async notePage(workspace, conversation, page) {
    const bounds = await boundFinder.find(workspace, [conversation]);
    const bound = bounds.get(conversation) ?? 0n;
    return readPage(orm, workspace, conversation, page, lt(conversationNotes.offset, bound));
  },
});

const readPage = (
  orm: Orm,
  workspace: WorkspaceId,
  conversation: ConversationId,
  page: PageRequest,
  condition?: SQL,
): Promise<Page<Note>> =>
  keysetPage({
    scope: `notes/${workspace}/${conversation}`,
    order: byOffset(conversationNotes.offset),
    page,
    select: ({ range, orderBy, rowCount }) =>
      orm
        .select()
        .from(conversationNotes)
        .where(
          and(
            eq(conversationNotes.workspaceId, workspaceIds.toUuid(workspace)),
            eq(conversationNotes.conversationId, conversationIds.toUuid(conversation)),
            condition,
            range,
          ),
        )
        .orderBy(...orderBy)
        .limit(rowCount),
    placeOf: (row) => ({ major: row.offset }),
    toItem: noteFromRow,
  });
