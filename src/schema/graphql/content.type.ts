import { Field, Float, InterfaceType, ObjectType } from 'type-graphql';
import type { Vector } from '../../events/kernel/cursor.js';
import type { MessageId } from '../../events/kernel/ids.js';
import type { Moment } from '../../events/queries/finders.js';
import { ActionKind, RemovalReason, TemplatePart } from './enums.js';

@ObjectType({ description: 'A file that a message shows.' })
export class Media {
  /** The message that it belongs to, and where the file lies: what `url` is made of. */
  messageId!: MessageId;
  place!: string;

  @Field(() => String, { nullable: true, description: 'Its MIME type.' })
  contentType!: string | null;

  @Field(() => String, { nullable: true, description: 'Its name, for saving it.' })
  filename!: string | null;

  @Field(() => String, { nullable: true, description: 'What it shows, for those who cannot see it.' })
  altText!: string | null;
}

@ObjectType({
  description:
    'Something to tap. A tap on it comes back as an incoming message that repeats its text and payload in `tapped`.',
})
export class Action {
  @Field(() => ActionKind, { description: 'What a tap does.' })
  kind!: keyof typeof ActionKind;

  @Field(() => String, { description: 'Its label.' })
  text!: string;

  @Field(() => String, { nullable: true, description: 'What comes back with a tap, unseen by the contact.' })
  payload!: string | null;

  @Field(() => String, { nullable: true, description: 'What a LINK opens.' })
  url!: string | null;

  @Field(() => String, { nullable: true, description: 'A second line under the label.' })
  description!: string | null;
}

@ObjectType({ description: 'A group of rows in a list.' })
export class ListSection {
  @Field(() => String, { nullable: true, description: "The group's heading." })
  title!: string | null;

  @Field(() => [Action], { description: 'Its rows.' })
  actions!: Action[];
}

@ObjectType({ description: 'One of the cards of a carousel.' })
export class Card {
  @Field(() => String, { nullable: true, description: 'Its heading.' })
  title!: string | null;

  @Field(() => String, { nullable: true, description: 'Its words.' })
  text!: string | null;

  @Field(() => Media, { nullable: true, description: 'What it shows.' })
  media!: Media | null;

  @Field(() => [Action], { description: 'What can be tapped.' })
  actions!: Action[];
}

@ObjectType({ description: 'Somebody else to get in touch with.' })
export class ContactCard {
  @Field(() => String, { description: 'How the contact is called.' })
  name!: string;

  @Field(() => [String], { description: 'Its phone numbers, as they were written.' })
  phoneNumbers!: readonly string[];

  @Field(() => [String], { description: 'Its mail addresses.' })
  emails!: readonly string[];

  @Field(() => String, { nullable: true, description: 'Where it works.' })
  organization!: string | null;
}

@ObjectType({ description: "What fills one of a template's blanks: a value or a media." })
export class TemplateParameter {
  @Field(() => String, { description: 'A name or a position; of a button its index.' })
  key!: string;

  @Field(() => TemplatePart, { description: 'Which part of the template it fills.' })
  part!: keyof typeof TemplatePart;

  @Field(() => String, { nullable: true, description: 'The words that it stands for.' })
  value!: string | null;

  @Field(() => Media, { nullable: true, description: 'The file that it stands for.' })
  media!: Media | null;
}

@InterfaceType({
  description:
    "What a message says. Enough to list, to notify, and to show a kind you don't know; more kinds will come, so keep a default branch.",
})
export abstract class MessageContent {
  @Field(() => String, { description: 'The words: body, caption, label or emoji; empty where there are none.' })
  text!: string;
}

@ObjectType({ implements: MessageContent, description: 'Words, with what to tap and what is attached.' })
export class TextContent extends MessageContent {
  @Field(() => String, { nullable: true, description: 'A heading above the words.' })
  title!: string | null;

  @Field(() => String, { nullable: true, description: 'A small line below the words.' })
  footer!: string | null;

  @Field(() => String, { nullable: true, description: 'The subject, on channels like mail.' })
  subject!: string | null;

  @Field(() => [Action], { description: 'What can be tapped.' })
  actions!: Action[];

  @Field(() => [Media], { description: 'What is attached, on channels like mail.' })
  attachments!: Media[];

