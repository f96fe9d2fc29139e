import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { messageIds } from '../events/kernel/ids.js';
import { ReactionContent } from '../schema/graphql/content.type.js';
import { Message } from '../schema/graphql/message.type.js';
import type { RequestContext } from './context.js';
import { loadersBehind } from './loaders-behind.js';
import { toMessage } from './message.view.js';

@Resolver(() => ReactionContent)
export class ReactionContentResolver {
  @FieldResolver(() => Message, {
    nullable: true,
    description: "The message that it is about. Null when that isn't known here.",
  })
  async target(@Root() content: ReactionContent, @Ctx() context: RequestContext): Promise<Message | null> {
    const id = messageIds.parse(content.targetMessageId);
    if (id === undefined) return null;
    const loaders = await loadersBehind(content, context);
    return toMessage(await loaders.messages.load(id), { asOf: content.asOf });
  }
}
