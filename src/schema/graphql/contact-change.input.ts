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
