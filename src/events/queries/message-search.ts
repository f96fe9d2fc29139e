import { and, eq, inArray, isNotNull, ne, sql, type SQL } from 'drizzle-orm';
import type { Orm } from '../../database/database.js';
import { messages } from '../../schema/tables/read.js';
import { channelIds, conversationIds, workspaceIds, type WorkspaceId } from '../kernel/ids.js';
import { messageFromRow } from '../projections/rows.js';
import { uuidsOf } from './by-id.js';
import type { Finders, MessageSearch, SnippetPiece } from './finders.js';
import { byTime, keysetPage, timePlace } from './keyset.js';

/** What marks a match within a passage: characters that no text that is shown needs, and that are taken out of it first. */
const [BEGIN, END] = ['\u0001', '\u0002'];
/** Only the beginning of a long text is looked through for a passage: it is read word by word. */
const PASSAGE_FROM_MAX = 20_000;
const PASSAGE_LENGTH_MAX = 500;
const HEADLINE = `StartSel=${BEGIN}, StopSel=${END}, MaxFragments=1, MaxWords=25, MinWords=10`;

export const createMessageSearch = (orm: Orm): Pick<Finders, 'searchPage'> => ({
  searchPage: (workspace, search, page) =>
    keysetPage({
      scope: `search/${workspace}`,
      order: byTime(messages.createdAt, messages.id, 'descending'),
      page,
      // Passages are made of the page's messages alone: Postgres puts off what is dear until it has sorted and cut.
      select: ({ range, orderBy, rowCount }) =>
        orm
          .select({ message: messages, passage: passageOf(search.text) })
          .from(messages)
          .where(and(...conditions(workspace, search), range))
          .orderBy(...orderBy)
          .limit(rowCount),
      placeOf: ({ message }) => timePlace(message.createdAt, message.id),
      toItem: ({ message, passage }) => ({ message: messageFromRow(message), snippet: toSnippet(passage) }),
    }),
});

const asked = (text: string): SQL => sql`websearch_to_tsquery(config.search_language(), ${text}::text)`;

/** The workspace stands twice: as the word that leads into the index, and as what decides, for a text may say that word. */
function conditions(workspace: WorkspaceId, { text, ...filter }: MessageSearch): (SQL | undefined)[] {
  const uuid = workspaceIds.toUuid(workspace);
  return [
    eq(messages.workspaceId, uuid),
    sql`config.search_words(${messages.workspaceId}, ${messages.content}) @@ (${`ws${uuid.replaceAll('-', '')}`}::tsquery && ${asked(text)})`,
    // What is left of "the", or of "-this", would be all messages.
    sql`querytree(${asked(text)}) not in ('', 'T')`,
    sql`added_offset is not null`,
    isNotNull(messages.direction),
    ne(messages.status, 'DELETED'),
    filter.thread && inArray(messages.conversationId, uuidsOf(conversationIds, filter.thread)),
    filter.channelIds && inArray(messages.channelId, uuidsOf(channelIds, filter.channelIds)),
    filter.direction && eq(messages.direction, filter.direction),
  ];
}

const passageOf = (text: string) => sql<string>`ts_headline(config.search_language(),
  translate(left(config.search_text(${messages.content}), ${PASSAGE_FROM_MAX}::integer), ${BEGIN + END}::text, ''),
  ${asked(text)}, ${HEADLINE}::text)`;

/** Each piece as it stands, and which of them are what was looked for. */
function toSnippet(passage: string): readonly SnippetPiece[] {
  return passage
    .slice(0, PASSAGE_LENGTH_MAX)
    .split(BEGIN)
    .flatMap((part, index) => {
      if (index === 0) return [{ text: part, isMatch: false }];
      const [match = '', rest = ''] = part.split(END);
      return [
        { text: match, isMatch: true },
        { text: rest, isMatch: false },
      ];
    })
    .filter(({ text }) => text !== '');
}
