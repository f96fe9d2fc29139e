import { UnreachableCaseError } from '../../events/kernel/unreachable.js';
import type { Action, ContactCard, Media, MessageContent } from '../../events/message/content.js';
import { sentNameOf } from '../../events/message/content-facts.js';
import type { SendRequest } from '../provider.js';
import { contactIdOf } from './address.js';
import { interactiveOf } from './interactive.js';
import { mimeTypeOf } from './media.js';
import type { BotmakerSettings } from './settings.js';

/** One call of the API. */
export interface BotmakerCall {
  readonly method: 'POST' | 'DELETE';
  /** Below the version. */
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

type Said = Pick<
  SendRequest<Pick<BotmakerSettings, 'channelId'>>,
  'settings' | 'platform' | 'address' | 'content' | 'part' | 'reference' | 'replyToProviderMessageId'
>;
type Of<Kind extends MessageContent['kind']> = Extract<MessageContent, { kind: Kind }>;

/** Each picture, file and contact is a call; buttons stand below words alone, and follow the media. */
export function partsOf(content: MessageContent): number {
  switch (content.kind) {
    case 'image':
      return Math.max(1, content.images.length) + (content.actions.length > 0 ? 1 : 0);
    case 'file':
      return Math.max(1, content.files.length) + (content.actions.length > 0 ? 1 : 0);
    case 'contacts':
      return Math.max(1, content.contacts.length);
    default:
      return 1;
  }
}

/** What is asked of Botmaker for one part. Pure. */
export function callOf(said: Said): BotmakerCall {
  const { settings, platform, address, content, part, reference: webhookPayload } = said;
  if (content.kind === 'reaction') return reactionOf(content, said.replyToProviderMessageId);
  const chat = { channelId: settings.channelId, contactId: contactIdOf(platform, address) };
  if (content.kind === 'template')
    return post('/chats-actions/trigger-intent', { chat, ...intentOf(content), webhookPayload });
  const message = messageOf(content, platform === 'WHATSAPP', part);
  return post('/chats-actions/send-messages', { chat, messages: [{ ...message, webhookPayload }] });
}

const post = (path: string, body: BotmakerCall['body']): BotmakerCall => ({ method: 'POST', path, body });

function reactionOf({ emoji }: Of<'reaction'>, messageId: string | undefined): BotmakerCall {
  const path = '/chats-actions/send-reaction';
  return emoji === null ? { method: 'DELETE', path, body: { messageId } } : post(path, { messageId, reaction: emoji });
}

/** Blanks are filled by their names; media and buttons stand in the template itself. */
function intentOf(template: Of<'template'>): Readonly<Record<string, unknown>> {
  const variables = template.parameters.map(({ key, value = '' }) => [key, value] as const);
  return {
    intentIdOrName: sentNameOf(template),
    ...(variables.length === 0 ? {} : { variables: Object.fromEntries(variables) }),
  };
}

type Message = Readonly<Record<string, unknown>>;

function messageOf(
  content: Exclude<MessageContent, { kind: 'reaction' | 'template' }>,
  isWhatsApp: boolean,
  part: number,
): Message {
  const interactive = isWhatsApp ? interactiveOf(content) : undefined;
  if (interactive !== undefined) return { whatsappInteractive: interactive };
  switch (content.kind) {
    case 'text':
      return wordsOf(linesOf(content.title, content.text, content.footer), content.actions);
    case 'image':
      return mediaOf(content, content.images, part);
    case 'file':
      return mediaOf(content, content.files, part);
    case 'location':
      return locationOf(content);
    case 'contacts':
      return contactOf(content.contacts[part]);
    case 'list':
    case 'carousel':
    case 'unsupported':
      // Refused long before: such content is in no capability of this platform.
      return { text: content.text };
    default:
      throw new UnreachableCaseError(content);
  }
}

/** Pieces that stand one above the other. */
const linesOf = (...pieces: readonly (string | undefined)[]): string =>
  pieces.filter((piece) => piece !== undefined && piece !== '').join('\n\n');

const wordsOf = (text: string, actions: readonly Action[]): Message => ({
  text,
  ...(actions.length === 0 ? {} : { buttons: actions.map(buttonOf) }),
});

/** What a tap does is an intent of the bot; without one the label comes back as the contact's words. */
const buttonOf = ({ text, payload }: Action) => ({
  label: text,
  ...(payload === undefined ? {} : { intent: payload }),
});

/** The words go with the first file, or with the buttons that follow the last. */
function mediaOf({ text, footer, actions }: Of<'image' | 'file'>, media: readonly Media[], part: number): Message {
  const words = linesOf(text, footer);
  const one = media[part];
  if (one === undefined) return wordsOf(words, actions);
  const { url, filename } = one;
  const named = filename === undefined ? {} : { filename };
  const caption = part === 0 && actions.length === 0 && words !== '' ? { text: words } : {};
  return { media: { url, mimeType: mimeTypeOf(one), ...named }, ...caption };
}

/** Numbers as text. */
const locationOf = ({ latitude, longitude, label, address }: Of<'location'>): Message => ({
  location: {
    ...{ latitude: String(latitude), longitude: String(longitude) },
    ...(label === undefined ? {} : { name: label }),
    ...(address === undefined ? {} : { address }),
  },
});

/** A name is one text here and three there: its first and last words stand outside. */
function contactOf(card: ContactCard | undefined): Message {
  const [firstName = '', ...others] = (card?.name ?? '').trim().split(/\s+/);
  const lastName = others.pop();
  return {
    contact: {
      firstName,
      ...(others.length === 0 ? {} : { middleName: others.join(' ') }),
      ...(lastName === undefined ? {} : { lastName }),
      ...{ emails: card?.emails ?? [], phones: card?.phoneNumbers ?? [] },
    },
  };
}
