import { Field, ID, ObjectType } from 'type-graphql';
import type { Scope as ScopeName } from '../../access/caller.js';
import { Scope } from './enums.js';
import { DateTimeScalar } from './scalars.js';

@ObjectType({ description: 'Who asks.' })
export class Viewer {
  @Field(() => ID, { description: 'The workspace that the key belongs to; nothing else is visible.' })
  workspaceId!: string;

  @Field(() => [Scope], { description: 'What the key may do.' })
  scopes!: ScopeName[];

  @Field(() => DateTimeScalar, { nullable: true, description: 'When the key ends. Null: never.' })
  expiresAt!: string | null;
}
