import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { messageIds } from '../events/kernel/ids.js';
import { ReactionContent } from '../schema/graphql/content.type.js';
import { Message } from '../schema/graphql/message.type.js';
import type { RequestContext } from './context.js';
import { toMessage } from './message.view.js';

@Resolver(() => ReactionContent)
export class ReactionContentResolver {
  @FieldResolver(() => Message, {
    nullable: true,
    description: "The message that it is about. Null when that isn't known here.",
  })
  async target(
    @Root() { targetMessageId }: ReactionContent,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Message | null> {
    const id = messageIds.parse(targetMessageId);
    return id === undefined ? null : toMessage(await loaders.messages.load(id));
  }
}
