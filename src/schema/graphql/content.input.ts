import { Directive, Field, Float, InputType } from 'type-graphql';
import { ActionInput, MediaInput } from './content-pieces.input.js';
import { CarouselInput, ContactsInput, ReactionInput, TemplateInput } from './rich-content.input.js';

@InputType({ description: 'Words, with what to tap and what is attached.' })
export class TextInput {
  @Field(() => String, { description: 'The words: at least one character, at most 65,536 bytes.' })
  text!: string;

  @Field(() => String, { nullable: true, description: 'A heading above the words.' })
  title?: string | null;

  @Field(() => String, { nullable: true, description: 'A small line below the words.' })
  footer?: string | null;

  @Field(() => String, { nullable: true, description: 'The subject, on channels like mail.' })
  subject?: string | null;

  @Field(() => [ActionInput], { nullable: true, description: 'What can be tapped.' })
  actions?: ActionInput[] | null;

  @Field(() => [MediaInput], { nullable: true, description: 'What is attached, on channels like mail.' })
  attachments?: MediaInput[] | null;
}

@InputType({ description: 'Pictures, with a caption.' })
export class ImageInput {
  @Field(() => [MediaInput], { description: 'The pictures: 1 to 30.' })
  images!: MediaInput[];

  @Field(() => String, { nullable: true, description: 'The caption.' })
  text?: string | null;

  @Field(() => String, { nullable: true, description: 'A small line below.' })
  footer?: string | null;

  @Field(() => [ActionInput], { nullable: true, description: 'What can be tapped.' })
  actions?: ActionInput[] | null;
}

@InputType({ description: 'Audio, video and documents.' })
export class FileInput {
  @Field(() => [MediaInput], { description: 'The files: 1 to 30.' })
  files!: MediaInput[];

  @Field(() => String, { nullable: true, description: 'The caption.' })
  text?: string | null;

  @Field(() => String, { nullable: true, description: 'A small line below.' })
  footer?: string | null;

  @Field(() => [ActionInput], { nullable: true, description: 'What can be tapped.' })
  actions?: ActionInput[] | null;
}

@InputType({ description: 'A place.' })
export class LocationInput {
  @Field(() => Float, { description: 'Degrees north, -90 to 90.' })
  latitude!: number;

  @Field(() => Float, { description: 'Degrees east, -180 to 180.' })
  longitude!: number;

  @Field(() => String, { nullable: true, description: "The place's name." })
  label?: string | null;

  @Field(() => String, { nullable: true, description: "The place's postal address." })
  address?: string | null;
}

@InputType({ description: 'A group of rows in a list.' })
export class ListSectionInput {
  @Field(() => String, { nullable: true, description: "The group's heading." })
  title?: string | null;

  @Field(() => [ActionInput], { description: 'Its rows: at least one; 100 in the whole list.' })
  actions!: ActionInput[];
}

@InputType({ description: 'Words with a menu of rows behind a button.' })
export class ListInput {
  @Field(() => String, { nullable: true, description: 'A heading above the words.' })
  title?: string | null;

  @Field(() => String, { description: 'The words.' })
  text!: string;

  @Field(() => String, { nullable: true, description: 'What is shown where lists cannot be.' })
  altText?: string | null;

  @Field(() => String, { nullable: true, description: 'The label of the button that opens the menu.' })
  buttonText?: string | null;

  @Field(() => String, { nullable: true, description: 'A small line below the words.' })
  footer?: string | null;

  @Field(() => [ListSectionInput], { description: 'The menu: at least one section.' })
  sections!: ListSectionInput[];
}

@Directive('@oneOf')
@InputType({ description: 'What to say. Exactly one.' })
export class ContentInput {
  @Field(() => TextInput, { nullable: true, description: 'Words.' })
  text?: TextInput;

  @Field(() => ImageInput, { nullable: true, description: 'Pictures.' })
  image?: ImageInput;

  @Field(() => FileInput, { nullable: true, description: 'Audio, video and documents.' })
  file?: FileInput;

  @Field(() => LocationInput, { nullable: true, description: 'A place.' })
  location?: LocationInput;

  @Field(() => ListInput, { nullable: true, description: 'A menu of rows.' })
  list?: ListInput;

  @Field(() => ContactsInput, { nullable: true, description: 'Contact cards.' })
  contacts?: ContactsInput;

  @Field(() => CarouselInput, { nullable: true, description: 'Cards side by side.' })
  carousel?: CarouselInput;

  @Field(() => ReactionInput, { nullable: true, description: 'An emoji on another message.' })
  reaction?: ReactionInput;

  @Field(() => TemplateInput, { nullable: true, description: 'A message that the provider keeps and approved.' })
  template?: TemplateInput;
}
