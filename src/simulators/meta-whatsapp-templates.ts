import { z } from 'zod';
import { graphError } from './meta.js';
import type { ReceivedCall } from './read-call.js';
import type { SimulatedAnswer } from './simulator.js';

export interface SimulatedTemplate {
  readonly name: string;
  readonly language: string;
  readonly blanks: number;
  /** Default: APPROVED. */
  readonly status?: string;
  /** As the account's list shows it; default: words with its blanks. */
  readonly components?: readonly object[];
}

export const TEMPLATES: readonly SimulatedTemplate[] = [
  { name: 'hello_world', language: 'en_US', blanks: 0 },
  { name: 'order_ready', language: 'nl', blanks: 1 },
];

/** A template as it is sent; its form was judged. */
export const saidTemplate = z.object({
  name: z.string(),
  language: z.object({ code: z.string() }),
  components: z
    .array(
      z.object({
        type: z.string(),
        sub_type: z.string().optional(),
        index: z.string().optional(),
        parameters: z.array(z.looseObject({ type: z.string() })),
      }),
    )
    .optional(),
});
type SaidTemplate = z.infer<typeof saidTemplate>;
type SaidComponent = NonNullable<SaidTemplate['components']>[number];

export function refuseTemplate(
  said: SaidTemplate,
  templates: readonly SimulatedTemplate[],
): SimulatedAnswer | undefined {
  const found = templates.find(({ name, language }) => name === said.name && language === said.language.code);
  if (found === undefined) return graphError(404, 132_001, 'The template does not exist in this language.');
  const filled = said.components?.find(({ type }) => type === 'body')?.parameters.length ?? 0;
  if (filled !== found.blanks)
    return graphError(400, 132_000, `The words have ${found.blanks} blanks, and ${filled} parameters were given.`);
  const kept = component.array().parse(found.components ?? []);
  const strange = said.components?.find((one) => !fits(one, kept));
  return strange && graphError(400, 132_012, `It has no such ${strange.type}.`);
}

const component = z.object({
  type: z.string(),
  format: z.string().optional(),
  buttons: z.array(z.object({ type: z.string() })).optional(),
});

/** Whether the template has what is filled: a header of that kind, a button of that kind at that place. */
function fits({ type, sub_type: kind, index, parameters }: SaidComponent, kept: readonly z.infer<typeof component>[]) {
  const part = kept.find((one) => one.type === (type === 'button' ? 'BUTTONS' : type.toUpperCase()));
  if (type === 'header') return (part?.format ?? 'none').toLowerCase() === parameters[0]?.type;
  return type !== 'button' || part?.buttons?.[Number(index)]?.type === kind?.toUpperCase();
}

const TEMPLATES_PAGE = 25;
const TEMPLATES_PAGE_MAX = 1_000;

/** A page of them; `next` has the token in it, as Meta's has. */
export function answerTemplates(
  { query, path }: ReceivedCall,
  templates: readonly SimulatedTemplate[],
): SimulatedAnswer {
  const limit = Number(query.get('limit') ?? TEMPLATES_PAGE);
  const from = Number(Buffer.from(query.get('after') ?? '', 'base64url').toString() || 0);
  if (!Number.isInteger(limit) || limit < 1 || limit > TEMPLATES_PAGE_MAX || !Number.isInteger(from))
    return graphError(400, 100, 'Invalid parameter.');
  const data = templates.slice(from, from + limit).map(templateRow);
  const after = Buffer.from(String(from + data.length)).toString('base64url');
  const isLast = from + data.length >= templates.length;
  const next = isLast ? {} : { next: `https://graph.facebook.com${path}?access_token=shown&after=${after}` };
  return { status: 200, body: { data, paging: { cursors: { before: 'MA', after }, ...next } } };
}

const templateRow = (
  { name, language, blanks, status = 'APPROVED', components }: SimulatedTemplate,
  index: number,
) => ({
  ...{ id: String(9_000 + index), name, language, status, category: 'UTILITY' },
  components: components ?? [
    {
      type: 'BODY',
      text: ['Hello', ...Array.from({ length: blanks }, (_, blank) => `{{${blank + 1}}}`)].join(' '),
    },
  ],
});
