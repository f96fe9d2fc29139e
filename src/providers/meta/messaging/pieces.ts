import { UnreachableCaseError } from '../../../events/kernel/unreachable.js';
import type { Action, Media, MessageContent } from '../../../events/message/content.js';
import { areButtons, buttonOf, quickReplyOf } from './buttons.js';

/** One call's own part: a message, or an action that is none. */
export type Piece =
  | { readonly message: Readonly<Record<string, unknown>> }
  | { readonly sender_action: string; readonly payload: unknown };

/** In what Messenger and Instagram differ. */
export interface Dialect {
  /** What stands beside the address of a file. */
  readonly mediaOptions: Readonly<Record<string, unknown>>;
  /** How a reaction is named. */
  reactionOf(emoji: string): string;
  templateOf?(content: Of<'template'>): Readonly<Record<string, unknown>>;
}

type Of<Kind extends MessageContent['kind']> = Extract<MessageContent, { kind: Kind }>;

/**
 * What a content takes: one message for each file, and one for its words, which no file can carry; the words come last,
 * since quick replies vanish with the next message. Pure.
 *
 * @param targetId the provider's id of the message that a reaction is about
 */
export function piecesOf(content: MessageContent, dialect: Dialect, targetId?: string): readonly Piece[] {
  switch (content.kind) {
    case 'text':
      return [wordsOf(wordsIn(content), content.actions)];
    case 'image':
      return filesOf(content.images, 'image', dialect, content);
    case 'file':
      return filesOf(content.files, 'file', dialect, content);
    case 'carousel':
      return [...(content.text === '' ? [] : [wordsOf(content.text)]), cardsOf(content)];
    case 'reaction':
      return [reactionOf(content, dialect, targetId)];
    case 'template':
      return [{ message: dialect.templateOf?.(content) ?? { text: content.text } }];
    case 'location':
    case 'list':
    case 'contacts':
    case 'unsupported':
      // Refused long before: such content is in no capability.
      return [wordsOf(content.text)];
    default:
      throw new UnreachableCaseError(content);
  }
}

interface Words {
  readonly title?: string | undefined;
  readonly text: string;
  readonly footer?: string | undefined;
}

/** Heading, words and footer have no places of their own: one stands above the other. */
export const wordsIn = ({ title, text, footer }: Words): string =>
  [title, text, footer].filter((line) => line !== undefined && line !== '').join('\n\n');

function wordsOf(text: string, actions: readonly Action[] = []): Piece {
  if (actions.length === 0) return { message: { text } };
  if (!areButtons(actions)) return { message: { text, quick_replies: actions.map(quickReplyOf) } };
  return { message: templated({ template_type: 'button', text, buttons: actions.map(buttonOf) }) };
}

const templated = (payload: unknown) => ({ attachment: { type: 'template', payload } });

/** @param otherwise what a file is sent as whose content type isn't told, or is another */
function filesOf(
  files: readonly Media[],
  otherwise: 'image' | 'file',
  { mediaOptions }: Dialect,
  content: Words & { readonly actions: readonly Action[] },
): readonly Piece[] {
  const words = wordsIn(content);
  return [
    ...files.map(({ url, contentType }) => ({
      message: { attachment: { type: typeOf(contentType) ?? otherwise, payload: { url, ...mediaOptions } } },
    })),
    ...(words === '' ? [] : [wordsOf(words, content.actions)]),
  ];
}

const MEDIA_TYPES = ['image', 'video', 'audio'] as const;

const typeOf = (contentType: string | undefined): string | undefined =>
  MEDIA_TYPES.find((type) => contentType?.toLowerCase().startsWith(`${type}/`));

/** A card must have a title: without one its words are. */
const cardsOf = ({ cards }: Of<'carousel'>): Piece => ({
  message: templated({
    template_type: 'generic',
    elements: cards.map(({ title = '', text = '', media, actions }) => ({
      title: title === '' ? text : title,
      ...(title === '' || text === '' ? {} : { subtitle: text }),
      ...(media === undefined ? {} : { image_url: media.url }),
      ...(actions.length === 0 ? {} : { buttons: actions.map(buttonOf) }),
    })),
  }),
});

function reactionOf({ emoji }: Of<'reaction'>, dialect: Dialect, targetId: string | undefined): Piece {
  const target = { message_id: targetId };
  if (emoji === null) return { sender_action: 'unreact', payload: target };
  return { sender_action: 'react', payload: { ...target, reaction: dialect.reactionOf(emoji) } };
}
