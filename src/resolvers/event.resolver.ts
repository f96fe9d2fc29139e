import { Arg, Ctx, Int, Query, Resolver } from 'type-graphql';
import { originVector } from '../events/kernel/cursor.js';
import { channelIds, conversationIds, messageIds } from '../events/kernel/ids.js';
import type { EventFilter as Conditions } from '../events/queries/finders.js';
import { PageInfo, type Connection } from '../schema/graphql/connection.type.js';
import { EventConnection } from '../schema/graphql/connections.js';
import type { Event } from '../schema/graphql/event.type.js';
import { EventFilter } from '../schema/graphql/filters.input.js';
import { CursorScalar } from '../schema/graphql/scalars.js';
import {
  EVENT_PAGE_SIZE_MAX,
  optionalCursor,
  optionalId,
  requirePageSize,
  requireShortList,
  requireText,
} from './arguments.js';
import type { RequestContext } from './context.js';
import { toEvent } from './event.view.js';
import { instance } from './instance.js';

@Resolver()
export class EventResolver {
  @Query(() => EventConnection, { description: 'In journal order; without `after` from the beginning.' })
  async events(
    @Arg('first', () => Int, { nullable: true, description: 'How many: 25 if not said, at most 1,000.' })
    first: number | null,
    @Arg('after', () => CursorScalar, { nullable: true, description: 'Only what follows this place in the journal.' })
    after: string | null,
    @Arg('filter', () => EventFilter, { nullable: true, description: 'Which events.' }) filter: EventFilter | null,
    @Ctx() { finders, caller, cursors, feed }: RequestContext,
  ): Promise<Connection<Event>> {
    const limit = requirePageSize(first, 'first', EVENT_PAGE_SIZE_MAX);
    const start = optionalCursor(cursors, after) ?? originVector(feed.tail().length);
    const conditions = toEventConditions(filter);
    const page = await finders.journalPage(caller.workspaceId, conditions, start, Math.max(1, limit));
    const shown = limit === 0 ? [] : page.items;
    const edges = shown.map((item) => {
      const cursor = cursors.encode(item.vector);
      return { cursor, node: toEvent(item.event, cursor, caller.scopes) };
    });
    return {
      edges,
      nodes: edges.map((edge) => edge.node),
      pageInfo: instance(PageInfo, {
        hasNextPage: limit === 0 ? page.items.length > 0 : page.hasMore,
        hasPreviousPage: start.some((offset) => offset > 0n),
        startCursor: edges[0]?.cursor ?? null,
        endCursor: cursors.encode(limit === 0 ? start : page.end),
      }),
      totalCount: null,
    };
  }
}

/** @throws AppError BAD_USER_INPUT */
export function toEventConditions(filter: EventFilter | null | undefined): Conditions {
  const types = filter?.types ?? undefined;
  return {
    types: types && requireShortList(types, 'types').map((type) => requireText(type, 'types')),
    conversationId: optionalId(conversationIds, filter?.conversationId, 'conversationId'),
    channelId: optionalId(channelIds, filter?.channelId, 'channelId'),
    messageId: optionalId(messageIds, filter?.messageId, 'messageId'),
  };
}
