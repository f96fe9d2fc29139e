import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { ApiKey } from './api-key.type.js';
import { Payload } from './payload.type.js';
import { DateTimeScalar } from './scalars.js';

@ObjectType({ description: 'Whose data it is: each workspace sees only itself.' })
export class Workspace {
  @Field(() => ID, { description: 'A TypeID, `ws_…`.' })
  id!: string;

  @Field(() => String, { description: 'Its name, for people.' })
  name!: string;

  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  createdAt!: string;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Since when its keys open nothing and its messages wait. Null: neither.',
  })
  suspendedAt!: string | null;
}

@InputType({ description: 'A workspace to make.' })
export class CreateWorkspaceInput {
  @Field(() => String, { description: 'Its name, for people.' })
  name!: string;
}

@ObjectType({ description: 'The new workspace and its first key.' })
export class CreateWorkspacePayload extends Payload {
  @Field(() => Workspace, { nullable: true, description: 'The workspace. Null when refused.' })
  workspace!: Workspace | null;

  @Field(() => ApiKey, { nullable: true, description: 'Its first key, with every scope of a workspace.' })
  apiKey!: ApiKey | null;

  @Field(() => String, { nullable: true, description: 'What requests show: `pk_…`. Shown this once.' })
  secret!: string | null;
}

@InputType({ description: 'A workspace to suspend.' })
export class SuspendWorkspaceInput {
  @Field(() => ID, { description: 'The workspace; not your own.' })
  id!: string;
}

@ObjectType({ description: 'The workspace, suspended.' })
export class SuspendWorkspacePayload extends Payload {
  @Field(() => Workspace, { nullable: true, description: 'The workspace. Null when refused.' })
  workspace!: Workspace | null;
}

@InputType({ description: 'A workspace to resume.' })
export class ResumeWorkspaceInput {
  @Field(() => ID, { description: 'The workspace.' })
  id!: string;
}

@ObjectType({ description: 'The workspace, at work again.' })
export class ResumeWorkspacePayload extends Payload {
  @Field(() => Workspace, { nullable: true, description: 'The workspace. Null when refused.' })
  workspace!: Workspace | null;
}
