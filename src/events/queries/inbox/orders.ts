import { sql, type SQL } from 'drizzle-orm';
import type { conversations } from '../../../schema/tables/read.js';
import type { ConversationOrder } from '../finders.js';
import { byTime, timeOf, timePlace, type KeysetOrder } from '../keyset.js';
import type { Place } from '../page-cursor.js';
import { hoursLong } from './conditions.js';

/** How long the windows of the channel `branch` are. */
export const BRANCH_WINDOW = hoursLong(sql`branch.hours`);

/** The time that orders a conversation `c`. */
export const TIMES: Readonly<Record<ConversationOrder, SQL>> = {
  NEWEST_ACTIVITY: sql`c.last_activity_at`,
  OLDEST_ACTIVITY: sql`c.last_activity_at`,
  LONGEST_WAITING: sql`c.waiting_since`,
  WINDOW_CLOSING: sql`c.last_incoming_at + ${BRANCH_WINDOW}`,
  NEWEST: sql`c.created_at`,
};

const ID = sql`c.id`;

export const ORDERS: Readonly<Record<ConversationOrder, KeysetOrder>> = {
  NEWEST_ACTIVITY: byTime(TIMES.NEWEST_ACTIVITY, ID, 'descending'),
  OLDEST_ACTIVITY: byTime(TIMES.OLDEST_ACTIVITY, ID, 'ascending'),
  LONGEST_WAITING: byTime(TIMES.LONGEST_WAITING, ID, 'ascending'),
  // Of one channel the order of what came in: an index has that, and all its windows are of the same length.
  WINDOW_CLOSING: {
    columns: [sql`c.last_incoming_at`, ID],
    isDescending: false,
    write(place) {
      const { time, id } = timeOf(place);
      return sql`(${time}::timestamptz - ${BRANCH_WINDOW}, ${id}::uuid)`;
    },
  },
  NEWEST: byTime(TIMES.NEWEST, ID, 'descending'),
};

export const isByActivity = (order: ConversationOrder): boolean =>
  order === 'NEWEST_ACTIVITY' || order === 'OLDEST_ACTIVITY';

type Row = Pick<typeof conversations.$inferSelect, 'id' | 'lastActivityAt' | 'waitingSince' | 'createdAt'>;

/** Where a row stands in a list by anything that is its own: how long its window is the channel has to say. */
export function placeIn(order: Exclude<ConversationOrder, 'WINDOW_CLOSING'>, row: Row): Place {
  if (isByActivity(order)) return timePlace(row.lastActivityAt, row.id);
  return timePlace(order === 'LONGEST_WAITING' ? (row.waitingSince ?? row.createdAt) : row.createdAt, row.id);
}
