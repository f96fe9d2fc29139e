import type { Action, MessageContent } from '../../../events/message/content.js';
import { countCharacters } from '../../../events/message/plain-text.js';
import type { ContentRefusal } from '../../provider.js';
import { areButtons, BUTTONS_MAX } from './buttons.js';
import { wordsIn } from './pieces.js';

/** Above buttons. */
const BUTTON_TEXT_CHARACTERS_MAX = 640;
const CARD_TITLE_CHARACTERS_MAX = 80;

type Refusals = readonly ContentRefusal[];

export const unsupported = (field: string, message: string): Refusals => [
  { code: 'CONTENT_UNSUPPORTED', field: [field], message },
];
export const invalid = (field: string, message: string): Refusals => [
  { code: 'CONTENT_INVALID', field: [field], message },
];

/**
 * What the limits as data don't say: what stands together counts together, and what a message can't do without.
 *
 * @param isTooLong of words that no buttons stand below
 */
export function refuseMessaging(content: MessageContent, isTooLong: (words: string) => boolean): Refusals {
  switch (content.kind) {
    case 'text':
      if (content.subject !== undefined) return unsupported('subject', 'This channel has no subjects.');
      return refuseWords(content, isTooLong);
    case 'image':
    case 'file':
      return refuseWords(content, isTooLong);
    case 'carousel':
      return refuseCards(content.cards);
    default:
      return [];
  }
}

interface Tapped {
  readonly text: string;
  readonly actions: readonly Action[];
}

/** What is too long by itself is told by the limits as data already. */
function refuseWords(content: Tapped, isTooLong: (words: string) => boolean): Refusals {
  const { text, actions } = content;
  const words = wordsIn(content);
  if (actions.length > 0 && words === '') return invalid('text', 'Above what can be tapped there must be words.');
  if (!areButtons(actions))
    return isTooLong(words) && !isTooLong(text) ? invalid('text', 'With its title and its footer it is too long.') : [];
  if (actions.length > BUTTONS_MAX)
    return invalid('actions', `Beside a link there are at most ${BUTTONS_MAX} buttons.`);
  return countCharacters(words) > BUTTON_TEXT_CHARACTERS_MAX
    ? invalid(
        'text',
        `Above buttons it has at most ${BUTTON_TEXT_CHARACTERS_MAX} characters, title and footer with it.`,
      )
    : [];
}

type Cards = Extract<MessageContent, { kind: 'carousel' }>['cards'];

function refuseCards(cards: Cards): Refusals {
  const isUntitled = cards.some(({ title, text }) => !title && !text);
  const isOver = cards.some(({ title = '' }) => countCharacters(title) > CARD_TITLE_CHARACTERS_MAX);
  const isCrowded = cards.some(({ actions }) => actions.length > BUTTONS_MAX);
  return [
    ...(isUntitled ? invalid('cards', 'Each card needs a title or a text.') : []),
    ...(isOver ? invalid('cards', `A card's title has at most ${CARD_TITLE_CHARACTERS_MAX} characters.`) : []),
    ...(isCrowded ? invalid('cards', `A card has at most ${BUTTONS_MAX} buttons.`) : []),
  ];
}
