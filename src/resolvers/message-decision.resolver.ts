import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { CancelScheduledMessageInput, ResolveMessageInput } from '../schema/graphql/commands.input.js';
import { CancelScheduledMessagePayload, ResolveMessagePayload } from '../schema/graphql/payloads.type.js';
import type { RequestContext } from './context.js';
import { instance } from './instance.js';
import { toMessageFields } from './send-message.view.js';

/** What a person decides about a message that was sent before. */
@Resolver()
export class MessageDecisionResolver {
  @Mutation(() => CancelScheduledMessagePayload, {
    description: 'Takes a scheduled message back. Refused once any of it was begun; repeating it is safe.',
  })
  async cancelScheduledMessage(
    @Arg('input', () => CancelScheduledMessageInput, { description: 'Which message.' })
    { messageId }: CancelScheduledMessageInput,
    @Ctx() context: RequestContext,
  ): Promise<CancelScheduledMessagePayload> {
    const { commands, caller, startedAt } = context;
    const result = await commands.cancelScheduledMessage(caller, { messageId }, startedAt);
    return instance(CancelScheduledMessagePayload, toMessageFields(result, context.cursors));
  }

  @Mutation(() => ResolveMessagePayload, { description: 'Settles a message whose status is OUTCOME_UNKNOWN.' })
  async resolveMessage(
    @Arg('input', () => ResolveMessageInput, { description: 'Which message, and what became of it.' })
    { messageId, as }: ResolveMessageInput,
    @Ctx() context: RequestContext,
  ): Promise<ResolveMessagePayload> {
    const { commands, caller, startedAt } = context;
    return instance(
      ResolveMessagePayload,
      toMessageFields(await commands.resolveMessage(caller, { messageId, as }, startedAt), context.cursors),
    );
  }
}
