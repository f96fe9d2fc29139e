import { Ctx, Query, Resolver } from 'type-graphql';
import { SCOPES } from '../access/caller.js';
import { CursorScalar } from '../schema/graphql/scalars.js';
import { Viewer } from '../schema/graphql/viewer.type.js';
import type { RequestContext } from './context.js';
import { instance } from './instance.js';

@Resolver()
export class ViewerResolver {
  @Query(() => Viewer, { description: 'Who asks.' })
  viewer(@Ctx() { caller }: RequestContext): Viewer {
    return instance(Viewer, {
      workspaceId: caller.workspaceId,
      scopes: SCOPES.filter((scope) => caller.scopes.has(scope)),
      expiresAt: caller.expiresAt?.toISOString() ?? null,
    });
  }

  @Query(() => CursorScalar, {
    description:
      'Taken before anything else in this request is read: query, subscribe `after` it, miss nothing. Repeats are possible: merge by id.',
  })
  cursor(@Ctx() { cursorAtStart }: RequestContext): string {
    return cursorAtStart;
  }
}
