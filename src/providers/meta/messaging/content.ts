import type { Media, MessageContent } from '../../../events/message/content.js';
import { cut } from '../entries.js';
import { attachment, type Attachment, type MessagingMessage } from './wire.js';

/** What stands there is a picture. */
const PICTURES: ReadonlySet<string> = new Set(['image', 'sticker']);
/** What kind of file isn't said; where the platform always makes the same one, it is that. */
const FILES: Readonly<Record<string, string | undefined>> = {
  ...{ video: 'video/mp4', reel: 'video/mp4', ig_reel: 'video/mp4', audio: 'audio/mp4' },
  ...{ file: undefined, share: undefined, story_mention: undefined, ig_story: undefined, ig_post: undefined },
};
/** The thumb, small, middle and large. */
const LIKES: ReadonlySet<string> = new Set(['369239263222822', '369239343222814', '369239383222810']);

/** What is attached, as far as it is understood; the other ones are told by their type. */
export const attachmentsOf = ({ attachments = [] }: MessagingMessage): readonly Attachment[] =>
  attachments.flatMap((one) => attachment.safeParse(one).data ?? []);

/** Whose content is all there is to it. Of the others it matters that a story was answered, or whose post was shared. */
const PLAIN: ReadonlySet<string> = new Set([...PICTURES, 'video', 'audio', 'file', 'location', 'like_heart']);

/** Whether what is attached says more than its file or place, and is kept as it came. */
export const saysMore = (said: unknown): boolean => {
  const read = attachment.safeParse(said);
  return read.success && !PLAIN.has(read.data.type);
};

/** What a message says. */
export function contentOf(said: MessagingMessage): MessageContent {
  const { text = '', quick_reply: tap } = said;
  const all = attachmentsOf(said);
  if (tap !== undefined) return tappedOf(text, tap.payload);
  return filesOf(all, text) ?? placeOf(all, text) ?? wordsOf(all, text) ?? unsupportedOf(said, all);
}

export const tappedOf = (text: string, payload: string): MessageContent => ({
  ...{ kind: 'text', text, actions: [], attachments: [] },
  tapped: { kind: 'POSTBACK', text, payload },
});

const plain = (text: string): MessageContent => ({ kind: 'text', text, actions: [], attachments: [] });

function filesOf(all: readonly Attachment[], text: string): MessageContent | undefined {
  const shown = all.filter(({ type, payload }) => payload?.url && (PICTURES.has(type) || Object.hasOwn(FILES, type)));
  if (shown.length === 0) return undefined;
  const files = shown.map(mediaOf);
  return shown.every(({ type }) => PICTURES.has(type))
    ? { kind: 'image', text, images: files, actions: [] }
    : { kind: 'file', text, files, actions: [] };
}

/** The address is the platform's own, open to whoever has it, and ends after some time. */
function mediaOf({ type, payload }: Attachment): Media {
  const isLike = LIKES.has(String(payload?.sticker_id));
  return { url: payload?.url ?? '', contentType: FILES[type], ...(isLike ? { altText: '👍' } : {}) };
}

function placeOf(all: readonly Attachment[], text: string): MessageContent | undefined {
  const place = all.find(({ type }) => type === 'location');
  const coordinates = place?.payload?.coordinates;
  if (coordinates === undefined) return undefined;
  const { lat: latitude, long: longitude } = coordinates;
  return { kind: 'location', text, latitude, longitude, label: place?.title ?? place?.payload?.title };
}

/** A shared link says its address where there are no other words. */
function wordsOf(all: readonly Attachment[], text: string): MessageContent | undefined {
  if (text !== '') return plain(text);
  if (all.some(({ type }) => type === 'like_heart')) return plain('❤️');
  const link = all.find(({ type }) => type === 'fallback');
  const lines = [link?.title ?? link?.payload?.title, link?.url ?? link?.payload?.url];
  const words = lines.filter((line) => line !== undefined && line !== '').join('\n');
  return words === '' ? undefined : plain(words);
}

const unsupportedOf = ({ is_unsupported: isUnsupported }: MessagingMessage, [first]: readonly Attachment[]) => ({
  ...{ kind: 'unsupported' as const, text: '' },
  providerKind: cut(first?.type ?? (isUnsupported === true ? 'unsupported' : 'unknown')),
});
