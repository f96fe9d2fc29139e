import type { Media, MessageContent, TemplateParameter } from '../../events/message/content.js';
import { sentNameOf } from '../../events/message/content-facts.js';
import { mediaObjectOf, mediaTypeOf, type MediaType } from './media.js';

type Template = Extract<MessageContent, { kind: 'template' }>;

/** A button's key: its index, and where it isn't the end of a link, what kind it is: `0:quick_reply`. */
const BUTTON_KEY = /^(\d{1,2})(?::(url|quick_reply|copy_code))?$/;

export interface ButtonKey {
  readonly index: string;
  /** Undefined: it says none. */
  readonly subType: string | undefined;
}

export function parseButtonKey(key: string): ButtonKey | undefined {
  const [, index, subType] = BUTTON_KEY.exec(key) ?? [];
  return index === undefined ? undefined : { index, subType };
}

/** By what a template that is kept here says of its buttons. */
const SUB_TYPES: ReadonlyMap<TemplateParameter['fills'], string> = new Map([
  ['REPLY', 'quick_reply'],
  ['COPY_CODE', 'copy_code'],
]);

/** Of a button: as its key says, as the template says, else the end of a link. */
export const subTypeOf = ({ key, fills }: TemplateParameter): string =>
  parseButtonKey(key)?.subType ?? SUB_TYPES.get(fills) ?? 'url';

/** The template with its blanks filled; WhatsApp finds it by name and language. */
export function templateOf(template: Template) {
  const { locale = '', parameters } = template;
  const components = [
    ...componentOf('header', ofPart(parameters, 'HEADER')),
    ...componentOf('body', ofPart(parameters, 'BODY')),
    ...ofPart(parameters, 'BUTTON').map(buttonOf),
  ];
  return {
    ...{ name: sentNameOf(template), language: { code: locale, policy: 'deterministic' } },
    ...(components.length > 0 ? { components } : {}),
  };
}

const isPosition = (key: string): boolean => /^\d+$/.test(key);

/** Blanks with numbers are filled by their order. */
function ofPart(parameters: readonly TemplateParameter[], part: TemplateParameter['part']) {
  const found = parameters.filter((parameter) => parameter.part === part);
  return found.every(({ key }) => isPosition(key)) ? found.sort((a, b) => Number(a.key) - Number(b.key)) : found;
}

const componentOf = (type: 'header' | 'body', parameters: readonly TemplateParameter[]) =>
  parameters.length === 0 ? [] : [{ type, parameters: parameters.map(parameterOf) }];

/** A blank with a name is filled by it; a file has none. */
function parameterOf({ key, value, media, fills }: TemplateParameter) {
  if (media !== undefined) {
    const type = templateMediaOf(media, fills);
    return { type, [type]: mediaObjectOf(type, media) };
  }
  return { type: 'text', ...(isPosition(key) ? {} : { parameter_name: key }), text: value ?? '' };
}

const HEADERS: ReadonlyMap<TemplateParameter['fills'], MediaType> = new Map([
  ['IMAGE', 'image'],
  ['VIDEO', 'video'],
  ['DOCUMENT', 'document'],
]);

/** A header shows a picture, a film or a document: what the template has, and not what a file might be taken for. */
function templateMediaOf(media: Media, fills: TemplateParameter['fills']): MediaType {
  const type = HEADERS.get(fills) ?? mediaTypeOf(media, 'image');
  return type === 'image' || type === 'video' ? type : 'document';
}

function buttonOf(parameter: TemplateParameter) {
  const { key, value = '' } = parameter;
  const { index } = parseButtonKey(key) ?? { index: key };
  const subType = subTypeOf(parameter);
  return { type: 'button', sub_type: subType, index, parameters: [buttonParameterOf(subType, value)] };
}

function buttonParameterOf(subType: string, value: string) {
  if (subType === 'quick_reply') return { type: 'payload', payload: value };
  return subType === 'copy_code' ? { type: 'coupon_code', coupon_code: value } : { type: 'text', text: value };
}
