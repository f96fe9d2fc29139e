import { Field, ID, InputType, Int } from 'type-graphql';
import type { Scope as ScopeName } from '../../access/caller.js';
import { ApiKeyLimitsInput } from './api-key-limits.type.js';
import { Scope } from './enums.js';
import { DateTimeScalar } from './scalars.js';

@InputType({ description: 'A key to make.' })
export class CreateApiKeyInput {
  @Field(() => String, { description: 'Its name, for people.' })
  name!: string;

  @Field(() => [Scope], { description: 'What it may do: at least one, and none that your own key does not have.' })
  scopes!: ScopeName[];

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it ends. Null: never.' })
  expiresAt?: string | null;

  @Field(() => ApiKeyLimitsInput, { nullable: true, description: 'What it may use. Null: as much as your own key.' })
  limits?: ApiKeyLimitsInput | null;
}

@InputType({ description: 'A key to give a new secret.' })
export class RotateApiKeyInput {
  @Field(() => ID, { description: 'The key. It has no scope that your own key does not have.' })
  id!: string;

  @Field(() => Int, {
    nullable: true,
    description:
      'For how long the present secret is good beside the new one: 0 to 604,800 (a week), if not said 86,400 (a day). One that is left from an earlier rotation ends at once.',
  })
  overlapSeconds?: number | null;

  @Field(() => ApiKeyLimitsInput, { nullable: true, description: 'What is changed of what it may use. Null: nothing.' })
  limits?: ApiKeyLimitsInput | null;
}

@InputType({ description: 'A key to end.' })
export class RevokeApiKeyInput {
  @Field(() => ID, { description: 'The key. What it holds open ends within 5 s.' })
  id!: string;
}
