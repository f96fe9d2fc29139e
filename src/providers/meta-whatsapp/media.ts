import type { Media } from '../../events/message/content.js';

/** What WhatsApp shows a file as. */
export type MediaType = 'image' | 'video' | 'audio' | 'document' | 'sticker';

/** Everything else goes as a document. */
const TYPES: ReadonlyMap<string, MediaType> = new Map([
  ...(['image/jpeg', 'image/png'] as const).map((type) => [type, 'image'] as const),
  ...(['video/mp4', 'video/3gpp'] as const).map((type) => [type, 'video'] as const),
  ...(['audio/aac', 'audio/amr', 'audio/mpeg', 'audio/mp4', 'audio/ogg'] as const).map(
    (type) => [type, 'audio'] as const,
  ),
  ['image/webp', 'sticker'] as const,
]);

/** @param otherwise where its content type isn't told */
export function mediaTypeOf({ contentType }: Media, otherwise: MediaType): MediaType {
  if (contentType === undefined) return otherwise;
  const [essence = ''] = contentType.toLowerCase().split(';', 1);
  return TYPES.get(essence.trim()) ?? 'document';
}

/** Whether words can stand below it, and buttons. */
export const takesWords = (type: MediaType): boolean => type !== 'audio' && type !== 'sticker';

/** The object of its type; WhatsApp fetches the file. */
export function mediaObjectOf(type: MediaType, { url, filename }: Media, caption = '') {
  return {
    link: url,
    ...(caption === '' ? {} : { caption }),
    ...(type === 'document' && filename !== undefined ? { filename } : {}),
  };
}
