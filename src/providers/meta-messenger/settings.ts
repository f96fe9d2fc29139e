import { z } from 'zod';
import { graphId, graphSettings } from '../meta/settings.js';

const TAGS_MAX = 10;

export const messengerSettings = z.strictObject({
  pageId: graphId,
  /** What Meta lets this page write for beyond the service window, such as HUMAN_AGENT: it approves each, and withdraws some. */
  messageTags: z
    .array(
      z
        .string({ error: 'A text is needed.' })
        .regex(/^[A-Z][A-Z_]{0,63}$/, { error: 'A tag as Meta writes it, like HUMAN_AGENT.' }),
      { error: 'A list of tags is needed.' },
    )
    .max(TAGS_MAX, { error: `At most ${TAGS_MAX} tags.` })
    .optional(),
  ...graphSettings,
});
export type MessengerSettings = z.infer<typeof messengerSettings>;
