import type { IdCodec } from '../kernel/ids.js';

export const uuidsOf = <Id extends string>(codec: IdCodec<Id>, ids: readonly Id[]): string[] =>
  ids.map((id) => codec.toUuid(id));

/** Puts what was found into the order asked for; undefined where nothing was. */
export function inOrderOf<Id extends string, Item>(
  ids: readonly Id[],
  found: readonly Item[],
  idOf: (item: Item) => Id,
): (Item | undefined)[] {
  const byId = new Map(found.map((item) => [idOf(item), item]));
  return ids.map((id) => byId.get(id));
}
