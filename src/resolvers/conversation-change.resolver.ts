import { Arg, Ctx, Mutation, Resolver, type ClassType } from 'type-graphql';
import type { ConversationChange } from '../events/conversation/decide.js';
import {
  AssignConversationInput,
  CloseConversationInput,
  LabelConversationInput,
  OpenConversationInput,
  SetConversationAttributesInput,
  SnoozeConversationInput,
  UnlabelConversationInput,
} from '../schema/graphql/conversation-change.input.js';
import {
  AssignConversationPayload,
  CloseConversationPayload,
  LabelConversationPayload,
  OpenConversationPayload,
  SetConversationAttributesPayload,
  SnoozeConversationPayload,
  UnlabelConversationPayload,
  type ConversationPayload,
} from '../schema/graphql/conversation-change.type.js';
import type { RequestContext } from './context.js';
import { toConversation } from './conversation.view.js';
import { instance } from './instance.js';
import { outcomeOf } from './user-error.view.js';

/** What whoever looks after a conversation does about it. */
@Resolver()
export class ConversationChangeResolver {
  @Mutation(() => CloseConversationPayload, {
    description: 'Says that nobody has to look after it any more. It opens by itself when the contact writes.',
  })
  closeConversation(
    @Arg('input', () => CloseConversationInput, { description: 'Which conversation.' })
    input: CloseConversationInput,
    @Ctx() context: RequestContext,
  ): Promise<ConversationPayload> {
    return change(CloseConversationPayload, input, { kind: 'close' }, context);
  }

  @Mutation(() => OpenConversationPayload, {
    description: 'Opens a closed conversation, and ends its being put aside.',
  })
  openConversation(
    @Arg('input', () => OpenConversationInput, { description: 'Which conversation.' })
    input: OpenConversationInput,
    @Ctx() context: RequestContext,
  ): Promise<ConversationPayload> {
    return change(OpenConversationPayload, input, { kind: 'open' }, context);
  }

  @Mutation(() => SnoozeConversationPayload, {
    description:
      'Puts an open conversation aside. It comes back by itself when the time has come or the contact writes; CONVERSATION_CLOSED if it is closed.',
  })
  snoozeConversation(
    @Arg('input', () => SnoozeConversationInput, { description: 'Which conversation, and until when.' })
    input: SnoozeConversationInput,
    @Ctx() context: RequestContext,
  ): Promise<ConversationPayload> {
    return change(SnoozeConversationPayload, input, { kind: 'snooze', until: input.until }, context);
  }

  @Mutation(() => AssignConversationPayload, {
    description: 'Makes it the concern of an agent, a team, both or nobody, by your own ids.',
  })
  assignConversation(
    @Arg('input', () => AssignConversationInput, { description: 'Which conversation, and whose.' })
    input: AssignConversationInput,
    @Ctx() context: RequestContext,
  ): Promise<ConversationPayload> {
    return change(
      AssignConversationPayload,
      input,
      { kind: 'assign', agentId: input.agentId ?? undefined, teamId: input.teamId ?? undefined },
      context,
    );
  }

  @Mutation(() => LabelConversationPayload, {
    description: 'Puts labels on it.',
  })
  labelConversation(
    @Arg('input', () => LabelConversationInput, { description: 'Which conversation, and what it is labelled.' })
    input: LabelConversationInput,
    @Ctx() context: RequestContext,
  ): Promise<ConversationPayload> {
    return change(LabelConversationPayload, input, { kind: 'label', labels: input.labels }, context);
  }

  @Mutation(() => UnlabelConversationPayload, {
    description: 'Takes labels off it.',
  })
  unlabelConversation(
    @Arg('input', () => UnlabelConversationInput, {
      description: 'Which conversation, and what it is labelled no longer.',
    })
    input: UnlabelConversationInput,
    @Ctx() context: RequestContext,
  ): Promise<ConversationPayload> {
    return change(UnlabelConversationPayload, input, { kind: 'unlabel', labels: input.labels }, context);
  }

  @Mutation(() => SetConversationAttributesPayload, {
    description: 'Changes attributes of your own that stand beside it.',
  })
  setConversationAttributes(
    @Arg('input', () => SetConversationAttributesInput, { description: 'Which conversation, and what changes.' })
    input: SetConversationAttributesInput,
    @Ctx() context: RequestContext,
  ): Promise<ConversationPayload> {
    return change(
      SetConversationAttributesPayload,
      input,
      { kind: 'setAttributes', attributes: input.attributes },
      context,
    );
  }
}

async function change(
  payload: ClassType<ConversationPayload>,
  { conversationId, actorId }: { readonly conversationId: string; readonly actorId?: string | null },
  wish: ConversationChange,
  { commands, caller, startedAt, cursors }: RequestContext,
): Promise<ConversationPayload> {
  const input = { conversationId, change: wish, actorId: actorId ?? undefined };
  const result = await commands.changeConversation(caller, input, startedAt);
  const conversation = result.ok ? toConversation(result.value) : null;
  return instance(payload, { conversation, ...outcomeOf(result, cursors) });
}
