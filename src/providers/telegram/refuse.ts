import type { MessageContent } from '../../events/message/content.js';
import { actionsOf, rowsOf } from '../../events/message/content-facts.js';
import { countCharacters } from '../../events/message/plain-text.js';
import type { ContentRefusal } from '../provider.js';
import { CALLBACK_BYTES_MAX } from './capabilities.js';
import { callbackDataOf } from './keyboard.js';
import { callOf, partsOf } from './request.js';

const WORDS_MAX = { text: 4_096, caption: 1_024 } as const;

/** What the limits as data don't say: what stands together counts together, and what a call can't do without. */
export function refuse(content: MessageContent): readonly ContentRefusal[] {
  return [...refuseWords(content), ...refuseLabels(content), ...refuseLack(content)];
}

/** Title, words and footer are one text at Telegram. */
function refuseWords(content: MessageContent): readonly ContentRefusal[] {
  const bodies = Array.from({ length: partsOf(content) }, (_, part) => callOf({ address: '0', content, part }).body);
  const isOver = (field: 'text' | 'caption') => bodies.some((body) => isLonger(body[field], WORDS_MAX[field]));
  return (['text', 'caption'] as const).filter(isOver).map((field) => ({
    code: 'CONTENT_INVALID',
    field: ['text'],
    message: `With its title, rows and footer it has more than ${WORDS_MAX[field]} characters.`,
  }));
}

const isLonger = (words: unknown, max: number): boolean => typeof words === 'string' && countCharacters(words) > max;

function refuseLabels(content: MessageContent): readonly ContentRefusal[] {
  const tapped = content.kind === 'carousel' ? content.cards.flatMap(({ actions }) => actions) : actionsOf(content);
  const isOver = [...tapped, ...rowsOf(content)].some(
    (action) => action.kind !== 'LINK' && Buffer.byteLength(callbackDataOf(action)) > CALLBACK_BYTES_MAX,
  );
  if (!isOver) return [];
  const field = content.kind === 'list' ? 'sections' : content.kind === 'carousel' ? 'cards' : 'actions';
  const message = `Without a payload a label comes back with a tap: at most ${CALLBACK_BYTES_MAX} bytes.`;
  return [{ code: 'CONTENT_INVALID', field: [field], message }];
}

function refuseLack(content: MessageContent): readonly ContentRefusal[] {
  const lacking = (code: ContentRefusal['code'], field: string, message: string) => [{ code, field: [field], message }];
  if (content.kind === 'text' && content.subject !== undefined)
    return lacking('CONTENT_UNSUPPORTED', 'subject', 'Telegram has no subjects.');
  if (content.kind === 'image' && partsOf(content) === 2 && content.text === '')
    return lacking(
      'CONTENT_INVALID',
      'text',
      'Buttons follow several pictures in a message of their own: it needs words.',
    );
  if (content.kind === 'contacts' && content.contacts.some(({ phoneNumbers }) => phoneNumbers.length === 0))
    return lacking('CONTENT_INVALID', 'contacts', 'Telegram carries contacts that have a phone number.');
  if (content.kind === 'carousel' && content.cards.some(({ title, text }) => !title && !text))
    return lacking('CONTENT_INVALID', 'cards', 'Each card needs a title or a text.');
  return [];
}