  @Field(() => Action, {
    nullable: true,
    description: 'The action whose tap this incoming message is; `replyTo` is the message that offered it.',
  })
  tapped!: Action | null;
}

@ObjectType({ implements: MessageContent, description: 'Pictures, with a caption.' })
export class ImageContent extends MessageContent {
  @Field(() => [Media], { description: 'The pictures.' })
  images!: Media[];

  @Field(() => String, { nullable: true, description: 'A small line below.' })
  footer!: string | null;

  @Field(() => [Action], { description: 'What can be tapped.' })
  actions!: Action[];
}

@ObjectType({ implements: MessageContent, description: 'Audio, video and documents.' })
export class FileContent extends MessageContent {
  @Field(() => [Media], { description: 'The files.' })
  files!: Media[];

  @Field(() => String, { nullable: true, description: 'A small line below.' })
  footer!: string | null;

  @Field(() => [Action], { description: 'What can be tapped.' })
  actions!: Action[];
}

@ObjectType({ implements: MessageContent, description: 'A place.' })
export class LocationContent extends MessageContent {
  @Field(() => Float, { description: 'Degrees north.' })
  latitude!: number;

  @Field(() => Float, { description: 'Degrees east.' })
  longitude!: number;

  @Field(() => String, { nullable: true, description: "The place's name." })
  label!: string | null;

  @Field(() => String, { nullable: true, description: "The place's postal address." })
  address!: string | null;
}

@ObjectType({ implements: MessageContent, description: 'Words with a menu of rows behind a button.' })
export class ListContent extends MessageContent {
  @Field(() => String, { nullable: true, description: 'A heading above the words.' })
  title!: string | null;

  @Field(() => String, { nullable: true, description: 'What is shown where lists cannot be.' })
  altText!: string | null;

  @Field(() => String, { nullable: true, description: 'The label of the button that opens the menu.' })
  buttonText!: string | null;

  @Field(() => String, { nullable: true, description: 'A small line below the words.' })
  footer!: string | null;

  @Field(() => [ListSection], { description: 'The menu.' })
  sections!: ListSection[];
}

@ObjectType({ implements: MessageContent, description: 'Contact cards.' })
export class ContactsContent extends MessageContent {
  @Field(() => [ContactCard], { description: 'Who they are.' })
  contacts!: ContactCard[];
}

@ObjectType({ implements: MessageContent, description: 'Cards side by side.' })
export class CarouselContent extends MessageContent {
  @Field(() => [Card], { description: 'The cards, in the order in which they are shown.' })
  cards!: Card[];
}

@ObjectType({ implements: MessageContent, description: 'An emoji on another message. Removed again: `emoji` is null.' })
export class ReactionContent extends MessageContent {
  /** What `target` is resolved from. */
  targetMessageId!: string;
  /** Of a reaction that was just sent: the target as that left it. */
  readAfter!: Vector | undefined;
  /** Of a message that was reached as of a moment: the target as it stood then. */
  asOf!: Moment | undefined;

  @Field(() => String, { nullable: true, description: 'Null: it was taken back.' })
  emoji!: string | null;
}

@ObjectType({
  implements: MessageContent,
  description:
    'A message that the provider keeps and approved, with its blanks filled. `text` is the rendered body where it is known.',
})
export class TemplateContent extends MessageContent {
  @Field(() => String, { description: "Its name, or the provider's own id." })
  name!: string;

  @Field(() => String, { nullable: true, description: 'Which translation.' })
  locale!: string | null;

  @Field(() => String, { nullable: true, description: 'Which version.' })
  version!: string | null;

  @Field(() => [TemplateParameter], { description: 'What fills its blanks.' })
  parameters!: TemplateParameter[];
}

@ObjectType({ implements: MessageContent, description: "Of a kind that isn't known here." })
export class UnsupportedContent extends MessageContent {
  @Field(() => String, { description: "The provider's word for the kind." })
  kind!: string;
}

@ObjectType({ implements: MessageContent, description: 'What it said is gone.' })
export class RemovedContent extends MessageContent {
  @Field(() => RemovalReason, { description: 'Why it is gone.' })
  reason!: keyof typeof RemovalReason;
}
