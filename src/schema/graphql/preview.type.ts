import { Field, ObjectType } from 'type-graphql';
import { Payload } from './payload.type.js';
import { JSONObjectScalar } from './scalars.js';

@ObjectType({ description: 'One call that a provider would get.' })
export class PreviewedCall {
  @Field(() => String, { description: 'The HTTP method.' })
  method!: string;

  @Field(() => String, { description: 'Where it would go; a secret in it is `[hidden]`.' })
  url!: string;

  @Field(() => JSONObjectScalar, { description: 'Its headers; what says who calls is `[hidden]`.' })
  headers!: Readonly<Record<string, string>>;

  @Field(() => JSONObjectScalar, { nullable: true, description: 'Its body, which goes as JSON. Null: it has none.' })
  body!: Record<string, unknown> | null;
}

@ObjectType({ description: 'What a provider would get. Nothing of it was recorded or sent.' })
export class PreviewMessagePayload extends Payload {
  @Field(() => [PreviewedCall], {
    description:
      'One for each part, in order; the id in the reference is of no message. None when refused, and for a reaction to a message of which the provider told no id.',
  })
  calls!: PreviewedCall[];

  @Field(() => String, { nullable: true, description: 'As `Message.degradedFrom`.' })
  degradedFrom!: string | null;
}
