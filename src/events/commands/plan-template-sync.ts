import { isDeepStrictEqual } from 'node:util';
import type { ProviderTemplate } from '../../providers/provider.js';
import type { ChannelId, TemplateId } from '../kernel/ids.js';
import type { TemplateProviderName, TemplateView } from '../queries/template-view.js';
import { parseTemplate } from '../template/template-form.js';
import type { TemplateWords } from '../template/template.js';
import type { SkippedTemplate } from './template-commands.js';

export interface SyncFacts {
  readonly channelId: ChannelId;
  readonly told: readonly ProviderTemplate[];
  /** Those of the workspace that are for the channel, or have a name that was told. */
  readonly kept: readonly TemplateView[];
  /** When the provider began to be asked. RFC 3339. */
  readonly askedAt: string;
  /** Whether it told all that it has: what is not among it is gone. */
  readonly isWhole: boolean;
  /** How many more may be kept. */
  readonly room: number;
}

/** What is to be written, so that what is kept says what the provider says. */
export interface SyncPlan {
  readonly created: readonly (TemplateWords & Pick<ProviderTemplate, 'name' | 'locale' | 'status'>)[];
  readonly updated: readonly TemplateView[];
  /** Of each that the provider has, also where nothing else of it changes. */
  readonly heard: readonly { readonly id: TemplateId; readonly name: string; readonly status: string | null }[];
  readonly deleted: readonly TemplateId[];
  /** For other channels still. */
  readonly unlinked: readonly TemplateId[];
  readonly skipped: readonly SkippedTemplate[];
}

type Step =
  | { readonly kind: 'create'; readonly words: TemplateWords }
  | { readonly kind: 'hear'; readonly template: TemplateView; readonly after: TemplateView }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'skip'; readonly reason: string };

/**
 * Of each of the provider's templates, whether it is kept already. It is known by what this channel calls it, for a person may
 * keep it under another name; else by its own name, which it takes over nobody: what says something else under that name,
 * and is for other channels, stays.
 */
export function planTemplateSync(facts: SyncFacts): SyncPlan {
  const told = [...new Map(facts.told.map((one) => [keyOf(one.name, one.locale), one])).values()];
  let { room } = facts;
  const steps = told.map((one): readonly [ProviderTemplate, Step] => {
    const step = stepFor(one, facts);
    if (step.kind !== 'create') return [one, step];
    room -= 1;
    return [one, room < 0 ? { kind: 'skip', reason: 'The workspace keeps as many templates as it may.' } : step];
  });
  const heard = steps.flatMap(([one, step]) => (step.kind === 'hear' ? [{ one, ...step }] : []));
  const gone = facts.isWhole ? goneOf(facts, told) : [];
  const isForOthers = ({ providerNames }: TemplateView) => providerNames.length > 1;
  return {
    created: steps.flatMap(([{ name, locale, status }, step]) =>
      step.kind === 'create' ? [{ ...step.words, name, locale, status }] : [],
    ),
    updated: heard.flatMap(({ template, after }) => (isDeepStrictEqual(template, after) ? [] : [after])),
    heard: heard.map(({ one: { name, status }, template: { id } }) => ({ id, name, status })),
    deleted: gone.filter((one) => !isForOthers(one)).map(({ id }) => id),
    unlinked: gone.filter(isForOthers).map(({ id }) => id),
    skipped: steps.flatMap(([{ name, locale }, step]) =>
      step.kind === 'skip' ? [{ name, locale, reason: step.reason }] : [],
    ),
  };
}

const NAME_TAKEN =
  'Another template of this name and locale is kept. Create this one under another name, with this one as its provider name.';

const keyOf = (name: string, locale: string): string => JSON.stringify([name, locale]);

const isOf = (channelId: ChannelId) => (one: TemplateProviderName) => one.channelId === channelId;

/** What the channel calls it; undefined: it isn't named for this channel. */
function nameAt({ name, providerNames }: TemplateView, channelId: ChannelId): string | undefined {
  const here = providerNames.find(isOf(channelId));
  return here && (here.name ?? name);
}

function stepFor(told: ProviderTemplate, { channelId, kept, askedAt }: SyncFacts): Step {
  const words = keepable(told);
  if (typeof words === 'string') return { kind: 'skip', reason: words };
  const isInLocale = ({ locale }: TemplateView) => locale === told.locale;
  const known = kept.find((one) => isInLocale(one) && nameAt(one, channelId) === told.name);
  if (known !== undefined) return heardStep(known, told, words, { channelId, askedAt });
  const named = kept.find((one) => isInLocale(one) && one.name === told.name && one.version === null);
  if (named === undefined) return { kind: 'create', words };
  if (!isDeepStrictEqual(wordsOf(named), words) || nameAt(named, channelId) !== undefined)
    return { kind: 'skip', reason: NAME_TAKEN };
  return named.providerNames.length === 0 ? { kind: 'nothing' } : heardStep(named, told, words, { channelId, askedAt });
}

/** As it can be kept, or why it can't. */
function keepable({ name, locale, words }: ProviderTemplate): TemplateWords | string {
  if (typeof words === 'string') return words;
  if (locale === '') return 'It has no locale.';
  const form = parseTemplate({ ...words, name, locale, footer: words.footer ?? '' });
  if (form.ok) return wordsOf(form.value);
  return form.refusals.map(({ field, message }) => `${(field ?? []).join('.')}: ${message}`).join(' ');
}

const wordsOf = ({ header, body, footer, buttons }: TemplateWords): TemplateWords => ({
  header,
  body,
  footer,
  buttons,
});

const isHeardAfter = (here: TemplateProviderName | undefined, askedAt: string): boolean =>
  (here?.syncedAt ?? '') > askedAt;

/** What a later question brought stays. */
function heardStep(
  template: TemplateView,
  told: ProviderTemplate,
  words: TemplateWords,
  { channelId, askedAt }: Pick<SyncFacts, 'channelId' | 'askedAt'>,
): Step {
  const before = template.providerNames.find(isOf(channelId));
  if (isHeardAfter(before, askedAt)) return { kind: 'nothing' };
  const here = { channelId, name: told.name, providerStatus: told.status, syncedAt: before?.syncedAt ?? null };
  const others = template.providerNames.filter((one) => !isOf(channelId)(one));
  const isNews = before === undefined || before.providerStatus !== told.status;
  const providerNames = isNews ? [...others, here] : template.providerNames;
  return { kind: 'hear', template, after: { ...template, ...words, providerNames } };
}

/** Those that the provider once had, and has no more. */
function goneOf({ channelId, kept, askedAt }: SyncFacts, told: readonly ProviderTemplate[]): readonly TemplateView[] {
  // Whose name nobody could read may be any of them.
  if (told.some(({ name }) => name === '')) return [];
  const there = new Set(told.map(({ name, locale }) => keyOf(name, locale)));
  return kept.filter((template) => {
    const here = template.providerNames.find(isOf(channelId));
    if (here === undefined || here.syncedAt === null || isHeardAfter(here, askedAt)) return false;
    return !there.has(keyOf(here.name ?? template.name, template.locale ?? ''));
  });
}
