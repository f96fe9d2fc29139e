import type { ChannelPlatform } from '../../events/channel/events.js';
import type { Action, Media, MessageContent, TemplateParameter } from '../../events/message/content.js';
import { sentNameOf } from '../../events/message/content-facts.js';
import type { SendRequest } from '../provider.js';
import { receiverOf } from './address.js';
import { mediaTypeOf } from './media-type.js';
import type { WhautochatSettings } from './settings.js';

/** One call, without its host and its key. */
export interface WhautochatCall {
  readonly method: 'POST';
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

type Said = Pick<SendRequest<WhautochatSettings>, 'platform' | 'address' | 'content' | 'part' | 'settings'>;
type Of<Kind extends MessageContent['kind']> = Extract<MessageContent, { kind: Kind }>;

/** No file has a caption here: words, and what hangs below them, follow the files as a message of their own. */
export function partsOf(content: MessageContent): number {
  if (content.kind === 'carousel') return content.text === '' ? 1 : 2;
  const files = filesOf(content);
  if (files.length === 0) return 1;
  return files.length + (wordsOf(content) === '' ? 0 : 1);
}

/** What is asked of WhautoChat for one part. Pure. */
export function callOf({ platform, address, content, part, settings }: Said): WhautochatCall {
  const { kind, body } = endpointOf(content, platform, part, settings);
  const frame = { ...receiverOf(platform, address), workspace: { id: settings.workspaceId } };
  return { method: 'POST', path: `/v1/messages/${platform.toLowerCase()}/${kind}`, body: { ...frame, ...body } };
}

interface Endpoint {
  readonly kind: 'sendtext' | 'sendmedia' | 'sendtemplate';
  readonly body: Readonly<Record<string, unknown>>;
}

function endpointOf(
  content: MessageContent,
  platform: ChannelPlatform,
  part: number,
  settings: WhautochatSettings,
): Endpoint {
  if (content.kind === 'template') return { kind: 'sendtemplate', body: templateOf(content, settings) };
  if (content.kind === 'carousel')
    return part === 0 && content.text !== '' ? said(content.text, platform) : elements(content.cards.map(elementOf));
  const file = filesOf(content)[part];
  if (file !== undefined) return media(file, content.kind === 'image' ? 'image' : 'file');
  const actions = 'actions' in content ? content.actions : [];
  const words = wordsOf(content);
  if (platform === 'TELEGRAM' || actions.length === 0) return said(words, platform, actions);
  return elements([{ title: words, buttons: actions.map(buttonOf) }]);
}

/** Telegram has one endpoint for all, a template that may have no buttons. */
const said = (words: string, platform: ChannelPlatform, actions: readonly Action[] = []): Endpoint =>
  platform === 'TELEGRAM'
    ? { kind: 'sendtemplate', body: { textMessage: words, buttons: actions.map(buttonOf) } }
    : { kind: 'sendtext', body: { textMessage: words } };

const media = (file: Media, kind: 'image' | 'file'): Endpoint => ({
  kind: 'sendmedia',
  body: { mediaUrl: file.url, mimeType: mediaTypeOf(file, kind) },
});

const elements = (all: readonly object[]): Endpoint => ({ kind: 'sendtemplate', body: { elements: all } });

const elementOf = (card: Of<'carousel'>['cards'][number]) => ({
  title: cardWordsOf(card),
  buttons: card.actions.map(buttonOf),
});

/** What comes back with a tap: the label, where nothing else was given. */
const buttonOf = ({ kind, text, payload, url }: Action) =>
  kind === 'LINK' ? { title: text, url } : { title: text, payload: payload || text };

const filesOf = (content: MessageContent): readonly Media[] =>
  content.kind === 'image' ? content.images : content.kind === 'file' ? content.files : [];

/** Pieces that stand one above the other. */
const linesOf = (...pieces: readonly (string | undefined)[]): string => pieces.filter(Boolean).join('\n\n');

/** All the words of a content, as they go. */
export const wordsOf = (content: MessageContent): string =>
  linesOf(
    'title' in content ? content.title : undefined,
    content.text,
    'footer' in content ? content.footer : undefined,
  );

/** An element has a title alone. */
export const cardWordsOf = ({ title, text }: Of<'carousel'>['cards'][number]): string => linesOf(title, text);

function templateOf(said: Of<'template'>, settings: WhautochatSettings) {
  const { locale, parameters } = said;
  const { templateFormat = 'object' } = settings;
  const language = locale === undefined ? {} : { language: locale };
  const values = parameters.flatMap((parameter) => {
    const field = fieldOf(parameter, settings);
    return field === undefined ? [] : [[field, parameter.value ?? parameter.media?.url ?? '']];
  });
  const name = sentNameOf(said);
  const template = templateFormat === 'string' ? name : { name, ...language };
  return { template, ...(Object.fromEntries(values) as Readonly<Record<string, string>>) };
}

/** Under which field a parameter goes; undefined: the channel's settings don't say. */
export function fieldOf({ part, key }: TemplateParameter, settings: WhautochatSettings): string | undefined {
  const { templateParameters = {} } = settings;
  const name = part === 'BODY' ? key : `${part}.${key}`;
  return Object.hasOwn(templateParameters, name) ? templateParameters[name] : undefined;
}
