import { z } from 'zod';
import type { TemplateButton, TemplateHeader, TemplateWords } from '../../events/template/template.js';
import type { HttpAnswer } from '../http-call.js';
import { graphAccountAnswerOf } from '../meta/answer.js';
import { cut } from '../meta/entries.js';
import type { GraphRequest } from '../meta/graph-call.js';
import type { ProviderTemplate, TemplatesAnswer } from '../provider.js';
import { MEANINGS } from './failures.js';

/** A template of the longest words takes 20 KB, for what isn't ASCII is escaped: a page of them fits. */
export const TEMPLATES_BYTES_MAX = 2_097_152;
const PAGE_LENGTH = 100;
const CURSOR_LENGTH_MAX = 2_048;

export function templatesRequest(wabaId: string, after: string | undefined): GraphRequest {
  const query = new URLSearchParams({ fields: 'name,language,status,components', limit: String(PAGE_LENGTH) });
  if (after !== undefined) query.set('after', after);
  return { method: 'GET', path: `/${wabaId}/message_templates?${query.toString()}` };
}

const page = z.object({
  data: z.array(z.unknown()),
  paging: z
    .object({
      /** It has the token in it, and is followed by the cursor alone. */
      next: z.string().optional(),
      cursors: z.object({ after: z.string().max(CURSOR_LENGTH_MAX).optional() }).optional(),
    })
    .optional(),
});

export function templatesAnswerOf(answer: HttpAnswer): TemplatesAnswer {
  const read = answer.status === 200 ? page.safeParse(answer.json) : undefined;
  if (read?.success !== true) {
    const said = graphAccountAnswerOf(answer, MEANINGS, () => undefined);
    return said.kind === 'confirmed' ? { kind: 'unknown' } : said;
  }
  const { data, paging } = read.data;
  const next = paging?.next === undefined ? undefined : paging.cursors?.after;
  // There is more, and nobody knows where.
  if (paging?.next !== undefined && next === undefined) return { kind: 'unknown' };
  return { kind: 'page', templates: data.map(templateOf), ...(next === undefined ? {} : { next }) };
}

const row = z.object({
  name: z.string(),
  language: z.string(),
  status: z.string().optional(),
  components: z.unknown(),
});

const component = z.object({
  type: z.string(),
  format: z.string().optional(),
  text: z.string().optional(),
  buttons: z.array(z.object({ type: z.string(), text: z.string().optional(), url: z.string().optional() })).optional(),
});
type Component = z.infer<typeof component>;

const named = z.object({ name: z.string().catch(''), language: z.string().catch('') });

function templateOf(said: unknown): ProviderTemplate {
  const read = row.safeParse(said);
  if (!read.success) {
    const { name, language } = named.safeParse(said).data ?? { name: '', language: '' };
    return { name, locale: language, status: null, words: 'Meta describes it in a form that is not known here.' };
  }
  const { name, language: locale, status = null, components } = read.data;
  return { name, locale, status: status && cut(status), words: wordsOf(components) };
}

const KNOWN_PARTS: ReadonlySet<string> = new Set(['HEADER', 'BODY', 'FOOTER', 'BUTTONS']);

function wordsOf(said: unknown): TemplateWords | string {
  const read = z.array(component).safeParse(said);
  if (!read.success) return 'Meta describes its parts in a form that is not known here.';
  const strange = read.data.find(({ type }) => !KNOWN_PARTS.has(type));
  if (strange !== undefined) return `It has a part that can not be filled here: ${cut(strange.type)}.`;
  const part = (wanted: string) => read.data.find(({ type }) => type === wanted);
  return {
    header: headerOf(part('HEADER')),
    body: part('BODY')?.text ?? '',
    footer: part('FOOTER')?.text ?? null,
    buttons: (part('BUTTONS')?.buttons ?? []).map(buttonOf),
  };
}

function headerOf(said: Component | undefined): TemplateHeader | null {
  if (said === undefined) return null;
  const { format = 'TEXT', text = '' } = said;
  if (format === 'TEXT') return { kind: 'TEXT', text };
  return { kind: format === 'IMAGE' || format === 'VIDEO' || format === 'DOCUMENT' ? format : 'OTHER', text: '' };
}

function buttonOf({ type, text = '', url }: NonNullable<Component['buttons']>[number]): TemplateButton {
  if (type === 'URL' && url !== undefined) return { kind: 'LINK', text, url };
  if (type === 'QUICK_REPLY') return { kind: 'REPLY', text };
  return { kind: type === 'COPY_CODE' ? 'COPY_CODE' : 'OTHER', text };
}
