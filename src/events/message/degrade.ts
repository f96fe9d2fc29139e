import { UnreachableCaseError } from '../kernel/unreachable.js';
import { TEXT_BYTES_MAX } from './content-forms.js';
import type { Action, ContactCard, Media, MessageContent } from './content.js';

type Of<Kind extends MessageContent['kind']> = Extract<MessageContent, { kind: Kind }>;

/**
 * The nearest plain form of a content that its channel carries; undefined: it carries none. What comes out was judged as
 * the content itself was. Every word, address and link of it is still there; taps become numbers that nobody counts.
 */
export function nearestForm(
  content: MessageContent,
  isCarried: (form: MessageContent) => boolean,
): MessageContent | undefined {
  return plainerForms(content).find((form) => Buffer.byteLength(form.text) <= TEXT_BYTES_MAX && isCarried(form));
}

/** Nearest first. What answers, reacts or was approved elsewhere has none: it would say something else. */
function plainerForms(content: MessageContent): readonly MessageContent[] {
  switch (content.kind) {
    case 'text':
      return textForms(content);
    case 'image':
    case 'file':
      return mediaForms(content);
    case 'location':
      return [textOf(content.label, content.address, mapLinkOf(content))];
    case 'list':
      return listForms(content);
    case 'contacts':
      return [textOf(...content.contacts.map(cardLines))];
    case 'carousel':
      return [carouselText(content)];
    case 'reaction':
    case 'template':
    case 'unsupported':
      return [];
    default:
      throw new UnreachableCaseError(content);
  }
}

type Piece = string | undefined;
const joined = (separator: string, pieces: readonly Piece[]): string => pieces.filter(Boolean).join(separator);

/** Pieces that stand one above the other. */
const blocks = (...pieces: readonly Piece[]): string => joined('\n\n', pieces);
const lines = (...pieces: readonly Piece[]): string => joined('\n', pieces);

const textOf = (...pieces: readonly Piece[]): Of<'text'> => ({
  ...{ kind: 'text', text: blocks(...pieces), actions: [], attachments: [] },
});

const numbered = (actions: readonly Action[], before = 0): string =>
  lines(
    ...actions.map(({ text, description, url }, index) =>
      joined(': ', [`${before + index + 1}. ${text}`, description, url]),
    ),
  );

const mediaLines = (media: readonly Media[]): string =>
  lines(...media.map(({ url, filename, altText }) => joined(': ', [filename ?? altText, url])));

function textForms(content: Of<'text'>): readonly MessageContent[] {
  const { title, text, footer, subject, actions, attachments } = content;
  const untapped = { ...content, text: blocks(text, numbered(actions)), actions: [] };
  return [untapped, textOf(subject, title, text, mediaLines(attachments), numbered(actions), footer)];
}

function mediaForms(content: Of<'image'> | Of<'file'>): readonly MessageContent[] {
  const { footer, ...unfooted } = content;
  const { text, actions } = content;
  const media = content.kind === 'image' ? content.images : content.files;
  return [
    { ...unfooted, text: blocks(text, footer) },
    { ...unfooted, text: blocks(text, numbered(actions), footer), actions: [] },
    textOf(text, mediaLines(media), numbered(actions), footer),
  ];
}

/** A tenth of a metre, and never as `1e-7`. */
const degrees = (exact: number): string => String(Number(exact.toFixed(6)));

const mapLinkOf = ({ latitude, longitude }: Of<'location'>): string =>
  `https://www.google.com/maps/search/?api=1&query=${degrees(latitude)},${degrees(longitude)}`;

/** The sender's own words for where lists can't be go before ours. */
function listForms({ title, text, altText, footer, sections }: Of<'list'>): readonly MessageContent[] {
  const menu = sections.map((section, index) => {
    const before = sections.slice(0, index).reduce((rows, { actions }) => rows + actions.length, 0);
    return lines(section.title, numbered(section.actions, before));
  });
  const titled: MessageContent = {
    ...textOf(text, ...menu),
    ...(title === undefined ? {} : { title }),
    ...(footer === undefined ? {} : { footer }),
  };
  return [...(altText ? [textOf(altText)] : []), titled, textOf(title, text, ...menu, footer)];
}

const cardLines = ({ name, organization, phoneNumbers, emails }: ContactCard): string =>
  lines(name, organization, ...phoneNumbers, ...emails);

function carouselText({ text, cards }: Of<'carousel'>): MessageContent {
  const said = cards.map((card, index) => {
    const before = cards.slice(0, index).reduce((taps, { actions }) => taps + actions.length, 0);
    return lines(card.title, card.text, card.media && mediaLines([card.media]), numbered(card.actions, before));
  });
  return textOf(text, ...said);
}
