import type { Media, MessageContent } from '../../events/message/content.js';
import { toMediaReference } from '../media-reference.js';
import type { TelegramMessage } from './wire.js';

interface File {
  readonly file_id: string;
  readonly mime_type?: string | undefined;
  readonly file_name?: string | undefined;
}

const mediaOf = (file: File, contentType: string | undefined = file.mime_type): Media => ({
  url: toMediaReference(file.file_id),
  contentType,
  filename: file.file_name,
});

/** What a message says; undefined: nothing that stands among its kinds. */
export function contentOf(said: TelegramMessage): MessageContent | undefined {
  if (said.text !== undefined) return { kind: 'text', text: said.text, actions: [], attachments: [] };
  return pictureOf(said) ?? fileOf(said) ?? placeOf(said) ?? contactOf(said) ?? webAppOf(said);
}

function pictureOf({ photo, sticker, caption = '' }: TelegramMessage): MessageContent | undefined {
  const largest = photo?.at(-1);
  if (largest !== undefined)
    return { kind: 'image', text: caption, images: [mediaOf(largest, 'image/jpeg')], actions: [] };
  if (sticker === undefined) return undefined;
  const { emoji, is_animated: isAnimated, is_video: isVideo } = sticker;
  const contentType = isVideo ? 'video/webm' : isAnimated ? 'application/x-tgsticker' : 'image/webp';
  return { kind: 'image', text: '', images: [{ ...mediaOf(sticker, contentType), altText: emoji }], actions: [] };
}

/** An animation is sent as a document as well, so it is asked for first. */
function fileOf(said: TelegramMessage): MessageContent | undefined {
  const { animation, video, audio, voice, video_note: note, document, caption = '' } = said;
  const file = animation ?? video ?? audio ?? voice ?? note ?? document;
  if (file === undefined) return undefined;
  const assumed = voice === file ? 'audio/ogg' : note === file ? 'video/mp4' : undefined;
  return { kind: 'file', text: caption, files: [mediaOf(file, file.mime_type ?? assumed)], actions: [] };
}

/** A venue repeats its place at the top. */
function placeOf({ venue, location }: TelegramMessage): MessageContent | undefined {
  if (venue !== undefined)
    return {
      ...{ kind: 'location', text: venue.title, label: venue.title, address: venue.address },
      ...{ latitude: venue.location.latitude, longitude: venue.location.longitude },
    };
  if (location === undefined) return undefined;
  return { kind: 'location', text: '', latitude: location.latitude, longitude: location.longitude };
}

function contactOf({ contact }: TelegramMessage): MessageContent | undefined {
  if (contact === undefined) return undefined;
  const name = nameOf(contact) ?? '';
  return { kind: 'contacts', text: name, contacts: [{ name, phoneNumbers: [contact.phone_number], emails: [] }] };
}

function webAppOf({ web_app_data: said }: TelegramMessage): MessageContent | undefined {
  if (said === undefined) return undefined;
  const tapped = { kind: 'POSTBACK', text: said.button_text, payload: said.data } as const;
  return { kind: 'text', text: said.button_text, actions: [], attachments: [], tapped };
}

/** How somebody is called; undefined where he is called nothing. */
export function nameOf(named: {
  readonly title?: string | undefined;
  readonly first_name?: string | undefined;
  readonly last_name?: string | undefined;
}): string | undefined {
  const name = named.title ?? [named.first_name, named.last_name].filter(Boolean).join(' ');
  return name === '' ? undefined : name;
}
