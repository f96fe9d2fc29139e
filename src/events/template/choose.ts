import type { TemplateName } from './template.js';

/** A kept template that a send may mean: it goes through the send's channel, and is for what the send says of itself. */
export interface TemplateCandidate extends TemplateName {
  /** Found by the name that it has here; otherwise by the one that it has at the channel's provider. */
  readonly isOwnName: boolean;
  readonly createdAt: Date;
}

export type Chosen<Candidate> =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'chosen'; readonly template: Candidate }
  /** The send doesn't say in which of these. */
  | { readonly kind: 'several'; readonly locales: readonly string[] };

interface Asked {
  readonly locale?: string | undefined;
  readonly version?: string | undefined;
}

/**
 * Which of them it means. Its own name goes before the provider's, the locale and version that were said before one that is
 * for all of them; where no version was said, the one that was made last.
 */
export function chooseTemplate<Candidate extends TemplateCandidate>(
  candidates: readonly Candidate[],
  asked: Asked,
): Chosen<Candidate> {
  const own = candidates.filter(({ isOwnName }) => isOwnName);
  const named = own.length > 0 ? own : candidates;
  const inLocale = preferred(named, ({ locale }) => locale === (asked.locale ?? null));
  const locales = [...new Set(inLocale.map(({ locale }) => locale ?? ''))].sort();
  if (locales.length > 1) return { kind: 'several', locales };
  const [template] = [...inLocale].sort(byPlace(asked));
  return template === undefined ? { kind: 'unknown' } : { kind: 'chosen', template };
}

const preferred = <Item>(items: readonly Item[], isBetter: (item: Item) => boolean): readonly Item[] => {
  const better = items.filter(isBetter);
  return better.length > 0 ? better : items;
};

const byPlace =
  ({ version }: Asked) =>
  (one: TemplateCandidate, other: TemplateCandidate): number => {
    const exact = (candidate: TemplateCandidate) => Number(version !== undefined && candidate.version === version);
    return exact(other) - exact(one) || other.createdAt.getTime() - one.createdAt.getTime();
  };
