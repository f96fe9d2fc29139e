import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { Media } from '../schema/graphql/content.type.js';
import type { RequestContext } from './context.js';

@Resolver(() => Media)
export class MediaResolver {
  @FieldResolver(() => String, {
    description:
      'An address that an `img` can load: that of incoming media is signed, on this server, and good for 10 minutes or a little longer.',
  })
  url(@Root() { messageId, place }: Media, @Ctx() { mediaUrl, caller }: RequestContext): string {
    return mediaUrl(caller.workspaceId, messageId, place);
  }
}
