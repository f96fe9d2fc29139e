import { Field, ID, ObjectType } from 'type-graphql';
import type { Scope as ScopeName } from '../../access/caller.js';
import { ApiKeyLimits } from './api-key-limits.type.js';
import { ApiKeyKind, Scope, type ApiKeyKindName } from './enums.js';
import { Node } from './node.type.js';
import { Payload } from './payload.type.js';
import { DateTimeScalar } from './scalars.js';

@ObjectType({
  implements: Node,
  description: 'What a program comes in with. Its secret is shown once and kept nowhere.',
})
export class ApiKey extends Node {
  @Field(() => ID, { description: 'A TypeID, `key_…`. Not the secret.' })
  override id!: string;

  @Field(() => String, { description: 'Its name, for people.' })
  name!: string;

  @Field(() => ApiKeyKind, { description: 'How its secret is renewed.' })
  kind!: ApiKeyKindName;

  @Field(() => [Scope], { description: 'What it may do.' })
  scopes!: ScopeName[];

  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  createdAt!: string;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it ends, or ended. Null: never.' })
  expiresAt!: string | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When it was last used, give or take a minute. Null: not yet.',
  })
  lastUsedAt!: string | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'After a rotation: until when the former secret is good beside the new one.',
  })
  previousSecretExpiresAt!: string | null;

  @Field(() => ApiKeyLimits, { description: 'What it may use.' })
  limits!: ApiKeyLimits;
}

@ObjectType({ description: 'The new key.' })
export class CreateApiKeyPayload extends Payload {
  @Field(() => ApiKey, { nullable: true, description: 'The key. Null when refused.' })
  apiKey!: ApiKey | null;

  @Field(() => String, { nullable: true, description: 'What requests show: `pk_…`. Shown this once.' })
  secret!: string | null;
}

@ObjectType({ description: 'The key with its new secret.' })
export class RotateApiKeyPayload extends Payload {
  @Field(() => ApiKey, { nullable: true, description: 'The key. Null when refused.' })
  apiKey!: ApiKey | null;

  @Field(() => String, { nullable: true, description: 'The new secret, `pk_…`. Shown this once.' })
  secret!: string | null;
}

@ObjectType({ description: 'The key, ended.' })
export class RevokeApiKeyPayload extends Payload {
  @Field(() => ApiKey, { nullable: true, description: 'The key. Null when refused.' })
  apiKey!: ApiKey | null;
}
