import { UnreachableCaseError } from '../../events/kernel/unreachable.js';
import type { Action, Media, MessageContent } from '../../events/message/content.js';

type Body = Readonly<Record<string, unknown>>;
type Of<Kind extends MessageContent['kind']> = Extract<MessageContent, { kind: Kind }>;

/** A message's `body` at Bird: its type, and under the type's own name what it says. */
export function bodyOf(content: Exclude<MessageContent, Of<'template'>>): Body {
  switch (content.kind) {
    case 'text':
      return typed('text', {
        text: linesOf(content.title, content.text, content.footer),
        ...actionsOf(content.actions),
      });
    case 'image':
      return typed('image', {
        images: content.images.map(imageOf),
        ...captionOf(content),
        ...actionsOf(content.actions),
      });
    case 'file':
      return typed('file', { files: content.files.map(fileOf), ...captionOf(content), ...actionsOf(content.actions) });
    case 'location':
      return typed('location', placeOf(content));
    case 'list':
      return typed('list', listOf(content));
    case 'contacts':
    case 'carousel':
    case 'reaction':
    case 'unsupported':
      // Refused long before: such content is in no capability.
      return typed('text', { text: content.text });
    default:
      throw new UnreachableCaseError(content);
  }
}

const typed = (type: string, said: object): Body => ({ type, [type]: said });

/** Pieces that stand one above the other. */
export const linesOf = (...pieces: readonly (string | undefined)[]): string =>
  pieces.filter((piece) => piece !== undefined && piece !== '').join('\n\n');

function captionOf({ text, footer }: { readonly text: string; readonly footer?: string | undefined }) {
  const words = linesOf(text, footer);
  return words === '' ? {} : { text: words };
}

/** Its pages print `mediaURL` as well, in three samples of thirty: what is sent is always `mediaUrl`. */
const imageOf = ({ url, altText }: Media) => ({ mediaUrl: url, ...(altText === undefined ? {} : { altText }) });

const fileOf = ({ url, contentType, filename }: Media) => ({
  contentType,
  mediaUrl: url,
  ...(filename === undefined ? {} : { filename }),
});

function placeOf({ latitude, longitude, label, address }: Of<'location'>) {
  const named = { ...(address === undefined ? {} : { address }), ...(label === undefined ? {} : { label }) };
  return { coordinates: { latitude, longitude }, ...(Object.keys(named).length === 0 ? {} : { location: named }) };
}

function listOf({ sections, title, altText, text, footer }: Of<'list'>) {
  return {
    items: sections.map((section) => ({
      ...(section.title === undefined ? {} : { title: section.title }),
      actions: section.actions.map(actionOf),
    })),
    ...(title === undefined ? {} : { title }),
    ...(altText === undefined ? {} : { altText }),
    text: linesOf(text, footer),
  };
}

const actionsOf = (actions: readonly Action[]) => (actions.length === 0 ? {} : { actions: actions.map(actionOf) });

/** A REPLY that is to hand back more than its label is what Bird calls a postback. */
function actionOf({ kind, text, payload, url }: Action) {
  if (kind === 'LINK') return { type: 'link', link: { text, url } };
  if (kind === 'REPLY' && payload === undefined) return { type: 'reply', reply: { text } };
  return { type: 'postback', postback: { text, ...(payload === undefined ? {} : { payload }) } };
}
