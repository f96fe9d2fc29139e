import { Field, InputType } from 'type-graphql';
import { ActionKind } from './enums.js';

@InputType({ description: 'A file, by its address.' })
export class MediaInput {
  @Field(() => String, { description: 'An http or https address that the provider can fetch.' })
  url!: string;

  @Field(() => String, { nullable: true, description: 'Its MIME type.' })
  contentType?: string | null;

  @Field(() => String, { nullable: true, description: 'Its name, for saving it.' })
  filename?: string | null;

  @Field(() => String, { nullable: true, description: 'What it shows, for those who cannot see it.' })
  altText?: string | null;
}

@InputType({ description: 'Something to tap.' })
export class ActionInput {
  @Field(() => ActionKind, { description: 'What a tap does.' })
  kind!: keyof typeof ActionKind;

  @Field(() => String, { description: 'Its label.' })
  text!: string;

  @Field(() => String, { nullable: true, description: 'What comes back with a tap, unseen by the contact.' })
  payload?: string | null;

  @Field(() => String, { nullable: true, description: 'What a LINK opens; needed for that kind.' })
  url?: string | null;

  @Field(() => String, { nullable: true, description: 'A second line under the label.' })
  description?: string | null;
}
