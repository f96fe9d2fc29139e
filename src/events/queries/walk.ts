import { sql, type SQL } from 'drizzle-orm';
import type { Executor } from '../../database/database.js';
import type { Page, PageRequest } from './finders.js';
import { edgeOf, neighboursOf, ofPage, statementOf, type KeysetOrder, type KeysetStatement } from './keyset.js';
import { encodePageCursor, type Place } from './page-cursor.js';

/**
 * How many rows are looked at for one page whose conditions no index has all of. A page that isn't full by then ends
 * there, and says where: whoever goes on pays the next ones.
 */
export interface WalkBounds {
  readonly walkMax: number;
  /** Of several indexes together; of each at least a page. */
  readonly branchesMax: number;
  /** Where words are made of each row that is passed: it takes as long as some five that are only compared. */
  readonly namedMax: number;
  /** Up to so many a look-up finds at once; of more than that those that are wanted are soon met on the way. */
  readonly fewMax: number;
}
export const WALK_BOUNDS: WalkBounds = { walkMax: 10_000, branchesMax: 4_000, namedMax: 2_000, fewMax: 1_000 };

/** A list that is read in its order, row by row, for those that fit. */
export interface Walk {
  readonly scope: string;
  readonly order: KeysetOrder;
  readonly page: PageRequest;
  /** Of a row `c`, beside what the walk itself asks for. */
  readonly fits: SQL;
  readonly source: WalkSource;
}

/** What is walked. Each answers SQL of a select of rows with `id` and `at`, their place in the list. */
export type WalkSource =
  /** An index in its order, `max` rows of it. */
  | { readonly kind: 'ordered'; readonly max: number; select(statement: KeysetStatement): SQL }
  /** Few rows, in any order: all of them are looked at. */
  | { readonly kind: 'few'; select(statement: KeysetStatement): SQL }
  /** Several indexes in their order, `max` rows of each; `select` is one of them, of a row `branch`. */
  | {
      readonly kind: 'branches';
      readonly max: number;
      readonly branches: SQL;
      select(statement: KeysetStatement): SQL;
    };

/** @param load answers in the order of the ids; a row that is gone meanwhile is left out. @throws PageCursorError */
export async function walkedPage<Item>(
  executor: Executor,
  walk: Walk,
  load: (uuids: readonly string[]) => Promise<readonly (Item | undefined)[]>,
): Promise<Page<Item>> {
  const { page, scope } = walk;
  const { found, end } = await findPlaces(executor, walk);
  const places = ofPage(page, found);
  const items = places.length === 0 ? [] : await load(places.map(({ id }) => id ?? ''));
  return {
    edges: places.flatMap((place, index) => {
      const node = items[index];
      return node === undefined ? [] : [edgeOf(scope, () => place, node)];
    }),
    ...neighboursOf(page, found.length > page.limit || end !== undefined),
    ...(end !== undefined && { walkedTo: encodePageCursor(scope, end) }),
  };
}

interface PlaceRow extends Record<string, unknown> {
  readonly id: string;
  readonly ms: string;
  readonly is_end: boolean;
}

/** By one statement: what is walked meanwhile moves, and an end that was found later would skip rows. */
async function findPlaces(executor: Executor, walk: Walk): Promise<{ found: Place[]; end: Place | undefined }> {
  const { order, page, source, fits } = walk;
  const statement = statementOf(walk.scope, order, page);
  const isDescending = (page.direction === 'forward') === order.isDescending;
  const way = wayOf(isDescending);
  const places =
    source.kind === 'branches' ? branched(source, statement, fits, isDescending) : single(source, statement, fits, way);
  const rows = await executor.execute<PlaceRow>(sql`
    with ${places}
    select id, round(extract(epoch from at) * 1000)::bigint::text as ms, is_end from (
      select id, at, false as is_end from page union all select id, at, true from ending
    ) c order by is_end, ${way}`);
  const placeOf = ({ id, ms }: PlaceRow): Place => ({ major: BigInt(ms), id });
  const end = rows.rows.find((row) => row.is_end);
  return { found: rows.rows.filter((row) => !row.is_end).map(placeOf), end: end && placeOf(end) };
}

const wayOf = (isDescending: boolean): SQL => (isDescending ? sql`c.at desc, c.id desc` : sql`c.at, c.id`);

/** The end is looked for only where the page isn't full: the walk then went as far as it may, or there is nothing more. */
function single(
  source: Extract<WalkSource, { kind: 'ordered' | 'few' }>,
  statement: KeysetStatement,
  fits: SQL,
  way: SQL,
): SQL {
  const walked = source.select(statement);
  const end =
    source.kind === 'few'
      ? sql`select id, at from page where false`
      : sql`select c.id, c.at from (${walked}) c where (select count(*) from page) < ${statement.rowCount}::int
          order by ${way} offset ${source.max - 1}::int limit 1`;
  return sql`page as materialized (
      select c.id, c.at from (${walked}) c where ${fits} order by ${way} limit ${statement.rowCount}::int
    ), ending as (${end})`;
}

/** Where one of them was cut off nobody knows what follows in it: the page goes as far as the first such end. */
function branched(
  { branches, max, ...source }: Extract<WalkSource, { kind: 'branches' }>,
  statement: KeysetStatement,
  fits: SQL,
  isDescending: boolean,
): SQL {
  const [way, back] = [wayOf(isDescending), wayOf(!isDescending)];
  const isPast = isDescending ? sql`<` : sql`>`;
  return sql`walked as materialized (
      select branch.id as n, each.id, each.at, each.fits from ${branches}
      cross join lateral (select c.id, c.at, (${fits}) as fits from (${source.select(statement)}) c) each
    ), cut as (
      select last.id, last.at from (
        select distinct on (c.n) c.id, c.at, count(*) over (partition by c.n) as taken from walked c order by c.n, ${back}
      ) last where last.taken >= ${max}::int
    ), ends as (select c.id, c.at from cut c order by ${way} limit 1),
    page as materialized (
      select c.id, c.at from walked c
      where c.fits and not exists (select from ends where (c.at, c.id) ${isPast} (ends.at, ends.id))
      order by ${way} limit ${statement.rowCount}::int
    ), ending as (select id, at from ends where (select count(*) from page) < ${statement.rowCount}::int)`;
}
