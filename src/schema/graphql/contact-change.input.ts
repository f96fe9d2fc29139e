import { Field, ID, InputType } from 'type-graphql';
import { JSONObjectScalar } from './scalars.js';

@InputType()
abstract class ContactChangeInput {
  @Field(() => ID, { description: 'The contact.' })
  contactId!: string;

  @Field(() => String, { nullable: true, description: 'Your own id of who does it: for the record.' })
  actorId?: string | null;
}

@InputType({ description: 'A contact to whom nothing is to be sent.' })
export class BlockContactInput extends ContactChangeInput {}

@InputType({ description: 'A contact to whom things may be sent again.' })
export class UnblockContactInput extends ContactChangeInput {}

@InputType({ description: 'A contact who wants nothing to be sent.' })
export class OptOutContactInput extends ContactChangeInput {}

@InputType({ description: 'A contact who wants to be written to again.' })
export class OptInContactInput extends ContactChangeInput {}

@InputType({ description: 'Attributes of a contact to change.' })
export class SetContactAttributesInput extends ContactChangeInput {
  @Field(() => JSONObjectScalar, {
    description:
      'Each name is replaced as a whole, and goes where its value is null; others stay. At most 100 names, and 16,384 bytes as JSON, in all.',
  })
  attributes!: Record<string, unknown>;
}

@InputType({ description: 'Two contacts that are the same person.' })
export class MergeContactsInput {
  @Field(() => ID, { description: 'Who is no longer shown by itself.' })
  fromContactId!: string;

  @Field(() => ID, {
    description: 'Who is shown in its place. At most 50 may be shown as one. Its own name and attributes stand before.',
  })
  intoContactId!: string;

  @Field(() => String, { nullable: true, description: 'Your own id of who does it: for the record.' })
  actorId?: string | null;
}

@InputType({ description: 'An address at which a contact can be reached, too.' })
export class AddContactAddressInput extends ContactChangeInput {
  @Field(() => ID, { description: 'The channel on which the address holds.' })
  channelId!: string;

  @Field(() => String, { description: "The platform's own id, for example a phone number: one that nobody here has." })
  address!: string;
}
