import type { TemplateParameter } from '../events/message/content.js';
import type { TemplateWords } from '../events/template/template.js';
import type { AccountAnswer } from './provider.js';

/** A template as a provider has it. */
export interface ProviderTemplate {
  readonly name: string;
  readonly locale: string;
  /** The provider's own word for whether it may be sent. */
  readonly status: string | null;
  /** A text where it can't be kept here: why. */
  readonly words: TemplateWords | string;
}

export type TemplatesAnswer =
  /** `next`: what brings the next page; absent on the last one. */
  | { readonly kind: 'page'; readonly templates: readonly ProviderTemplate[]; readonly next?: string }
  /** Nobody can be asked before the channel has this setting. */
  | { readonly kind: 'lacking'; readonly setting: string }
  | Exclude<AccountAnswer, { readonly kind: 'confirmed' }>;

/**
 * Whether two parameters give one name different values. Some providers know a template's blanks by their names alone,
 * in its header as in its words: one of the two would go nowhere.
 * @param nameOf undefined: it has no place there
 */
export function areAtOdds(
  parameters: readonly TemplateParameter[],
  nameOf: (parameter: TemplateParameter) => string | undefined = ({ key }) => key,
): boolean {
  const values = new Map<string, string | undefined>();
  return parameters.some((parameter) => {
    const name = nameOf(parameter);
    if (name === undefined) return false;
    const value = parameter.value ?? parameter.media?.url;
    const isOther = values.has(name) && values.get(name) !== value;
    values.set(name, value);
    return isOther;
  });
}
