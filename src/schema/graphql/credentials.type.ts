import { Field, InputType, ObjectType } from 'type-graphql';
import type { Scope as ScopeName } from '../../access/caller.js';
import { ApiKeyLimitsInput } from './api-key-limits.type.js';
import { ApiKey } from './api-key.type.js';
import { Scope } from './enums.js';
import { DateTimeScalar } from './scalars.js';
import { UserError } from './user-error.type.js';

@ObjectType({ description: 'An access token and what it is refreshed with. Shown this once.' })
export class Credentials {
  @Field(() => ApiKey, { description: 'The key that they are, for listing and revoking.' })
  apiKey!: ApiKey;

  @Field(() => String, { description: 'What requests show, `at_…`. Good for an hour, or until it is refreshed.' })
  accessToken!: string;

  @Field(() => DateTimeScalar, { description: 'When the access token ends.' })
  accessTokenExpiresAt!: string;

  @Field(() => String, {
    description:
      'Names the credentials to `refreshCredentials`, `si_…`; it stays. Shown in place of a key it opens that and nothing else.',
  })
  secretId!: string;

  @Field(() => String, { description: 'For the next refresh, `rt_…`. Once: to show it twice ends the credentials.' })
  refreshToken!: string;

  @Field(() => DateTimeScalar, { description: 'When the refresh token ends: 30 days from now.' })
  refreshTokenExpiresAt!: string;
}

@InputType({ description: 'Credentials to make.' })
export class CreateCredentialsInput {
  @Field(() => String, { description: 'Their name, for people.' })
  name!: string;

  @Field(() => [Scope], { description: 'What they may do: at least one, and none that your own key does not have.' })
  scopes!: ScopeName[];

  @Field(() => DateTimeScalar, { nullable: true, description: 'When they end, refreshed or not. Null: never.' })
  expiresAt?: string | null;

  @Field(() => ApiKeyLimitsInput, { nullable: true, description: 'What it may use. Null: as much as your own key.' })
  limits?: ApiKeyLimitsInput | null;
}

@ObjectType({ description: 'The new credentials.' })
export class CreateCredentialsPayload {
  @Field(() => Credentials, { nullable: true, description: 'The credentials. Null when refused.' })
  credentials!: Credentials | null;

  @Field(() => [UserError], { description: 'Why they were refused; empty when they were not.' })
  userErrors!: UserError[];
}

@InputType({ description: 'Credentials to refresh.' })
export class RefreshCredentialsInput {
  @Field(() => String, { description: 'Their secret id, `si_…`.' })
  secretId!: string;

  @Field(() => String, { description: 'Their latest refresh token, `rt_…`.' })
  refreshToken!: string;
}

@ObjectType({ description: 'The credentials with a new access token and a new refresh token.' })
export class RefreshCredentialsPayload {
  @Field(() => Credentials, { nullable: true, description: 'The credentials. Null when refused.' })
  credentials!: Credentials | null;

  @Field(() => [UserError], { description: 'Why they were refused; empty when they were not.' })
  userErrors!: UserError[];
}
