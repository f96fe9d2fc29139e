import { UnreachableCaseError } from '../../events/kernel/unreachable.js';
import type { Action, ContactCard, Media, MessageContent } from '../../events/message/content.js';
import { buttonsOf, carouselOf, listOf } from './interactive.js';
import { mediaObjectOf, mediaTypeOf, takesWords, type MediaType } from './media.js';
import { templateOf } from './template.js';

/** One message at WhatsApp: its type, and the object that stands under that name. */
export interface Piece {
  readonly type: string;
  readonly object: unknown;
}

type Of<Kind extends MessageContent['kind']> = Extract<MessageContent, { kind: Kind }>;

/**
 * What a content takes at WhatsApp: one message for each file, and one for all else. Pure.
 *
 * @param targetId the provider's id of the message that a reaction is about
 */
export function piecesOf(content: MessageContent, targetId?: string): readonly Piece[] {
  switch (content.kind) {
    case 'text':
      return [textOf(content)];
    case 'image':
      return mediaOf(content.images, 'image', content);
    case 'file':
      return mediaOf(content.files, 'document', content);
    case 'location':
      return [{ type: 'location', object: locationOf(content) }];
    case 'list':
      return [interactive(listOf(content))];
    case 'contacts':
      return [{ type: 'contacts', object: content.contacts.map(contactOf) }];
    case 'carousel':
      return [interactive(carouselOf(content))];
    case 'reaction':
      return [{ type: 'reaction', object: { message_id: targetId, emoji: content.emoji ?? '' } }];
    case 'template':
      return [{ type: 'template', object: templateOf(content) }];
    case 'unsupported':
      // Refused long before: it is in no capability.
      return [plain(content.text)];
    default:
      throw new UnreachableCaseError(content);
  }
}

const interactive = (object: unknown): Piece => ({ type: 'interactive', object });
const plain = (body: string): Piece => ({ type: 'text', object: { body, preview_url: false } });

/** Pieces that stand one above the other. */
const linesOf = (...lines: readonly (string | undefined)[]): string =>
  lines.filter((line) => line !== undefined && line !== '').join('\n\n');

/** Only beside buttons do title and footer have places of their own. */
function textOf({ title, text, footer, actions }: Of<'text'>): Piece {
  if (actions.length === 0) return plain(linesOf(title, text, footer));
  const header = title === undefined || title === '' ? undefined : { title };
  return interactive(buttonsOf({ header, text, footer, actions }));
}

interface Words {
  readonly text: string;
  readonly footer?: string | undefined;
  readonly actions: readonly Action[];
}

interface File {
  readonly media: Media;
  readonly type: MediaType;
}

/** @param otherwise what a file is shown as whose content type isn't told */
function mediaOf(all: readonly Media[], otherwise: MediaType, words: Words): readonly Piece[] {
  const files = all.map((media) => ({ media, type: mediaTypeOf(media, otherwise) }));
  return words.actions.length > 0 ? withButtons(files, words) : withCaption(files, words);
}

/** Above the buttons stands a file that is alone; several go before them. */
function withButtons(files: readonly File[], words: Words): readonly Piece[] {
  const [first] = files;
  if (first !== undefined && files.length === 1 && takesWords(first.type))
    return [interactive(buttonsOf({ header: first, ...words }))];
  return [...files.map((file) => fileOf(file)), interactive(buttonsOf(words))];
}

/** The first that takes words has them; where none does, they go before. */
function withCaption(files: readonly File[], { text, footer }: Words): readonly Piece[] {
  const caption = linesOf(text, footer);
  const captioned = files.find(({ type }) => takesWords(type));
  const before = captioned === undefined && caption !== '' ? [plain(caption)] : [];
  return [...before, ...files.map((file) => fileOf(file, file === captioned ? caption : ''))];
}

const fileOf = ({ type, media }: File, caption = ''): Piece => ({ type, object: mediaObjectOf(type, media, caption) });

const locationOf = ({ latitude, longitude, label, address }: Of<'location'>) => ({
  ...{ latitude, longitude },
  ...(label === undefined ? {} : { name: label }),
  ...(address === undefined ? {} : { address }),
});

/** Beside its whole name a contact must have a piece of it. */
const contactOf = ({ name, phoneNumbers, emails, organization }: ContactCard) => ({
  name: { formatted_name: name, first_name: name },
  ...(phoneNumbers.length > 0 ? { phones: phoneNumbers.map((phone) => ({ phone })) } : {}),
  ...(emails.length > 0 ? { emails: emails.map((email) => ({ email })) } : {}),
  ...(organization === undefined ? {} : { org: { company: organization } }),
});
