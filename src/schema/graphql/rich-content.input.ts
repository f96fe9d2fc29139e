import { Field, ID, InputType } from 'type-graphql';
import { ActionInput, MediaInput } from './content-pieces.input.js';
import { TemplatePart } from './enums.js';

@InputType({ description: 'Somebody else to get in touch with.' })
export class ContactCardInput {
  @Field(() => String, { description: 'How the contact is called.' })
  name!: string;

  @Field(() => [String], { nullable: true, description: 'Its phone numbers, as they are written: at most 20.' })
  phoneNumbers?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'Its mail addresses: at most 20.' })
  emails?: string[] | null;

  @Field(() => String, { nullable: true, description: 'Where it works.' })
  organization?: string | null;
}

@InputType({ description: 'Contact cards.' })
export class ContactsInput {
  @Field(() => [ContactCardInput], { description: 'Who they are: 1 to 100.' })
  contacts!: ContactCardInput[];
}

@InputType({ description: 'One of the cards of a carousel: a title, a text or a media at least.' })
export class CardInput {
  @Field(() => String, { nullable: true, description: 'Its heading.' })
  title?: string | null;

  @Field(() => String, { nullable: true, description: 'Its words.' })
  text?: string | null;

  @Field(() => MediaInput, { nullable: true, description: 'What it shows.' })
  media?: MediaInput | null;

  @Field(() => [ActionInput], { nullable: true, description: 'What can be tapped.' })
  actions?: ActionInput[] | null;
}

@InputType({ description: 'Cards side by side.' })
export class CarouselInput {
  @Field(() => String, { nullable: true, description: 'Words above them.' })
  text?: string | null;

  @Field(() => [CardInput], { description: 'The cards, in the order in which they are shown: 1 to 30.' })
  cards!: CardInput[];
}

@InputType({ description: 'An emoji on another message of the same conversation.' })
export class ReactionInput {
  @Field(() => ID, { description: 'The message: one that came in, or one that went out and did not fail.' })
  messageId!: string;

  @Field(() => String, { nullable: true, description: 'One emoji. Null: take it back.' })
  emoji?: string | null;
}

@InputType({ description: "What fills one of a template's blanks: a `value` or a `media`." })
export class TemplateParameterInput {
  @Field(() => String, { description: 'A name or a position; of a button its index.' })
  key!: string;

  @Field(() => TemplatePart, { nullable: true, defaultValue: 'BODY', description: 'Which part it fills.' })
  part?: keyof typeof TemplatePart | null;

  @Field(() => String, { nullable: true, description: 'The words that it stands for.' })
  value?: string | null;

  @Field(() => MediaInput, { nullable: true, description: 'The file that it stands for.' })
  media?: MediaInput | null;
}

@InputType({
  description:
    'A message that the provider keeps and approved, with its blanks filled. It may be sent also when the service window is closed.',
})
export class TemplateInput {
  @Field(() => String, { description: "Its name, or the provider's own id. One unknown here is passed on unchecked." })
  name!: string;

  @Field(() => String, { nullable: true, description: 'Which translation, where the provider asks for one.' })
  locale?: string | null;

  @Field(() => String, { nullable: true, description: 'Which version.' })
  version?: string | null;

  @Field(() => [TemplateParameterInput], { nullable: true, description: 'What fills its blanks: at most 100.' })
  parameters?: TemplateParameterInput[] | null;
}
