import { z } from 'zod';

/** Personal content under a contact's key. Sealing itself comes without a change of schema (rule 9). */
export const sealedContent = z
  .object({
    keyId: z.string().describe("Names the contact's key."),
    nonce: z.string().describe('What opening it takes beside the key.'),
    ciphertext: z.string().describe('What `content` said.'),
  })
  .describe("Stands in the place of `content` once it is sealed under the contact's key.");
export type SealedContent = z.infer<typeof sealedContent>;

/**
 * `data`: facts outside, and personal content apart in `content`, in whose place `sealed` may stand (rule 9).
 * `says` is what the event says, for everything that describes it to readers of the topic.
 */
export function sealable<Facts extends z.ZodRawShape, Content extends z.ZodType = z.ZodNever>(
  says: string,
  facts: Facts,
  content?: Content,
) {
  return z
    .object({
      ...facts,
      content: (content ?? (z.never() as unknown as Content))
        .optional()
        .describe(content ? 'Personal content. Absent once it is sealed or erased.' : 'This event has none.'),
      sealed: sealedContent.optional(),
    })
    .describe(says);
}

/** What became of an event's personal content. */
export type Opened<Content> =
  | { readonly state: 'open'; readonly content: Content }
  /** The event never had any. */
  | { readonly state: 'absent' }
  /** The key is gone, or was never here: what it said can't be read any more. */
  | { readonly state: 'erased' };

/**
 * The only way to an event's personal content (rule 9). Every reader must have an answer to *erased*.
 */
export function open<Content>(event: {
  readonly data: { readonly content?: Content | undefined; readonly sealed?: SealedContent | undefined };
}): Opened<Content> {
  if (event.data.content !== undefined) return { state: 'open', content: event.data.content };
  return event.data.sealed === undefined ? { state: 'absent' } : { state: 'erased' };
}
