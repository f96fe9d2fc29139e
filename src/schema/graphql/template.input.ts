import { Field, ID, InputType } from 'type-graphql';
import type {
  TemplateButtonKind as ButtonKind,
  TemplateHeaderKind as HeaderKind,
} from '../../events/template/template.js';
import { TemplateButtonKind, TemplateHeaderKind } from './template.enums.js';

@InputType({ description: 'What stands above the words of a template.' })
export class TemplateHeaderInput {
  @Field(() => TemplateHeaderKind, { description: 'What it is.' })
  kind!: HeaderKind;

  @Field(() => String, {
    nullable: true,
    description: 'Of a TEXT its words, with their blanks; an empty one: no header.',
  })
  text?: string | null;
}

@InputType({ description: 'A button of a template.' })
export class TemplateButtonInput {
  @Field(() => TemplateButtonKind, { description: 'What a tap does.' })
  kind!: ButtonKind;

  @Field(() => String, { nullable: true, description: 'Its label.' })
  text?: string | null;

  @Field(() => String, { nullable: true, description: 'What a LINK opens, for example `https://example.com/{{1}}`.' })
  url?: string | null;
}

@InputType({ description: 'A channel that a template is for.' })
export class TemplateProviderNameInput {
  @Field(() => ID, { description: 'The channel.' })
  channelId!: string;

  @Field(() => String, {
    nullable: true,
    description: "What its provider calls the template, or the provider's id of it. Default: the template's own name.",
  })
  name?: string | null;
}

/** Beside its name and its words. */
@InputType()
abstract class TemplateOptions {
  @Field(() => String, { nullable: true, description: 'Which translation. Left out or empty: it is the same for all.' })
  locale?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      "Which version, in the provider's word where it has versions. Left out or empty: it is the same for all.",
  })
  version?: string | null;

  @Field(() => TemplateHeaderInput, { nullable: true, description: 'What stands above the words.' })
  header?: TemplateHeaderInput | null;

  @Field(() => String, { nullable: true, description: 'A small line below the words: at most 1,024 characters.' })
  footer?: string | null;

  @Field(() => [TemplateButtonInput], { nullable: true, description: 'The buttons, in their order: at most 10.' })
  buttons?: TemplateButtonInput[] | null;

  @Field(() => [TemplateProviderNameInput], {
    nullable: true,
    description: 'The channels that it is for, at most 100. Left out or empty: all of them, under its own name.',
  })
  providerNames?: TemplateProviderNameInput[] | null;
}

@InputType({
  description: 'A template that a provider keeps, as it is approved there. The provider itself is asked nothing.',
})
export class CreateTemplateInput extends TemplateOptions {
  @Field(() => String, { description: 'What sends will call it: at most 512 characters.' })
  name!: string;

  @Field(() => String, {
    description:
      'The words: at most 4,096 characters. Blanks are written `{{1}}`, `{{2}}`, … or `{{name}}`, and not both.',
  })
  body!: string;
}

@InputType({
  description: 'What changes of a template. What is left out stays; an empty text or list takes away what is optional.',
})
export class UpdateTemplateInput extends TemplateOptions {
  @Field(() => ID, { description: 'The template.' })
  templateId!: string;

  @Field(() => String, { nullable: true, description: 'What sends call it.' })
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'The words.' })
  body?: string | null;
}

@InputType({ description: 'A template.' })
export class DeleteTemplateInput {
  @Field(() => ID, { description: 'The template.' })
  templateId!: string;
}

@InputType({ description: 'A channel whose provider is asked for its templates.' })
export class SyncTemplatesInput {
  @Field(() => ID, { description: 'The channel.' })
  channelId!: string;

  @Field(() => String, { nullable: true, description: 'The `endCursor` that an earlier one came to.' })
  after?: string | null;
}
