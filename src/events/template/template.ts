/** A template as it is kept here: what its provider was told, so that what fills it can be judged before it is sent. */

export const TEMPLATE_HEADER_KINDS = ['TEXT', 'IMAGE', 'VIDEO', 'DOCUMENT', 'OTHER'] as const;
export type TemplateHeaderKind = (typeof TEMPLATE_HEADER_KINDS)[number];

export interface TemplateHeader {
  readonly kind: TemplateHeaderKind;
  /** Of TEXT; empty for the others. */
  readonly text: string;
}

export const TEMPLATE_BUTTON_KINDS = ['REPLY', 'LINK', 'COPY_CODE', 'OTHER'] as const;
export type TemplateButtonKind = (typeof TEMPLATE_BUTTON_KINDS)[number];

export interface TemplateButton {
  readonly kind: TemplateButtonKind;
  readonly text: string;
  /** What a LINK opens. */
  readonly url?: string | undefined;
}

/** What it says. Blanks stand as `{{1}}` or `{{name}}` in its header, its body, and the links of its buttons. */
export interface TemplateWords {
  readonly header: TemplateHeader | null;
  readonly body: string;
  readonly footer: string | null;
  readonly buttons: readonly TemplateButton[];
}

/** What it is known by; no two of a workspace have all three. Null: it is the one for every locale, or for every version. */
export interface TemplateName {
  readonly name: string;
  readonly locale: string | null;
  readonly version: string | null;
}

/** Kept templates of one workspace. */
export const TEMPLATES_MAX = 10_000;
/** Of one name: its locales and versions. What a send might mean is read whole. */
export const TEMPLATES_OF_NAME_MAX = 200;
