import type { z } from 'zod';
import type { UserError } from '../commands/commands.js';
import { accepted, refused, type Decision } from '../kernel/decision.js';
import type { UrlRules } from '../kernel/public-url.js';
import { withoutNulls } from '../kernel/without-nulls.js';
import { contentForms, type ContentForms } from './content-forms.js';
import { messageContent, type MessageContent } from './content.js';

/** As JSON, all in all: an event stays far below the log's 2 MiB. */
const CONTENT_BYTES_MAX = 262_144;
/** Enough to mend an input; a hundred bad rows need no hundred refusals. */
const REFUSALS_MAX = 20;

type ContentForm = keyof ContentForms;
const isContentForm = (kind: string, forms: ContentForms): kind is ContentForm => Object.hasOwn(forms, kind);

/** Reads the public `ContentInput`, nulls and all. Each refusal says where in the input it belongs. */
export function parseContent(
  input: Readonly<Record<string, unknown>>,
  rules: UrlRules = {},
): Decision<MessageContent, UserError> {
  const forms = contentForms(rules);
  const given = Object.entries(input).filter(([, value]) => value !== undefined && value !== null);
  const [kind, value] = given[0] ?? [];
  if (kind === undefined || given.length > 1)
    return refused({
      code: 'INPUT_INVALID',
      message: 'Exactly one kind of content must be given.',
      field: ['content'],
    });
  const field = ['content', kind];
  if (!isContentForm(kind, forms))
    return refused({ code: 'CONTENT_UNSUPPORTED', message: 'This kind of content can not be sent yet.', field });
  const parsed = forms[kind].safeParse(withoutNulls(value));
  if (!parsed.success) return refused(...parsed.error.issues.slice(0, REFUSALS_MAX).map(refusalAt(field)));
  const content = messageContent.parse(normalized(kind, parsed.data));
  if (Buffer.byteLength(JSON.stringify(content)) > CONTENT_BYTES_MAX)
    return refused({ code: 'CONTENT_INVALID', message: `At most ${CONTENT_BYTES_MAX} bytes in all.`, field });
  return accepted(content);
}

/** With the kind, and the words that stand for what has none of its own: a place's label, names, an emoji. */
function normalized(kind: ContentForm, data: z.infer<ContentForms[ContentForm]>): object {
  if ('messageId' in data) {
    const { messageId, emoji } = data;
    return { kind, text: emoji ?? '', emoji: emoji ?? null, targetMessageId: messageId };
  }
  if ('contacts' in data) return { kind, text: data.contacts.map(({ name }) => name).join(', '), ...data };
  return { text: 'label' in data ? data.label : '', ...data, kind };
}

const refusalAt =
  (field: readonly string[]) =>
  (issue: z.core.$ZodIssue): UserError => ({
    code: issue.code === 'custom' && issue.params?.['code'] === 'INPUT_INVALID' ? 'INPUT_INVALID' : 'CONTENT_INVALID',
    message: issue.message,
    field: [...field, ...issue.path.map(String)],
  });
