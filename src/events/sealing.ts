import { z } from 'zod';

/** Personal content under a contact's key. Sealing itself comes without a change of schema (rule 9). */
export const sealedContent = z.object({ keyId: z.string(), nonce: z.string(), ciphertext: z.string() });
export type SealedContent = z.infer<typeof sealedContent>;

/** `data`: facts outside, and personal content apart in `content`, in whose place `sealed` may stand (rule 9). */
export function sealable<Facts extends z.ZodRawShape, Content extends z.ZodType = z.ZodNever>(
  facts: Facts,
  content?: Content,
) {
  return z.object({
    ...facts,
    content: (content ?? (z.never() as unknown as Content)).optional(),
    sealed: sealedContent.optional(),
  });
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
