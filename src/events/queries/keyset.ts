import { asc, desc, sql, type Column, type SQL } from 'drizzle-orm';
import { PageCursorError, type Page, type PageRequest } from './finders.js';
import { comparePlaces, decodePageCursor, encodePageCursor, type Place } from './page-cursor.js';

/** The columns that order a list, and how a place in it is written in SQL. */
export interface KeysetOrder {
  readonly columns: readonly (Column | SQL)[];
  readonly isDescending: boolean;
  write(place: Place): SQL;
}

/** Ordered by an offset that is unique within the list. */
export const byOffset = (offset: Column): KeysetOrder => ({
  columns: [offset],
  isDescending: false,
  write: (place) => sql`(${place.major}::bigint)`,
});

/** Ordered by a time in ms, and among equal times by id. */
export const byTime = (at: Column | SQL, id: Column | SQL, direction: 'ascending' | 'descending'): KeysetOrder => ({
  columns: [at, id],
  isDescending: direction === 'descending',
  write(place) {
    const { time, id: tie } = timeOf(place);
    return sql`(${time}::timestamptz, ${tie}::uuid)`;
  },
});

/** @throws PageCursorError */
export function timeOf({ major, id }: Place): { readonly time: string; readonly id: string } {
  if (id === undefined || major < YEAR_1_MS || major > YEAR_9999_MS) throw new PageCursorError('Not a time and an id.');
  return { time: new Date(Number(major)).toISOString(), id };
}

/** Beyond them PostgreSQL and RFC 3339 write times differently, and a forged cursor would be a fault of ours. */
const YEAR_1_MS = -62_135_596_800_000n;
const YEAR_9999_MS = 253_402_300_799_999n;

export const timePlace = (at: Date, id: string): Place => ({ major: BigInt(at.getTime()), id });

/** What a list's own statement needs: it adds its filter and selects. */
export interface KeysetStatement {
  /** Undefined where nothing bounds the page. */
  readonly range: SQL | undefined;
  readonly orderBy: readonly SQL[];
  /** The direction of `orderBy`, for who orders what several statements found once more. */
  readonly towards: (column: Column) => SQL;
  readonly rowCount: number;
}

/**
 * A page by keyset: rows that come or go elsewhere shift nothing, so that paging skips nothing and repeats nothing.
 * One row more than asked for tells whether there is more that way; the other way a given cursor says so.
 * @throws PageCursorError
 */
export async function keysetPage<Row, Item>(list: {
  readonly scope: string;
  readonly order: KeysetOrder;
  readonly page: PageRequest;
  select(statement: KeysetStatement): Promise<readonly Row[]>;
  placeOf(row: Row): Place;
  toItem(row: Row): Item;
}): Promise<Page<Item>> {
  return toPage(list, await list.select(statementOf(list.scope, list.order, list.page)));
}

/**
 * The first or the last page of each of several lists, by one statement for all: an inbox of 100 conversations with their
 * last messages was 101.
 */
export async function keysetPages<Owner extends string, Row, Item>(list: {
  readonly owners: readonly Owner[];
  readonly order: KeysetOrder;
  /** Without cursors. */
  readonly page: PageRequest;
  scopeOf(owner: Owner): string;
  /** Those of all lists, in any order; of each at least its first `rowCount`. */
  select(statement: KeysetStatement): Promise<readonly Row[]>;
  ownerOf(row: Row): Owner;
  placeOf(row: Row): Place;
  toItem(row: Row): Item;
}): Promise<Page<Item>[]> {
  const { owners, order, page } = list;
  const rowsOf = new Map<Owner, Row[]>(owners.map((owner) => [owner, []]));
  for (const row of await list.select(statementOf('', order, page))) rowsOf.get(list.ownerOf(row))?.push(row);
  return owners.map((owner) =>
    toPage({ ...list, scope: list.scopeOf(owner) }, inPageOrder(list, rowsOf.get(owner) ?? [])),
  );
}

/** Rows that several short lists have, in the direction of the page. */
export function inPageOrder<Row>(
  { order, page, placeOf }: { readonly order: KeysetOrder; readonly page: PageRequest; placeOf: (row: Row) => Place },
  rows: readonly Row[],
): readonly Row[] {
  const sign = (page.direction === 'forward') === order.isDescending ? -1 : 1;
  return [...rows].sort((a, b) => sign * comparePlaces(placeOf(a), placeOf(b)));
}

/** @param found in the direction of the page, and one more than it takes where there is more */
function toPage<Row, Item>(
  list: {
    readonly scope: string;
    readonly page: PageRequest;
    placeOf(row: Row): Place;
    toItem(row: Row): Item;
  },
  found: readonly Row[],
): Page<Item> {
  const { page, scope } = list;
  const rows = ofPage(page, found);
  return {
    edges: rows.map((row) => edgeOf(scope, () => list.placeOf(row), list.toItem(row))),
    ...neighboursOf(page, found.length > page.limit),
  };
}

/** What was found in the direction of the page, as the page shows it. */
export function ofPage<Row>({ direction, limit }: PageRequest, found: readonly Row[]): Row[] {
  const rows = found.slice(0, limit);
  return direction === 'forward' ? rows : rows.reverse();
}

/** @param hasMore in the direction of the page */
export function neighboursOf({ direction, before, after }: PageRequest, hasMore: boolean) {
  const isForward = direction === 'forward';
  return {
    hasNextPage: (isForward && hasMore) || before !== undefined,
    hasPreviousPage: (!isForward && hasMore) || after !== undefined,
  };
}

/** Its cursor is made when it is asked for: most pages are asked for their last one only, and each is a hash. */
export const edgeOf = <Item>(scope: string, placeOf: () => Place, node: Item): Page<Item>['edges'][number] => ({
  get cursor() {
    return encodePageCursor(scope, placeOf());
  },
  node,
});

/** @throws PageCursorError */
export function statementOf(scope: string, order: KeysetOrder, page: PageRequest): KeysetStatement {
  const key = sql`(${sql.join([...order.columns], sql`, `)})`;
  const bound = (cursor: string, isLower: boolean) => {
    const operator = sql.raw(isLower === order.isDescending ? '<' : '>');
    return sql`${key} ${operator} ${order.write(decodePageCursor(scope, cursor))}`;
  };
  const bounds = [
    ...(page.after === undefined ? [] : [bound(page.after, true)]),
    ...(page.before === undefined ? [] : [bound(page.before, false)]),
  ];
  const towards = (page.direction === 'forward') === order.isDescending ? desc : asc;
  return {
    range: bounds.length === 0 ? undefined : sql.join(bounds, sql` and `),
    orderBy: order.columns.map((column) => towards(column)),
    towards,
    rowCount: page.limit + 1,
  };
}
