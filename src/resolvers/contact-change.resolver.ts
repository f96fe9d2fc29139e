import { Arg, Ctx, Mutation, Resolver, type ClassType } from 'type-graphql';
import type { CommandResult, ContactStanding } from '../events/commands/commands.js';
import type { WholeContact } from '../events/contact/combine.js';
import {
  AddContactAddressInput,
  BlockContactInput,
  MergeContactsInput,
  OptInContactInput,
  OptOutContactInput,
  SetContactAttributesInput,
  UnblockContactInput,
} from '../schema/graphql/contact-change.input.js';
import {
  AddContactAddressPayload,
  BlockContactPayload,
  MergeContactsPayload,
  OptInContactPayload,
  OptOutContactPayload,
  SetContactAttributesPayload,
  UnblockContactPayload,
  type ContactPayload,
} from '../schema/graphql/contact-change.type.js';
import { toContact } from './contact.view.js';
import type { RequestContext } from './context.js';
import { instance } from './instance.js';
import { outcomeOf } from './user-error.view.js';

/** What is said of a contact. */
@Resolver()
export class ContactChangeResolver {
  @Mutation(() => BlockContactPayload, {
    description:
      'Refuses everything that would be sent to the contact: RECIPIENT_BLOCKED. What the contact writes still comes in.',
  })
  async blockContact(
    @Arg('input', () => BlockContactInput, { description: 'Which contact.' })
    input: BlockContactInput,
    @Ctx() context: RequestContext,
  ): Promise<ContactPayload> {
    return toPayload(BlockContactPayload, await setStanding(input, 'block', context), context);
  }

  @Mutation(() => UnblockContactPayload, {
    description: 'Ends the contact’s being blocked.',
  })
  async unblockContact(
    @Arg('input', () => UnblockContactInput, { description: 'Which contact.' })
    input: UnblockContactInput,
    @Ctx() context: RequestContext,
  ): Promise<ContactPayload> {
    return toPayload(UnblockContactPayload, await setStanding(input, 'unblock', context), context);
  }

  @Mutation(() => OptOutContactPayload, {
    description:
      'Refuses everything that would be sent to the contact, by the contact’s own will: RECIPIENT_OPTED_OUT. What was accepted before fails when its turn comes.',
  })
  async optOutContact(
    @Arg('input', () => OptOutContactInput, { description: 'Which contact.' })
    input: OptOutContactInput,
    @Ctx() context: RequestContext,
  ): Promise<ContactPayload> {
    return toPayload(OptOutContactPayload, await setStanding(input, 'optOut', context), context);
  }

  @Mutation(() => OptInContactPayload, {
    description: 'Ends the contact’s having opted out.',
  })
  async optInContact(
    @Arg('input', () => OptInContactInput, { description: 'Which contact.' })
    input: OptInContactInput,
    @Ctx() context: RequestContext,
  ): Promise<ContactPayload> {
    return toPayload(OptInContactPayload, await setStanding(input, 'optIn', context), context);
  }

  @Mutation(() => SetContactAttributesPayload, {
    description: 'Changes attributes of your own that stand beside the contact.',
  })
  async setContactAttributes(
    @Arg('input', () => SetContactAttributesInput, { description: 'Which contact.' })
    input: SetContactAttributesInput,
    @Ctx() context: RequestContext,
  ): Promise<ContactPayload> {
    const { contactId, attributes, actorId } = input;
    const wish = { contactId, attributes, actorId: actorId ?? undefined };
    const result = await context.commands.setContactAttributes(context.caller, wish, context.startedAt);
    return toPayload(SetContactAttributesPayload, result, context);
  }

  @Mutation(() => AddContactAddressPayload, {
    description:
      'Gives a contact another address. Its conversation is opened, as a send would open it; an address that another contact has is refused: merge the two.',
  })
  async addContactAddress(
    @Arg('input', () => AddContactAddressInput, { description: 'Which contact, and where.' })
    input: AddContactAddressInput,
    @Ctx() context: RequestContext,
  ): Promise<ContactPayload> {
    const { contactId, channelId, address, actorId } = input;
    const wish = { contactId, channelId, address, actorId: actorId ?? undefined };
    const result = await context.commands.addContactAddress(context.caller, wish, context.startedAt);
    return toPayload(AddContactAddressPayload, result, context);
  }

  @Mutation(() => MergeContactsPayload, {
    description:
      'Shows one contact in another one’s place, for they are the same person: its addresses, conversations and messages are the other one’s too, and both ids answer it. While one of them is blocked or opted out, so are both. It can’t be taken back.',
  })
  async mergeContacts(
    @Arg('input', () => MergeContactsInput, { description: 'Which contacts.' })
    input: MergeContactsInput,
    @Ctx() context: RequestContext,
  ): Promise<ContactPayload> {
    const { fromContactId, intoContactId, actorId } = input;
    const wish = { fromContactId, intoContactId, actorId: actorId ?? undefined };
    const result = await context.commands.mergeContacts(context.caller, wish, context.startedAt);
    return toPayload(MergeContactsPayload, result, context);
  }
}

const setStanding = (
  { contactId, actorId }: { readonly contactId: string; readonly actorId?: string | null },
  standing: ContactStanding,
  { commands, caller, startedAt }: RequestContext,
) => commands.setContactStanding(caller, { contactId, standing, actorId: actorId ?? undefined }, startedAt);

const toPayload = (
  payload: ClassType<ContactPayload>,
  result: CommandResult<WholeContact>,
  { cursors }: RequestContext,
): ContactPayload =>
  instance(payload, { contact: result.ok ? toContact(result.value) : null, ...outcomeOf(result, cursors) });
