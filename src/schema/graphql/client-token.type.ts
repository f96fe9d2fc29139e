import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { Payload } from './payload.type.js';
import { DateTimeScalar } from './scalars.js';

@InputType({ description: 'What a browser may read: at least one id, at most 100 together.' })
export class CreateClientTokenInput {
  @Field(() => [ID], { nullable: true, description: 'These conversations.' })
  conversationIds?: string[] | null;

  @Field(() => [ID], { nullable: true, description: 'These contacts, and every conversation with them.' })
  contactIds?: string[] | null;

  @Field(() => Int, {
    nullable: true,
    defaultValue: 3600,
    description: 'For how long: 1 to 86,400 (a day). No longer than your own key.',
  })
  expiresInSeconds?: number | null;
}

@ObjectType({ description: 'A token for a browser. It reads, it does not send.' })
export class CreateClientTokenPayload extends Payload {
  @Field(() => String, { nullable: true, description: 'Shown as a key is. Null when refused.' })
  token!: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it ends; earlier if the key that made it does.' })
  expiresAt!: string | null;
}
