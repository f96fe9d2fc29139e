import { sql, type SQL } from 'drizzle-orm';

/** What `barsOf` answers. */
export type BarsColumn = readonly [isBlocked: boolean, isOptedOut: boolean];

/**
 * Whether anything may be sent to a contact, as the rows say: what one of those that were merged says holds for all. Two
 * look-ups by index, also where nobody ever said anything and nothing was merged.
 * @param contactId a column of the statement
 */
export const barsOf = (contactId: SQL): SQL<BarsColumn> => sql`(
  select array[coalesce(bool_or(standing.is_blocked), false), coalesce(bool_or(standing.is_opted_out), false)]
  from work.contact_standings as standing,
    (select coalesce(
      (select own.survivor_id from work.contact_standings as own where own.contact_id = ${contactId}), ${contactId}
    ) as id offset 0) as shown
  where standing.contact_id = shown.id or standing.survivor_id = shown.id)`;
