import type { ChannelPlatform } from '../../events/channel/events.js';
import { actionsOf } from '../../events/message/content-facts.js';
import type { MessageContent } from '../../events/message/content.js';
import { countCharacters } from '../../events/message/plain-text.js';
import type { ContentRefusal } from '../provider.js';
import { areAtOdds } from '../templates.js';
import { ELEMENT_BUTTONS_MAX, ELEMENT_TITLE_MAX, WORDS_MAX } from './capabilities.js';
import { cardWordsOf, fieldOf, wordsOf } from './request.js';
import type { WhautochatSettings } from './settings.js';

type Refusals = readonly ContentRefusal[];
type Of<Kind extends MessageContent['kind']> = Extract<MessageContent, { kind: Kind }>;

const invalid = (field: string, message: string): Refusals => [{ code: 'CONTENT_INVALID', field: [field], message }];
const unsupported = (field: string, message: string): Refusals => [
  { code: 'CONTENT_UNSUPPORTED', field: [field], message },
];

/** What the limits as data don't say: what stands together counts together, and what a call can't do without. */
export function refuse(content: MessageContent, platform: ChannelPlatform, settings: WhautochatSettings): Refusals {
  if (content.kind === 'template') return refuseTemplate(content, settings);
  if (content.kind === 'carousel') return refuseCards(content);
  if (content.kind === 'text' && content.subject !== undefined)
    return unsupported('subject', 'WhautoChat has no subjects.');
  return refuseWords(content, platform);
}

function refuseWords(content: MessageContent, platform: ChannelPlatform): Refusals {
  const words = wordsOf(content);
  const isElement = actionsOf(content).length > 0 && platform !== 'TELEGRAM';
  if (isElement && words === '')
    return invalid('text', 'Buttons follow the files as a message of their own: it needs words.');
  const { textCharactersMax = Infinity, textBytesMax = Infinity } = WORDS_MAX[platform] ?? {};
  const charactersMax = isElement ? ELEMENT_TITLE_MAX : textCharactersMax;
  if (countCharacters(words) > charactersMax)
    return invalid('text', `With its title and footer it has more than ${charactersMax} characters.`);
  if (Buffer.byteLength(words) > textBytesMax)
    return invalid('text', `With its title and footer it has more than ${textBytesMax} bytes.`);
  return [];
}

function refuseCards({ cards }: Of<'carousel'>): Refusals {
  if (cards.some(({ media }) => media !== undefined))
    return unsupported('cards', 'Cards have words and buttons alone.');
  if (cards.some((card) => cardWordsOf(card) === '')) return invalid('cards', 'Each card needs a title or a text.');
  if (cards.some((card) => countCharacters(cardWordsOf(card)) > ELEMENT_TITLE_MAX))
    return invalid('cards', `Title and text of a card have at most ${ELEMENT_TITLE_MAX} characters together.`);
  if (cards.some(({ actions }) => actions.length > ELEMENT_BUTTONS_MAX))
    return invalid('cards', `A card has at most ${ELEMENT_BUTTONS_MAX} buttons.`);
  return [];
}

function refuseTemplate({ locale, parameters }: Of<'template'>, settings: WhautochatSettings): Refusals {
  const isNamedAlone = settings.templateFormat === 'string';
  if (!isNamedAlone && locale === undefined)
    return invalid('locale', 'WhautoChat knows a template by name and language.');
  if (areAtOdds(parameters, (parameter) => fieldOf(parameter, settings)))
    return invalid('parameters', 'Two values would go into one field: see the setting templateParameters.');
  const nowhere = parameters.find((parameter) => fieldOf(parameter, settings) === undefined);
  if (nowhere === undefined) return [];
  const name = nowhere.part === 'BODY' ? nowhere.key : `${nowhere.part}.${nowhere.key}`;
  const message = `The channel's setting templateParameters does not say where "${name.slice(0, 100)}" goes.`;
  return unsupported('parameters', message);
}
