import { Arg, Args, Ctx, Mutation, Resolver, Root, Subscription } from 'type-graphql';
import { AppError } from '../errors.js';
import { conversationIds } from '../events/kernel/ids.js';
import type { TypingSignal } from '../events/typing/typing-signals.js';
import { SetTypingInput, SetTypingPayload, TypingArgs, TypingChanged } from '../schema/graphql/typing.type.js';
import { requireId } from './arguments.js';
import type { RequestContext } from './context.js';
import { Delivery } from './delivery.js';
import { instance } from './instance.js';
import { toUserErrors } from './user-error.view.js';

@Resolver()
export class TypingResolver {
  @Mutation(() => SetTypingPayload, {
    description:
      'Tells those who watch the conversation that somebody types. Say it again every few seconds: it counts for 10.',
  })
  async setTyping(
    @Arg('input', () => SetTypingInput, { description: 'Who, and where.' })
    { conversationId, isTyping, authorId }: SetTypingInput,
    @Ctx() { commands, caller, startedAt }: RequestContext,
  ): Promise<SetTypingPayload> {
    const wish = { conversationId, isTyping: isTyping ?? true, authorId: authorId ?? undefined };
    const result = await commands.setTyping(caller, wish, startedAt);
    return instance(SetTypingPayload, { userErrors: result.ok ? [] : toUserErrors(result.userErrors) });
  }

  @Subscription(() => TypingChanged, {
    description: 'When somebody begins to type in a conversation, or stops. Live only.',
    subscribe: ({ args, context }: { readonly args: TypingArgs; readonly context: RequestContext }) =>
      listen(args, context),
  })
  typingChanged(@Args(() => TypingArgs) _args: TypingArgs, @Root() payload: TypingChanged): TypingChanged {
    return payload;
  }
}

/** @throws AppError BAD_USER_INPUT, or NOT_FOUND for what is unknown or another workspace's */
async function listen(
  args: TypingArgs,
  { typing, caller, loaders }: RequestContext,
): Promise<AsyncIterableIterator<Delivery>> {
  const conversationId = requireId(conversationIds, args.conversationId, 'conversationId');
  const signals = typing.listen({ workspaceId: caller.workspaceId, conversationId });
  if ((await loaders.conversations.load(conversationId).catch(abandon(signals))) !== undefined)
    return deliveriesOf(signals);
  await signals.return?.();
  throw new AppError('NOT_FOUND', 'There is no such conversation.');
}

const abandon = (signals: AsyncIterator<TypingSignal>) => async (error: unknown) => {
  await signals.return?.();
  throw error;
};

function deliveriesOf(signals: AsyncIterator<TypingSignal>): AsyncIterableIterator<Delivery> {
  const iterator: AsyncIterableIterator<Delivery> = {
    async next() {
      const next: IteratorResult<TypingSignal, unknown> = await signals.next();
      if (next.done === true) return { done: true, value: undefined };
      const payload = toTypingChanged(next.value);
      return { done: false, value: new Delivery(next.value.id, () => Promise.resolve(payload)) };
    },
    async return() {
      await signals.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}

const toTypingChanged = ({ conversationId, author, authorId, isTyping, expiresAt }: TypingSignal): TypingChanged =>
  instance(TypingChanged, { conversationId, author, authorId, isTyping, expiresAt });
