import type { ContentLimits } from '../../providers/provider.js';
import type { UserError } from '../commands/commands.js';
import { actionsOf, mediaOf, rowsOf } from './content-facts.js';
import type { Action, MessageContent } from './content.js';
import { countCharacters } from './plain-text.js';

type Found = readonly { readonly field: string; readonly message: string }[];

const MEDIA_FIELD: Readonly<Record<string, string>> = {
  ...{ image: 'images', file: 'files', text: 'attachments' },
  ...{ carousel: 'cards', template: 'parameters' },
};
const mediaFieldOf = ({ kind }: MessageContent): string => MEDIA_FIELD[kind] ?? kind;

/** Against what this channel can carry; Parley's own outer limits were judged with the form. */
export function judgeLimits(content: MessageContent, limits: ContentLimits | undefined): readonly UserError[] {
  const { kind } = content;
  if (limits === undefined)
    return [
      {
        code: 'CONTENT_UNSUPPORTED',
        message: 'This channel can not carry this kind of content.',
        field: ['content', kind],
      },
    ];
  const invalid = [...judgeWords(content, limits), ...judgeActions(content, limits), ...judgePieces(content, limits)];
  const unsupported = [...judgeActionKinds(content, limits), ...judgeMediaTypes(content, limits)];
  return [
    ...invalid.map(({ field, message }) => ({ code: 'CONTENT_INVALID' as const, message, field: at(kind, field) })),
    ...unsupported.map(({ field, message }) => ({
      ...{ code: 'CONTENT_UNSUPPORTED' as const, message, field: at(kind, field) },
    })),
  ];
}

const at = (kind: string, field: string): readonly string[] => ['content', kind, field];

const over = (field: string, count: number, max: number | undefined, unit: string): Found =>
  max === undefined || count <= max ? [] : [{ field, message: `This channel carries at most ${max} ${unit}.` }];

/** The longest of several, where each has the same bound. */
const longest = (texts: readonly (string | undefined)[]): number =>
  texts.reduce((most, text) => Math.max(most, countCharacters(text ?? '')), 0);

function judgeWords(content: MessageContent, limits: ContentLimits): Found {
  const hasMore = actionsOf(content).length > 0;
  const charactersMax = hasMore
    ? (limits.textWithActionsCharactersMax ?? limits.textCharactersMax)
    : limits.textCharactersMax;
  const title = 'title' in content ? content.title : undefined;
  const footer = 'footer' in content ? content.footer : undefined;
  return [
    ...over('text', countCharacters(content.text), charactersMax, 'characters'),
    ...over('text', Buffer.byteLength(content.text), limits.textBytesMax, 'bytes of text'),
    ...over('title', longest([title]), limits.titleCharactersMax, 'characters in a title'),
    ...over('footer', longest([footer]), limits.footerCharactersMax, 'characters in a footer'),
  ];
}

function judgeActions(content: MessageContent, limits: ContentLimits): Found {
  const actions = actionsOf(content);
  const buttons = buttonsOf(content);
  const tapped = [...buttons, ...rowsOf(content)];
  const payloadBytes = tapped.reduce((most, { payload = '' }) => Math.max(most, Buffer.byteLength(payload)), 0);
  const field = content.kind === 'list' ? 'sections' : buttonFieldOf(content);
  const labels = buttons.map(({ text }) => text);
  return [
    ...over('actions', actions.length, limits.actionsMax, 'actions'),
    ...over(field, longest(labels), limits.actionTextCharactersMax, 'characters on a button'),
    ...over(field, payloadBytes, limits.payloadBytesMax, 'bytes in a payload'),
  ];
}

const cardsOf = (content: MessageContent) => (content.kind === 'carousel' ? content.cards : []);

const buttonsOf = (content: MessageContent): readonly Action[] => [
  ...actionsOf(content),
  ...cardsOf(content).flatMap((card) => card.actions),
];
const buttonFieldOf = ({ kind }: MessageContent): string => (kind === 'carousel' ? 'cards' : 'actions');

function judgePieces(content: MessageContent, limits: ContentLimits): Found {
  const cards = cardsOf(content);
  const { cardsMin = 0 } = limits;
  return [
    ...over(mediaFieldOf(content), mediaOf(content).length, limits.mediaMax, 'media'),
    ...judgeList(content, limits),
    ...over('contacts', content.kind === 'contacts' ? content.contacts.length : 0, limits.contactsMax, 'contacts'),
    ...over('cards', cards.length, limits.cardsMax, 'cards'),
    ...over('cards', longest(cards.map(({ text }) => text)), limits.cardTextCharactersMax, 'characters on a card'),
    ...(content.kind === 'carousel' && cards.length < cardsMin
      ? [{ field: 'cards', message: `This channel carries at least ${cardsMin} cards.` }]
      : []),
  ];
}

function judgeList(content: MessageContent, limits: ContentLimits): Found {
  if (content.kind !== 'list') return [];
  const rows = rowsOf(content);
  const { sections, buttonText } = content;
  const titles = sections.map(({ title }) => title);
  const descriptions = rows.map(({ description }) => description);
  return [
    ...over('sections', rows.length, limits.rowsMax, 'rows'),
    ...over('sections', sections.length, limits.sectionsMax, 'sections'),
    ...over('sections', longest(rows.map(({ text }) => text)), limits.rowTextCharactersMax, 'characters in a row'),
    ...over('sections', longest(descriptions), limits.rowDescriptionCharactersMax, 'characters below a row'),
    ...over('sections', longest(titles), limits.sectionTitleCharactersMax, 'characters above a section'),
    ...over('buttonText', longest([buttonText]), limits.buttonTextCharactersMax, 'characters on the button'),
  ];
}

function judgeActionKinds(content: MessageContent, { actionKinds }: ContentLimits): Found {
  const strange = (action: Action) => actionKinds !== undefined && !actionKinds.includes(action.kind);
  const first = buttonsOf(content).find(strange);
  if (first === undefined) return [];
  return [
    {
      field: buttonFieldOf(content),
      message: `This channel has no ${first.kind} here; it has ${actionKinds?.join(', ')}.`,
    },
  ];
}

function judgeMediaTypes(content: MessageContent, { mediaTypes }: ContentLimits): Found {
  const isStrange = ({ contentType }: { readonly contentType?: string | undefined }) =>
    mediaTypes !== undefined && contentType !== undefined && !mediaTypes.some((type) => isOfType(contentType, type));
  if (!mediaOf(content).some(isStrange)) return [];
  return [{ field: mediaFieldOf(content), message: `This channel carries ${mediaTypes?.join(', ')}.` }];
}

/** `type`: whole, or `image/*`. Parameters such as `; codecs=opus` are passed over. */
function isOfType(contentType: string, type: string): boolean {
  const [essence = ''] = contentType.toLowerCase().split(';', 1);
  return type.endsWith('/*') ? essence.startsWith(type.slice(0, -1)) : essence.trim() === type;
}
