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
