import type { MessageContent } from '../../events/message/content.js';
import type { WireCard, WireMessage } from './wire.js';

/** Fields of every message that aren't its content. */
const FRAME: ReadonlySet<string> = new Set([
  ...['_id', '_id_', 'messageId', 'date', 'from', 'fromName', 'fromCustomer', 'type', 'webhookPayload', 'caption'],
  ...['message', 'error', 'v', 'chatPlatform', 'contactId', 'customerId', 'WHATSAPP_NUMBER', 'sessionCreationTime'],
]);

/** What a message says. @param raw the same as it came: a kind that isn't known is called by its field */
export function contentOf(said: WireMessage, raw: unknown): MessageContent {
  const found = tapOf(said) ?? mediaOf(said) ?? placeOf(said) ?? cardsOf(said);
  if (found !== undefined) return found;
  if (said.message !== undefined && said.error === undefined)
    return { kind: 'text', text: said.message, actions: [], attachments: [] };
  const fields = typeof raw === 'object' && raw !== null ? Object.keys(raw) : [];
  const providerKind = fields.find((field) => !FRAME.has(field))?.slice(0, 100) ?? 'unknown';
  return { kind: 'unsupported', text: said.message ?? '', providerKind };
}

/** A row's id, or what a button carried. */
function tapOf({ buttonPayload: payload, message }: WireMessage): MessageContent | undefined {
  if (payload === undefined) return undefined;
  const text = message ?? payload;
  return { kind: 'text', text, actions: [], attachments: [], tapped: { kind: 'POSTBACK', text, payload } };
}

/** Files lie at public addresses of Botmaker's. */
function mediaOf({ image, audio, video, file, caption, message }: WireMessage): MessageContent | undefined {
  const text = caption ?? message ?? '';
  if (image !== undefined) return { kind: 'image', text, images: [{ url: image }], actions: [] };
  const url = audio ?? video ?? file;
  return url === undefined ? undefined : { kind: 'file', text, files: [{ url }], actions: [] };
}

function placeOf({ location }: WireMessage): MessageContent | undefined {
  if (location?.latitude === undefined || location.longitude === undefined) return undefined;
  const { latitude, longitude, name: label, address } = location;
  return { kind: 'location', text: label ?? '', latitude, longitude, label, address };
}

function cardsOf({ contacts = [] }: WireMessage): MessageContent | undefined {
  if (contacts.length === 0) return undefined;
  const cards = contacts.map(cardOf);
  return { kind: 'contacts', text: cards.map(({ name }) => name).join(', '), contacts: cards };
}

const cardOf = ({ name, phones = [], emails = [], org }: WireCard) => ({
  name: name?.formatted_name ?? nameOf(name?.first_name, name?.last_name) ?? '',
  phoneNumbers: phones.flatMap(({ phone, wa_id: id }) => phone ?? id ?? []),
  emails: emails.flatMap(({ email }) => email ?? []),
  organization: org?.company,
});

/** Undefined where there is none of them. */
export function nameOf(...names: readonly (string | undefined)[]): string | undefined {
  const name = names.filter((one) => one !== undefined).join(' ');
  return name === '' ? undefined : name;
}
