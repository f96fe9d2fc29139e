import { Field, ID, Int, ObjectType } from 'type-graphql';
import type {
  TemplateButtonKind as ButtonKind,
  TemplateHeaderKind as HeaderKind,
} from '../../events/template/template.js';
import { TemplatePart } from './enums.js';
import { MessageFailure } from './message.type.js';
import { Node } from './node.type.js';
import { Payload } from './payload.type.js';
import { DateTimeScalar } from './scalars.js';
import { TemplateButtonKind, TemplateHeaderKind } from './template.enums.js';

@ObjectType({ description: 'What stands above the words of a template.' })
export class TemplateHeader {
  @Field(() => TemplateHeaderKind, { description: 'What it is.' })
  kind!: HeaderKind;

  @Field(() => String, { nullable: true, description: 'Of a TEXT its words, with their blanks.' })
  text!: string | null;
}

@ObjectType({ description: 'A button of a template. Its index, from 0, is its key.' })
export class TemplateButton {
  @Field(() => TemplateButtonKind, { description: 'What a tap does.' })
  kind!: ButtonKind;

  @Field(() => String, { description: 'Its label.' })
  text!: string;

  @Field(() => String, { nullable: true, description: 'What a LINK opens, with its blank.' })
  url!: string | null;
}

@ObjectType({ description: 'What a send fills in a template, by one of its parameters.' })
export class TemplateBlank {
  @Field(() => TemplatePart, { description: 'Where it stands.' })
  part!: keyof typeof TemplatePart;

  @Field(() => String, { description: 'A number or a name; of a button its index, with its kind where it is no link.' })
  key!: string;

  @Field(() => Boolean, { description: 'Whether it is filled with a `media`; otherwise with a `value`.' })
  takesMedia!: boolean;

  @Field(() => Boolean, { description: 'Whether a send is refused without it.' })
  isRequired!: boolean;
}

@ObjectType({ description: 'A channel that a template is for.' })
export class TemplateProviderName {
  /** What `channel` is resolved from. */
  channelId!: string;

  @Field(() => String, { description: "What the channel's provider calls the template." })
  name!: string;

  @Field(() => String, {
    nullable: true,
    description: "The provider's own word for whether it may be sent, e.g. APPROVED, as of `syncedAt`.",
  })
  providerStatus!: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When `syncTemplates` last heard of it. Null: never.' })
  syncedAt!: string | null;
}

@ObjectType({
  implements: Node,
  description:
    'A message that providers keep and approved, as far as it is known here: what a send fills in is judged by it before it is accepted.',
})
export class Template extends Node {
  @Field(() => ID, { description: 'A TypeID, `tmpl_…`.' })
  override id!: string;

  @Field(() => String, { description: 'What sends call it.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'Which translation. Null: it is the same for all.' })
  locale!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "Which version, in the provider's word where it has versions. Null: it is the same for all.",
  })
  version!: string | null;

  @Field(() => TemplateHeader, { nullable: true, description: 'What stands above the words.' })
  header!: TemplateHeader | null;

  @Field(() => String, { description: 'The words. Blanks are written `{{1}}` or `{{name}}`.' })
  body!: string;

  @Field(() => String, { nullable: true, description: 'A small line below the words.' })
  footer!: string | null;

  @Field(() => [TemplateButton], { description: 'The buttons, in their order.' })
  buttons!: TemplateButton[];

  @Field(() => [TemplateBlank], { description: 'What a send fills.' })
  blanks!: TemplateBlank[];

  @Field(() => [TemplateProviderName], {
    description: 'The channels that it is for. Empty: all of them, under its own name.',
  })
  providerNames!: TemplateProviderName[];

  @Field(() => DateTimeScalar, { description: 'When it was first kept here.' })
  createdAt!: string;

  @Field(() => DateTimeScalar, { description: 'When it last changed here.' })
  updatedAt!: string;
}

@ObjectType({ description: 'The kept template.' })
export class TemplatePayload extends Payload {
  @Field(() => Template, { nullable: true, description: 'The template. Null when refused.' })
  template!: Template | null;
}

@ObjectType({ description: 'Which template is no longer kept.' })
export class DeleteTemplatePayload extends Payload {
  @Field(() => ID, { nullable: true, description: 'Its id. Null when refused.' })
  templateId!: string | null;
}

@ObjectType({
  description: 'A template of the provider that is not kept here. A send that names it is passed on unchecked.',
})
export class SkippedTemplate {
  @Field(() => String, { description: 'What the provider calls it.' })
  name!: string;

  @Field(() => String, { description: 'Which translation.' })
  locale!: string;

  @Field(() => String, { description: 'Why, for people.' })
  reason!: string;
}

@ObjectType({ description: 'What came of asking a provider for its templates.' })
export class TemplateSync {
  @Field(() => Int, { description: 'How many are kept now that were not.' })
  createdCount!: number;

  @Field(() => Int, { description: 'How many the provider says something else of than was kept.' })
  updatedCount!: number;

  @Field(() => Int, {
    description:
      'How many the provider has no more. Only where it told all of them at once: otherwise nobody can tell.',
  })
  deletedCount!: number;

  @Field(() => Int, { description: 'How many of the provider’s are not kept.' })
  skippedCount!: number;

  @Field(() => [SkippedTemplate], { description: 'The first 100 of these.' })
  skipped!: SkippedTemplate[];

  @Field(() => String, {
    nullable: true,
    description: 'How far it came: given as `after` it goes on. Null: to the end, or, with a `failure`, nowhere.',
  })
  endCursor!: string | null;

  @Field(() => MessageFailure, {
    nullable: true,
    description: 'Why it came no further, where the provider did not answer. What was told before is kept.',
  })
  failure!: MessageFailure | null;
}

@ObjectType({ description: 'What came of asking a provider for its templates.' })
export class SyncTemplatesPayload extends Payload {
  @Field(() => TemplateSync, { nullable: true, description: 'What came of it. Null when refused.' })
  sync!: TemplateSync | null;
}
