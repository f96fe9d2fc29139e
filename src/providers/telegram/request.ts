import { UnreachableCaseError } from '../../events/kernel/unreachable.js';
import type { Action, Media, MessageContent } from '../../events/message/content.js';
import type { SendRequest } from '../provider.js';
import { keyboardOf } from './keyboard.js';
import { parseMessageId } from './message-id.js';
import { cardOf } from './vcard.js';

/** One call of the Bot API. */
export interface BotCall {
  readonly method: string;
  readonly body: Readonly<Record<string, unknown>>;
}

type Said = Pick<SendRequest<unknown>, 'address' | 'content' | 'part' | 'replyToProviderMessageId'>;

/** Each picture album, file, card and contact is a call; buttons can't hang below an album, and follow it. */
export function partsOf(content: MessageContent): number {
  switch (content.kind) {
    case 'image':
      return content.images.length > 1 && content.actions.length > 0 ? 2 : 1;
    case 'file':
      return Math.max(1, content.files.length);
    case 'contacts':
      return Math.max(1, content.contacts.length);
    case 'carousel':
      return content.cards.length + (content.text === '' ? 0 : 1);
    default:
      return 1;
  }
}

/** What is asked of Telegram for one part. Pure. */
export function callOf(said: Said): BotCall {
  const { method, body } = methodOf(said);
  const target = parseMessageId(said.replyToProviderMessageId);
  const chat = { chat_id: said.address };
  if (method === 'setMessageReaction') return { method, body: { ...chat, message_id: target?.messageId, ...body } };
  const isAnswer = target !== undefined && target.chatId === said.address && said.part === 0;
  const reply = isAnswer
    ? { reply_parameters: { message_id: target.messageId, allow_sending_without_reply: true } }
    : {};
  return { method, body: { ...chat, ...body, ...reply } };
}

function methodOf({ content, part }: Said): BotCall {
  switch (content.kind) {
    case 'text':
      return message(linesOf(content.title, content.text, content.footer), content.actions);
    case 'image':
      return imagesOf(content, part);
    case 'file':
      return fileOf(content, part);
    case 'location':
      return locationOf(content);
    case 'list':
      return message(listTextOf(content), rowsOf(content));
    case 'contacts':
      return contactOf(content.contacts[part]);
    case 'carousel':
      return carouselOf(content, part);
    case 'reaction':
      return reactionOf(content.emoji);
    case 'template':
    case 'unsupported':
      // Refused long before: such content is in no capability.
      return message(content.text, []);
    default:
      throw new UnreachableCaseError(content);
  }
}

const message = (text: string, actions: readonly Action[]): BotCall => ({
  method: 'sendMessage',
  body: { text, ...keyboardOf(actions) },
});

/** Pieces that stand one above the other. */
const linesOf = (...pieces: readonly (string | undefined)[]): string =>
  pieces.filter((piece) => piece !== undefined && piece !== '').join('\n\n');

const captionOf = (caption: string) => (caption === '' ? {} : { caption });

type Of<Kind extends MessageContent['kind']> = Extract<MessageContent, { kind: Kind }>;

function imagesOf({ images, text, footer, actions }: Of<'image'>, part: number): BotCall {
  const words = linesOf(text, footer);
  const [first] = images;
  if (images.length === 1 && first !== undefined) return photo(first, words, actions);
  if (part === 1) return message(words, actions);
  // Telegram shows the first one's caption below the album.
  const caption = actions.length > 0 ? {} : captionOf(words);
  const media = images.map(({ url }, index) => ({ type: 'photo', media: url, ...(index === 0 ? caption : {}) }));
  return { method: 'sendMediaGroup', body: { media } };
}

const photo = ({ url }: Media, words: string, actions: readonly Action[]): BotCall => ({
  method: 'sendPhoto',
  body: { photo: url, ...captionOf(words), ...keyboardOf(actions) },
});

/** The words and what can be tapped go with the first file. */
function fileOf({ files, text, footer, actions }: Of<'file'>, part: number): BotCall {
  const file = files[part];
  const { method, field } = fileMethodOf(file?.contentType);
  const said = part === 0 ? { ...captionOf(linesOf(text, footer)), ...keyboardOf(actions) } : {};
  return { method, body: { [field]: file?.url ?? '', ...said } };
}

function fileMethodOf(contentType = ''): { readonly method: string; readonly field: string } {
  if (contentType.startsWith('video/')) return { method: 'sendVideo', field: 'video' };
  if (contentType.startsWith('audio/ogg')) return { method: 'sendVoice', field: 'voice' };
  if (contentType.startsWith('audio/')) return { method: 'sendAudio', field: 'audio' };
  return { method: 'sendDocument', field: 'document' };
}

/** A venue has both a name and an address. */
function locationOf({ latitude, longitude, label, address }: Of<'location'>): BotCall {
  const place = { latitude, longitude };
  if (label === undefined && address === undefined) return { method: 'sendLocation', body: place };
  return { method: 'sendVenue', body: { ...place, title: label ?? address, address: address ?? label } };
}

const rowsOf = ({ sections }: Of<'list'>): readonly Action[] => sections.flatMap(({ actions }) => actions);

/** Rows are buttons; what a button can't show, headings and second lines, stands in the text. */
function listTextOf(content: Of<'list'>): string {
  const isPlain = content.sections.every(
    ({ title, actions }) => title === undefined && actions.every(({ description }) => description === undefined),
  );
  const sections = content.sections.map(({ title, actions }) =>
    [...(title === undefined ? [] : [title]), ...actions.map(rowLine)].join('\n'),
  );
  return linesOf(content.title, content.text, ...(isPlain ? [] : sections), content.footer);
}

const rowLine = ({ text, description }: Action): string =>
  description === undefined ? `• ${text}` : `• ${text}: ${description}`;

function contactOf(contact: Of<'contacts'>['contacts'][number] | undefined): BotCall {
  const [phoneNumber = ''] = contact?.phoneNumbers ?? [];
  const vcard = contact && cardOf(contact);
  return {
    method: 'sendContact',
    body: { phone_number: phoneNumber, first_name: contact?.name ?? '', ...(vcard === undefined ? {} : { vcard }) },
  };
}

/** The words first, where there are any; then one message a card. */
function carouselOf({ text, cards }: Of<'carousel'>, part: number): BotCall {
  if (text !== '' && part === 0) return message(text, []);
  const card = cards[text === '' ? part : part - 1];
  const words = linesOf(card?.title, card?.text);
  return card?.media === undefined ? message(words, card?.actions ?? []) : photo(card.media, words, card.actions);
}

const reactionOf = (emoji: string | null): BotCall => ({
  method: 'setMessageReaction',
  body: { reaction: emoji === null ? [] : [{ type: 'emoji', emoji }] },
});
