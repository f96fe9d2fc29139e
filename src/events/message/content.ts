import { z } from 'zod';

/** What a message says, in the normalized form that events carry and clients see. Lengths are bounded at the door. */
export const action = z.object({
  kind: z.enum(['REPLY', 'POSTBACK', 'LINK']),
  text: z.string(),
  payload: z.string().optional(),
  url: z.string().optional(),
  description: z.string().optional(),
});

export const media = z.object({
  url: z.string(),
  contentType: z.string().optional(),
  filename: z.string().optional(),
  altText: z.string().optional(),
});

export const messageContent = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('text'),
    text: z.string(),
    title: z.string().optional(),
    footer: z.string().optional(),
    subject: z.string().optional(),
    actions: z.array(action).default([]),
    attachments: z.array(media).default([]),
    tapped: action.optional(),
  }),
  z.object({
    kind: z.literal('image'),
    text: z.string(),
    images: z.array(media),
    footer: z.string().optional(),
    actions: z.array(action).default([]),
  }),
  z.object({
    kind: z.literal('file'),
    text: z.string(),
    files: z.array(media),
    footer: z.string().optional(),
    actions: z.array(action).default([]),
  }),
  z.object({
    kind: z.literal('location'),
    text: z.string(),
    latitude: z.number(),
    longitude: z.number(),
    label: z.string().optional(),
    address: z.string().optional(),
  }),
  z.object({
    kind: z.literal('list'),
    text: z.string(),
    title: z.string().optional(),
    altText: z.string().optional(),
    buttonText: z.string().optional(),
    footer: z.string().optional(),
    sections: z.array(z.object({ title: z.string().optional(), actions: z.array(action) })),
  }),
  z.object({ kind: z.literal('unsupported'), text: z.string(), providerKind: z.string() }),
]);

export type Action = z.infer<typeof action>;
export type Media = z.infer<typeof media>;
export type MessageContent = z.infer<typeof messageContent>;
export type ContentKind = MessageContent['kind'];
export const CONTENT_KINDS = [
  'text',
  'image',
  'file',
  'location',
  'list',
  'unsupported',
] as const satisfies ContentKind[];
