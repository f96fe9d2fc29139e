import type { Action, MessageContent, TemplateParameter } from '../../events/message/content.js';
import { actionsOf, rowsOf } from '../../events/message/content-facts.js';
import { countCharacters } from '../../events/message/plain-text.js';
import type { ContentRefusal } from '../provider.js';
import {
  BODY_CHARACTERS_MAX,
  BUTTONS_MAX,
  CARD_CHARACTERS_MAX,
  CARD_LINE_BREAKS_MAX,
  TEXT_CHARACTERS_MAX,
} from './capabilities.js';
import { cardTextOf } from './interactive.js';
import { piecesOf } from './pieces.js';
import { parseButtonKey, subTypeOf } from './template.js';

type Of<Kind extends MessageContent['kind']> = Extract<MessageContent, { kind: Kind }>;
type Card = Of<'carousel'>['cards'][number];
type Refusals = readonly ContentRefusal[];

const unsupported = (field: string, message: string): Refusals => [
  { code: 'CONTENT_UNSUPPORTED', field: [field], message },
];
const invalid = (field: string, message: string): Refusals => [{ code: 'CONTENT_INVALID', field: [field], message }];

/** What the limits as data don't say: what stands together counts together, and what a message can't do without. */
export function refuse(content: MessageContent): Refusals {
  if (content.kind === 'list') return refuseList(content);
  if (content.kind === 'carousel') return refuseCarousel(content);
  if (content.kind === 'template') return refuseTemplate(content);
  if (content.kind === 'text' && content.subject !== undefined)
    return unsupported('subject', 'WhatsApp has no subjects.');
  return [...refuseButtons(content), ...refuseWords(content)];
}

const isLink = ({ kind }: Action): boolean => kind === 'LINK';

function refuseButtons(content: MessageContent): Refusals {
  const actions = actionsOf(content);
  if (actions.length === 0) return [];
  if (actions.length > 1 && actions.some(isLink))
    return unsupported('actions', 'A message has one link, or answers to choose from: not both, and not two links.');
  return content.text === '' ? invalid('text', 'A message with buttons needs words.') : [];
}

/** A text holds its title and its footer, a caption its footer. */
function refuseWords(content: MessageContent): Refusals {
  const isOver = (words: unknown, max: number) => typeof words === 'string' && countCharacters(words) > max;
  const isOne = piecesOf(content).some(({ type, object }) => {
    const { body, caption } = object as { readonly body?: unknown; readonly caption?: unknown };
    return type === 'text' ? isOver(body, TEXT_CHARACTERS_MAX) : isOver(caption, BODY_CHARACTERS_MAX);
  });
  return isOne ? invalid('text', 'With its title and its footer it has too many characters.') : [];
}

function refuseList(content: Of<'list'>): Refusals {
  const { buttonText = '', sections } = content;
  const isUntitled = sections.length > 1 && sections.some(({ title = '' }) => title === '');
  return [
    ...(buttonText === '' ? invalid('buttonText', 'The button that opens the list needs a label.') : []),
    ...(isUntitled ? invalid('sections', 'Where there are several sections, each needs a title.') : []),
    ...(rowsOf(content).some(isLink) ? unsupported('sections', 'A row of a list can not be a link.') : []),
  ];
}

function refuseCarousel({ text, cards }: Of<'carousel'>): Refusals {
  const isTooLong = (card: Card) => {
    const words = cardTextOf(card);
    return countCharacters(words) > CARD_CHARACTERS_MAX || words.split('\n').length - 1 > CARD_LINE_BREAKS_MAX;
  };
  const [first] = cards;
  return [
    ...(text === '' ? invalid('text', 'Above the cards there must be words.') : []),
    ...(cards.some(({ media }) => media === undefined)
      ? invalid('cards', 'Each card needs a picture or a video.')
      : []),
    ...(cards.some(isTooLong)
      ? invalid('cards', `With its title a card has ${CARD_CHARACTERS_MAX} characters and two line breaks at most.`)
      : []),
    ...(first !== undefined && cards.every((card) => hasButtonsLike(card, first))
      ? []
      : unsupported('cards', 'Each card has one link, or each has the same number of answers, up to three.')),
  ];
}

function hasButtonsLike({ actions }: Card, first: Card): boolean {
  const links = actions.filter(isLink).length;
  const isAllowed = links === 0 ? actions.length >= 1 && actions.length <= BUTTONS_MAX : actions.length === 1;
  const isLikeFirst = links === first.actions.filter(isLink).length && actions.length === first.actions.length;
  return isAllowed && isLikeFirst;
}

/**
 * Of what fills a blank: a heading; words, of which a template has 1,024 beside other parts and 32,768 alone; the end of a
 * link; what comes back with a tap. What isn't sure is Meta's to judge: a right send that is refused here is lost.
 */
const FILLING_CHARACTERS_MAX: Readonly<Record<string, number>> = {
  ...{ HEADER: 60, BODY: 32_768, url: 2_000, quick_reply: 256 },
};

/** WhatsApp refuses a blank that is filled with nothing. */
function refuseFilling(parameter: TemplateParameter): Refusals {
  const { key, part, value, media } = parameter;
  if (media !== undefined) return [];
  if (value === undefined || value.trim() === '')
    return invalid('parameters', `What fills ${part} ${key.slice(0, 100)} must not be empty.`);
  const max = FILLING_CHARACTERS_MAX[part === 'BUTTON' ? subTypeOf(parameter) : part];
  return max !== undefined && countCharacters(value) > max
    ? invalid('parameters', `What fills ${part} ${key.slice(0, 100)} has at most ${max} characters.`)
    : [];
}

function refuseTemplate({ locale, parameters }: Of<'template'>): Refusals {
  const isStray = parameters.some(({ part, media }) => part !== 'HEADER' && media !== undefined);
  const buttons = parameters.filter(({ part }) => part === 'BUTTON');
  return [
    ...(locale === undefined ? invalid('locale', 'WhatsApp finds a template by its name and its locale.') : []),
    ...(isStray ? unsupported('parameters', 'Only the header of a template shows a file.') : []),
    ...(buttons.some(({ key }) => parseButtonKey(key) === undefined)
      ? invalid(
          'parameters',
          "A button's key is its index, from 0; of other than links, `0:quick_reply` or `0:copy_code`.",
        )
      : []),
    ...parameters.flatMap(refuseFilling),
  ];
}
