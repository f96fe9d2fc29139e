import { sql } from 'drizzle-orm';
import type { Orm } from '../../../database/database.js';
import type { Vector } from '../../kernel/cursor.js';
import type { WorkspaceId } from '../../kernel/ids.js';
import { readStoredPositions } from '../../projections/journal.js';
import { vectorRows } from '../../projections/vector-rows.js';
import type { Finders, Page, PageFinder, PageRequest, PagesFinder, PastFinders } from '../finders.js';
import { createPastContactMessages } from '../contact-messages.js';
import { createPastNotes } from '../note-finders.js';
import { createBoundFinder } from './bounds.js';
import { createPastContacts } from './past-contacts.js';
import { createPastConversations } from './past-conversations.js';
import { createPastMessages } from './past-messages.js';

/** Before it nothing was recorded; and further back Postgres and RFC 3339 write years differently. */
const EPOCH = new Date(0);

export const createMomentFinders = (orm: Orm): Pick<Finders, 'momentAt' | 'momentOf' | 'asOf'> => ({
  async momentAt(time, partitionCount) {
    const at = time < EPOCH ? EPOCH : time;
    return { vector: await readStoredPositions(orm, partitionCount), recordedBy: at, at };
  },
  momentOf: async (vector) => ({ vector, recordedBy: undefined, at: (await readNewest(orm, vector)) ?? EPOCH }),
  asOf(moment) {
    const bounds = createBoundFinder(orm, moment);
    const pastMessages = createPastMessages(orm, bounds);
    const pastContacts = createPastContacts(orm, moment);
    const past = {
      ...pastMessages,
      ...createPastContactMessages(orm, bounds, { ...pastMessages, ...pastContacts }),
      ...createPastConversations(orm, bounds, pastContacts),
      ...createPastNotes(orm, bounds),
      ...pastContacts,
    };
    return { ...past, ...eachByItself(past) };
  },
});

/** What is on a page is folded for that page: one statement for several lists would save none of it. */
const eachByItself = (past: Pick<PastFinders, PageFinder>): Pick<PastFinders, PagesFinder> => ({
  messagePages: each(past.messagePage),
  messagesOfContacts: each(past.messagesOfContact),
  scheduledPages: each(past.scheduledPage),
  notePages: each(past.notePage),
  conversationsOfContacts: each(past.conversationsOfContact),
});

const each =
  <Id, Item>(read: (workspace: WorkspaceId, id: Id, page: PageRequest) => Promise<Page<Item>>) =>
  (workspace: WorkspaceId, ids: readonly Id[], page: PageRequest): Promise<Page<Item>[]> =>
    Promise.all(ids.map((id) => read(workspace, id, page)));

/** When the newest of a vector's last events was recorded, one of each partition; undefined where there are none. */
async function readNewest(orm: Orm, vector: Vector): Promise<Date | undefined> {
  const found = await orm.execute<{ newest: string | null }>(sql`
    select extract(epoch from max(last.recorded_at)) * 1000 as newest
    from ${vectorRows(vector)} as until(partition, "offset")
    cross join lateral (
      select e.recorded_at from read.events e where e.partition = until.partition and e."offset" < until."offset"
      order by e."offset" desc limit 1
    ) last`);
  const newest = found.rows[0]?.newest ?? null;
  return newest === null ? undefined : new Date(Number(newest));
}
