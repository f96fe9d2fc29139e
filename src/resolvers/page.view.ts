import type { Page, PageRequest } from '../events/queries/finders.js';
import { PageInfo, type Connection } from '../schema/graphql/connection.type.js';
import { instance } from './instance.js';

/** Said of lists whose filters no index has all of. */
export const MAY_BE_SHORT =
  'Where a filter leaves few of very many, a page may be short, or empty, though more follow: go on from `endCursor` as long as `hasNextPage` says so.';

/**
 * Reads a page and shows it. A page of none still says whether there are any: it asks for one and drops it, for finders
 * know no empty page.
 */
export async function toConnection<State, Item extends object>(
  request: PageRequest,
  read: (request: PageRequest) => Promise<Page<State>>,
  toItem: (state: State) => Item,
): Promise<Connection<Item>> {
  const page = await read({ ...request, limit: Math.max(1, request.limit) });
  if (request.limit === 0) return emptyOf(page, request);
  const edges = page.edges.map((edge) => ({
    get cursor() {
      return edge.cursor;
    },
    node: toItem(edge.node),
  }));
  const isForward = request.direction === 'forward';
  return {
    edges,
    nodes: edges.map((edge) => edge.node),
    pageInfo: instance(PageInfo, {
      hasNextPage: page.hasNextPage,
      hasPreviousPage: page.hasPreviousPage,
      startCursor: (isForward ? undefined : page.walkedTo) ?? edges[0]?.cursor ?? null,
      endCursor: (isForward ? page.walkedTo : undefined) ?? edges.at(-1)?.cursor ?? null,
    }),
    totalCount: null,
  };
}

function emptyOf<Item extends object>(page: Page<unknown>, request: PageRequest): Connection<Item> {
  const isForward = request.direction === 'forward';
  const isAny = page.edges.length > 0 || page.walkedTo !== undefined;
  return {
    edges: [],
    nodes: [],
    pageInfo: instance(PageInfo, {
      hasNextPage: isForward ? isAny : page.hasNextPage,
      hasPreviousPage: isForward ? page.hasPreviousPage : isAny,
      startCursor: null,
      endCursor: null,
    }),
    totalCount: null,
  };
}

/** What stands in the place of a list that one may not see. */
export const emptyConnection = (): Connection<object> => ({
  edges: [],
  nodes: [],
  pageInfo: instance(PageInfo, { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null }),
  totalCount: null,
});
