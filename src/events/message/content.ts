import { z } from 'zod';

/** What a message says, in the normalized form that events carry and clients see. Lengths are bounded at the door. */
export const action = z
  .object({
    kind: z.enum(['REPLY', 'POSTBACK', 'LINK']).describe('What a tap does.'),
    text: z.string().describe('Its label.'),
    payload: z.string().optional().describe('What comes back with a tap, unseen by the contact.'),
    url: z.string().optional().describe('What a LINK opens.'),
    description: z.string().optional().describe('A second line under the label.'),
  })
  .describe('Something to tap.');

export const media = z
  .object({
    url: z.string().describe('Where it lies.'),
    contentType: z.string().optional().describe('Its MIME type.'),
    filename: z.string().optional().describe('Its name, for saving it.'),
    altText: z.string().optional().describe('What it shows, for those who cannot see it.'),
  })
  .describe('A file that a message shows.');

export const contactCard = z
  .object({
    name: z.string().describe('How the contact is called.'),
    phoneNumbers: z.array(z.string()).default([]).describe('Its phone numbers, as they were written.'),
    emails: z.array(z.string()).default([]).describe('Its mail addresses.'),
    organization: z.string().optional().describe('Where it works.'),
  })
  .describe('Somebody else to get in touch with.');

export const templateParameter = z
  .object({
    key: z.string().describe('A name or a position; of a button its index.'),
    part: z.enum(['HEADER', 'BODY', 'BUTTON']).describe('Which part of the template it fills.'),
    value: z.string().optional().describe('The words that it stands for.'),
    media: media.optional().describe('The file that it stands for.'),
    fills: z
      .enum(['IMAGE', 'VIDEO', 'DOCUMENT', 'REPLY', 'LINK', 'COPY_CODE'])
      .optional()
      .describe('Of a template that is kept: which kind of header or of button it fills.'),
  })
  .describe("What fills one of a template's blanks: a value or a media.");

const text = z.string().describe('The words: body, caption, label or emoji; empty where there are none.');
const title = z.string().optional().describe('A heading above the words.');
const footer = z.string().optional().describe('A small line below.');
const actions = z.array(action).describe('What can be tapped.');

export const messageContent = z.discriminatedUnion('kind', [
  z
    .object({
      kind: z.literal('text'),
      ...{ text, title, footer },
      subject: z.string().optional().describe('The subject, on channels like mail.'),
      actions: actions.default([]),
      attachments: z.array(media).default([]).describe('What is attached, on channels like mail.'),
      tapped: action.optional().describe('The action whose tap this incoming message is.'),
    })
    .describe('Words, with what to tap and what is attached.'),
  z
    .object({
      kind: z.literal('image'),
      text,
      images: z.array(media).describe('The pictures.'),
      footer,
      actions: actions.default([]),
    })
    .describe('Pictures, with a caption.'),
  z
    .object({
      kind: z.literal('file'),
      text,
      files: z.array(media).describe('The files.'),
      footer,
      actions: actions.default([]),
    })
    .describe('Audio, video and documents.'),
  z
    .object({
      kind: z.literal('location'),
      text,
      latitude: z.number().describe('Degrees north.'),
      longitude: z.number().describe('Degrees east.'),
      label: z.string().optional().describe("The place's name."),
      address: z.string().optional().describe("The place's postal address."),
    })
    .describe('A place.'),
  z
    .object({
      kind: z.literal('list'),
      ...{ text, title },
      altText: z.string().optional().describe('What is shown where lists cannot be.'),
      buttonText: z.string().optional().describe('The label of the button that opens the menu.'),
      footer,
      sections: z
        .array(
          z.object({
            title: z.string().optional().describe("The group's heading."),
            actions: actions.describe('Its rows.'),
          }),
        )
        .describe('The menu, in groups of rows.'),
    })
    .describe('Words with a menu of rows behind a button.'),
  z
    .object({ kind: z.literal('contacts'), text, contacts: z.array(contactCard).describe('Who they are.') })
    .describe('Contact cards.'),
  z
    .object({
      kind: z.literal('carousel'),
      text,
      cards: z
        .array(
          z.object({
            title: z.string().optional().describe("The card's heading."),
            text: z.string().optional().describe("The card's words."),
            media: media.optional().describe('What it shows.'),
            actions: actions.default([]),
          }),
        )
        .describe('The cards, in the order in which they are shown.'),
    })
    .describe('Cards side by side.'),
  z
    .object({
      kind: z.literal('reaction'),
      text,
      emoji: z.string().nullable().describe('Null: it was taken back.'),
      targetMessageId: z.string().describe('The message of the same conversation that it is about.'),
    })
    .describe('An emoji on another message.'),
  z
    .object({
      kind: z.literal('template'),
      text,
      name: z.string().describe("Its name, or the provider's own id."),
      locale: z.string().optional().describe('Which translation.'),
      version: z.string().optional().describe('Which version.'),
      providerName: z
        .string()
        .optional()
        .describe("What the channel's provider calls it, where that is another name: what goes out."),
      parameters: z.array(templateParameter).default([]).describe('What fills its blanks.'),
    })
    .describe('A message that the provider keeps and approved, with its blanks filled.'),
  z
    .object({
      kind: z.literal('unsupported'),
      text,
      providerKind: z.string().describe("The provider's word for the kind."),
    })
    .describe("Of a kind that isn't known here."),
]);

export type Action = z.infer<typeof action>;
export type Media = z.infer<typeof media>;
export type ContactCard = z.infer<typeof contactCard>;
export type TemplateParameter = z.infer<typeof templateParameter>;
export type MessageContent = z.infer<typeof messageContent>;
export type ContentKind = MessageContent['kind'];
export const CONTENT_KINDS = [
  'text',
  'image',
  'file',
  'location',
  'list',
  'contacts',
  'carousel',
  'reaction',
  'template',
  'unsupported',
] as const satisfies ContentKind[];
