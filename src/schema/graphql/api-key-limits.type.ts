import { Field, InputType, Int, ObjectType } from 'type-graphql';

const WORDS = {
  requestsPerSecond: 'Requests a second; over a WebSocket each operation is one.',
  sendsPerSecond: 'Messages a second; each one of a batch counts.',
  costPerSecond: 'Cost a second, in fields that might be answered. Up to 10 seconds of it are saved up.',
  sockets: 'WebSockets open at a time.',
  subscriptions: 'Subscriptions open at a time.',
} as const;
const asked = { nullable: true };

@ObjectType({
  description:
    'What a key may use, over all processes that answer; client tokens use what the key has that made them. Null: what this instance gives every key.',
})
export class ApiKeyLimits {
  @Field(() => Int, { ...asked, description: WORDS.requestsPerSecond })
  requestsPerSecond!: number | null;

  @Field(() => Int, { ...asked, description: WORDS.sendsPerSecond })
  sendsPerSecond!: number | null;

  @Field(() => Int, { ...asked, description: WORDS.costPerSecond })
  costPerSecond!: number | null;

  @Field(() => Int, { ...asked, description: WORDS.sockets })
  sockets!: number | null;

  @Field(() => Int, { ...asked, description: WORDS.subscriptions })
  subscriptions!: number | null;
}

@InputType({
  description:
    'What a key may use: 1 to 999,999,999 of each, and no more than your own key. Null: as your own key; in a rotation, as it was.',
})
export class ApiKeyLimitsInput {
  @Field(() => Int, { ...asked, description: WORDS.requestsPerSecond })
  requestsPerSecond?: number | null;

  @Field(() => Int, { ...asked, description: WORDS.sendsPerSecond })
  sendsPerSecond?: number | null;

  @Field(() => Int, { ...asked, description: WORDS.costPerSecond })
  costPerSecond?: number | null;

  @Field(() => Int, { ...asked, description: WORDS.sockets })
  sockets?: number | null;

  @Field(() => Int, { ...asked, description: WORDS.subscriptions })
  subscriptions?: number | null;
}
