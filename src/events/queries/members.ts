import { sql, type SQL } from 'drizzle-orm';
import type { Executor } from '../../database/database.js';
import { contactIds, type ContactId } from '../kernel/ids.js';
import { uuids, uuidsOf } from './by-id.js';

/**
 * Who is shown in a contact's place, mostly itself: also one that no row is of by now, for the projector knows its
 * conversation first.
 * @param id SQL of a UUID
 */
export const shownFor = (id: SQL): SQL =>
  sql`coalesce((select own.merged_into from read.contacts own where own.id = ${id}), ${id})`;

/** Everybody who is shown as one, in rows of `id`; few (`CONTACTS_MERGED_MAX`). @param shown SQL of the UUID of who is shown */
export const membersOf = (shown: SQL): SQL =>
  sql`(select ${shown} as id union all select other.id from read.contacts other where other.merged_into = ${shown})`;

/** A lateral join's left side: `owner.id` is each who was asked for, `owner.shown_id` who is shown in its place. */
export const eachOwner = (contacts: readonly ContactId[]): SQL => sql`(
  select named.id, shown.id as shown_id
  from unnest(${uuids(uuidsOf(contactIds, [...new Set(contacts)]))}) as named(id)
  cross join lateral (select ${shownFor(sql`named.id`)} as id offset 0) shown) as owner`;

/** Beside `eachOwner`, another's left side: `member.id` is everybody who is shown as one with the owner. */
export const membersOfOwner = sql`${membersOf(sql`owner.shown_id`)} as member`;

/** Everybody who is shown as one with each, in rows of `member.id`. */
export const eachMember = (contacts: readonly ContactId[]): SQL =>
  sql`(select member.id from ${eachOwner(contacts)} cross join lateral ${membersOfOwner}) as member`;

/** Everybody who is shown as one with a contact now. @returns UUIDs */
export async function findShownAsOne(executor: Executor, contact: ContactId): Promise<readonly string[]> {
  const found = await executor.execute<{ id: string }>(sql`select member.id from ${eachMember([contact])}`);
  return found.rows.map(({ id }) => id);
}
