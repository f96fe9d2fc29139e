import { sql, type Column, type SQL } from 'drizzle-orm';
import { conversationIds, workspaceIds, type ConversationId, type IdCodec, type WorkspaceId } from '../kernel/ids.js';

export const uuidsOf = <Id extends string>(codec: IdCodec<Id>, ids: readonly Id[]): string[] =>
  ids.map((id) => codec.toUuid(id));

/** One parameter. */
export const uuids = (ids: readonly string[]): SQL => sql`${sql.param(ids)}::uuid[]`;

/**
 * One parameter, however many ids: with one for each the statement's text is another for every number of them, and the
 * query builder takes as long for 25 as Postgres does.
 */
export const isOneOf = <Id extends string>(column: Column, codec: IdCodec<Id>, ids: readonly Id[]): SQL =>
  sql`${column} = any(${uuids(uuidsOf(codec, ids))})`;

/**
 * The same for a statement that is prepared once, for `given` to fill: what every list asks for is not written anew, nor
 * planned anew, each time.
 */
export const isOneOfGiven = (column: Column): SQL => sql`${column} = any(${sql.placeholder('ids')}::uuid[])`;
export const isOfGivenWorkspace = (column: Column): SQL => sql`${column} = ${sql.placeholder('workspace')}::uuid`;

/** What such a statement takes. */
export const given = <Id extends string>(workspace: WorkspaceId, codec: IdCodec<Id>, ids: readonly Id[]) => ({
  workspace: workspaceIds.toUuid(workspace),
  ids: uuidsOf(codec, ids),
});

/**
 * Of one of those that are shown as one conversation. One is asked for as one: of several Postgres doesn't read the index
 * in its order.
 */
export const isOfThread = (column: Column | SQL, thread: readonly ConversationId[]): SQL => {
  const ids = uuidsOf(conversationIds, thread);
  return ids.length === 1 ? sql`${column} = ${ids[0]}::uuid` : sql`${column} = any(${uuids(ids)})`;
};

/** A lateral join's left side: each id once, as `owner.id`. */
export const eachOwner = <Id extends string>(codec: IdCodec<Id>, ids: readonly Id[]): SQL =>
  sql`unnest(${uuids(uuidsOf(codec, [...new Set(ids)]))}) as owner(id)`;

/** Puts what was found into the order asked for; undefined where nothing was. */
export function inOrderOf<Id extends string, Item>(
  ids: readonly Id[],
  found: readonly Item[],
  idOf: (item: Item) => Id,
): (Item | undefined)[] {
  const byId = new Map(found.map((item) => [idOf(item), item]));
  return ids.map((id) => byId.get(id));
}
