import type { Action, Media, MessageContent } from '../../events/message/content.js';
import { toMediaReference } from '../media-reference.js';
import type { BirdSettings } from './settings.js';
import { file, image, list, location, text, type BirdAction, type BirdMedia, type BirdMessage } from './wire.js';

type Body = NonNullable<BirdMessage['body']>;

/** Who said it: what the contact shows with his words he tapped, what we show with ours is there to be tapped. */
export type Speaker = 'contact' | 'us';

/** What a body says; a kind that isn't known, or not in this form, is `unsupported` under Bird's word for it. */
export function contentOf(body: Body | undefined, speaker: Speaker, settings: BirdSettings): MessageContent {
  const kind = body?.type ?? 'none';
  return (
    readOf(kind, body?.[kind], speaker, settings) ?? { kind: 'unsupported', text: '', providerKind: kind.slice(0, 100) }
  );
}

function readOf(kind: string, said: unknown, speaker: Speaker, settings: BirdSettings): MessageContent | undefined {
  switch (kind) {
    case 'text':
      return textOf(said, speaker, settings);
    case 'image': {
      const { data } = image.safeParse(said);
      const images = data?.images.map((one) => mediaOf(one, settings)) ?? [];
      return data && { kind: 'image', text: data.text ?? '', images, actions: offered(data.actions, speaker) };
    }
    case 'file': {
      const { data } = file.safeParse(said);
      const files = data?.files.map((one) => mediaOf(one, settings)) ?? [];
      return data && { kind: 'file', text: data.text ?? '', files, actions: offered(data.actions, speaker) };
    }
    case 'location': {
      const { data } = location.safeParse(said);
      const { label, address } = data?.location ?? {};
      return data && { kind: 'location', text: label ?? '', ...data.coordinates, label, address };
    }
    case 'list':
      return listOf(said);
    default:
      return undefined;
  }
}

function textOf(said: unknown, speaker: Speaker, settings: BirdSettings): MessageContent | undefined {
  const { data } = text.safeParse(said);
  if (data === undefined) return undefined;
  const attachments = data.attachments.map((one) => mediaOf(one, settings));
  const [first] = data.actions.map(actionOf);
  const tapped = speaker === 'contact' ? first : undefined;
  const actions = offered(data.actions, speaker);
  return { kind: 'text', text: data.text ?? tapped?.text ?? '', actions, attachments, tapped };
}

function listOf(said: unknown): MessageContent | undefined {
  const { data } = list.safeParse(said);
  if (data === undefined) return undefined;
  const sections = data.items.map(({ title, actions }) => ({ title, actions: actions.map(actionOf) }));
  return { kind: 'list', text: data.text ?? '', title: data.title, altText: data.altText, sections };
}

const offered = (actions: readonly BirdAction[], speaker: Speaker): Action[] =>
  speaker === 'us' ? actions.map(actionOf) : [];

function actionOf(action: BirdAction): Action {
  if (action.type === 'postback') return { kind: 'POSTBACK', ...action.postback };
  return action.type === 'link' ? { kind: 'LINK', ...action.link } : { kind: 'REPLY', ...action.reply };
}

const mediaOf = ({ mediaUrl, mediaURL, contentType, filename, altText }: BirdMedia, settings: BirdSettings): Media => ({
  url: urlOf(mediaUrl ?? mediaURL ?? '', settings),
  ...{ contentType, filename, altText },
});

/** Bird's own hosts answer only who shows the access key; any other address is one that everybody can load. */
const urlOf = (url: string, settings: BirdSettings): string =>
  isPlain(url) && !needsKey(url, settings) ? url : toMediaReference(url);

const isPlain = (url: string): boolean => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);

/** Whether the access key may be shown there: never to a host that a message merely names. */
export function needsKey(url: string, { apiBaseUrl }: BirdSettings): boolean {
  const { protocol, hostname, origin } = new URL(url);
  if (apiBaseUrl !== undefined && origin === new URL(apiBaseUrl).origin) return true;
  return protocol === 'https:' && /^media(\.[a-z0-9-]+)*\.(messagebird|bird)\.com$/.test(hostname);
}
