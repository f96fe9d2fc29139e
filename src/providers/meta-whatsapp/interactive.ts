import type { Action, Media, MessageContent } from '../../events/message/content.js';
import { mediaObjectOf, type MediaType } from './media.js';

type Of<Kind extends MessageContent['kind']> = Extract<MessageContent, { kind: Kind }>;
type Card = Of<'carousel'>['cards'][number];

/** What stands above the words: a heading, or a file. */
export type Header = { readonly title: string } | { readonly type: MediaType; readonly media: Media };

/** What comes back with a tap; where an action has no payload, its label does. */
export const idOf = ({ payload, text }: Action): string => payload ?? text;

/** One link, or answers to choose from: WhatsApp has no message with both. */
export function buttonsOf(said: {
  readonly header?: Header | undefined;
  readonly text: string;
  readonly footer?: string | undefined;
  readonly actions: readonly Action[];
}) {
  const { header, text, footer, actions } = said;
  const [first] = actions;
  const isLink = first?.kind === 'LINK';
  return {
    type: isLink ? 'cta_url' : 'button',
    ...headerOf(header),
    body: { text },
    ...footerOf(footer),
    action: isLink ? linkOf(first) : { buttons: actions.map(replyOf) },
  };
}

function headerOf(header: Header | undefined) {
  if (header === undefined) return {};
  if ('title' in header) return { header: { type: 'text', text: header.title } };
  return { header: { type: header.type, [header.type]: mediaObjectOf(header.type, header.media) } };
}

const footerOf = (footer: string | undefined) =>
  footer === undefined || footer === '' ? {} : { footer: { text: footer } };

const linkOf = ({ text, url }: Action) => ({ name: 'cta_url', parameters: { display_text: text, url: url ?? '' } });
const replyOf = (action: Action) => ({ type: 'reply', reply: { id: idOf(action), title: action.text } });

/** Rows behind a button. */
export function listOf({ title, text, footer, buttonText = '', sections }: Of<'list'>) {
  const header = title === undefined || title === '' ? undefined : { title };
  return {
    ...{ type: 'list', ...headerOf(header), body: { text }, ...footerOf(footer) },
    action: {
      button: buttonText,
      sections: sections.map(({ title: heading, actions }) => ({
        ...(heading === undefined || heading === '' ? {} : { title: heading }),
        rows: actions.map(rowOf),
      })),
    },
  };
}

const rowOf = (action: Action) => ({
  ...{ id: idOf(action), title: action.text },
  ...(action.description === undefined || action.description === '' ? {} : { description: action.description }),
});

/** Cards side by side, each with a picture or a film. */
export const carouselOf = ({ text, cards }: Of<'carousel'>) => ({
  ...{ type: 'carousel', body: { text } },
  action: { cards: cards.map(cardOf) },
});

/** A card says that it has a link, and not that it has answers. */
function cardOf(card: Card, index: number) {
  const { media, actions } = card;
  const [first] = actions;
  const header = media === undefined ? undefined : { type: cardMediaOf(media), media };
  const text = cardTextOf(card);
  const isLink = first?.kind === 'LINK';
  return {
    card_index: index,
    ...(isLink ? { type: 'cta_url' } : {}),
    ...headerOf(header),
    ...(text === '' ? {} : { body: { text } }),
    action: isLink ? linkOf(first) : { buttons: actions.map(quickReplyOf) },
  };
}

const cardMediaOf = ({ contentType = '' }: Media): MediaType =>
  contentType.toLowerCase().startsWith('video/') ? 'video' : 'image';

/** A card has no heading of its own. */
export const cardTextOf = ({ title = '', text = '' }: Card): string =>
  [title, text].filter((line) => line !== '').join('\n');

const quickReplyOf = (action: Action) => ({
  type: 'quick_reply',
  quick_reply: { id: idOf(action), title: action.text },
});
