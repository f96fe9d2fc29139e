import { z } from 'zod';
import type { ReceiptStatus } from '../../events/channel/events.js';
import type { MessageContent } from '../../events/message/content.js';
import { parseJson } from '../parse-json.js';
import type { Interpretation } from '../provider.js';
import { contactAddress } from './address.js';
import { FAILED } from './answer.js';

const id = z.union([z.string().min(1), z.int().transform(String)]);
const time = z.union([z.string(), z.number()]).nullish();
const words = z.string().nullish();

/** What the operator's hook posts: docs/providers/whautochat.md says so to whoever sets it up. */
const message = z.object({
  type: z.literal('message'),
  id,
  contact: z.object({ id: id.nullish(), phoneNumber: words, name: words }),
  ...{ text: words, payload: words, mediaUrl: words, mimeType: words, filename: words, timestamp: time },
  location: z.object({ latitude: z.number(), longitude: z.number(), name: words, address: words }).nullish(),
  replyTo: id.nullish(),
  /** What it is, where it is none of these. */
  kind: words,
});
const status = z.object({ type: z.literal('status'), id, status: z.string(), error: words, timestamp: time });
const saying = z.discriminatedUnion('type', [message, status]);
type Message = z.infer<typeof message>;

/** Reads one saying or several. Pure, and never throws on any bytes. */
export function interpret(body: Buffer): readonly Interpretation[] {
  const json = parseJson(body);
  const all: readonly unknown[] = Array.isArray(json) ? json : [json];
  return all.length === 0 ? [unread('It says nothing.')] : all.map(interpretOne);
}

const unread = (reason: string): Interpretation => ({ kind: 'uninterpreted', reason });

function interpretOne(json: unknown): Interpretation {
  const read = saying.safeParse(json);
  if (!read.success) return unread('Neither a message nor a status.');
  return read.data.type === 'message' ? received(read.data) : receipt(read.data);
}

function received(said: Message): Interpretation {
  const { contact, timestamp } = said;
  const address = contact.phoneNumber || (contact.id ? contactAddress(contact.id) : undefined);
  if (address === undefined) return unread('A message of nobody.');
  return {
    ...{ kind: 'received', providerMessageId: said.id, address, displayName: contact.name ?? undefined },
    ...{ occurredAt: timeOf(timestamp), content: contentOf(said) },
    replyToProviderMessageId: said.replyTo ?? undefined,
  };
}

function contentOf(message: Message): MessageContent {
  const { text, payload, mediaUrl, location, kind } = message;
  const said = text ?? '';
  if (mediaUrl) return fileOf(message, mediaUrl);
  if (location) {
    const [label, address] = [location.name ?? undefined, location.address ?? undefined];
    const { latitude, longitude } = location;
    return { kind: 'location', text: said || (label ?? ''), latitude, longitude, label, address };
  }
  if (said === '' && !payload)
    return { kind: 'unsupported', text: '', providerKind: kind ? kind.slice(0, 100) : 'unknown' };
  const tapped = payload ? { tapped: { kind: 'POSTBACK' as const, text: said, payload } } : {};
  return { kind: 'text', text: said, actions: [], attachments: [], ...tapped };
}

function fileOf({ text, mimeType, filename }: Message, url: string): MessageContent {
  const media = { url, ...(mimeType ? { contentType: mimeType } : {}), ...(filename ? { filename } : {}) };
  return mimeType?.startsWith('image/')
    ? { kind: 'image', text: text ?? '', images: [media], actions: [] }
    : { kind: 'file', text: text ?? '', files: [media], actions: [] };
}

const STATUSES: Readonly<Record<string, ReceiptStatus>> = {
  ...{ sent: 'sent', delivered: 'delivered', read: 'read', seen: 'read' },
};
const UNDER_WAY: ReadonlySet<string> = new Set(['accepted', 'queued', 'scheduled', 'pending', 'processing']);

function receipt({ id: providerMessageId, status: word, error, timestamp }: z.infer<typeof status>): Interpretation {
  const lower = word.trim().toLowerCase();
  const said = { kind: 'receipt', providerMessageId, occurredAt: timeOf(timestamp) } as const;
  if (FAILED.has(lower))
    return {
      ...{ ...said, status: 'failed', stage: 'UNKNOWN', failure: { code: 'UNKNOWN', isRetryable: false } },
      ...(error ? { providerMessage: error } : {}),
    };
  const known = Object.hasOwn(STATUSES, lower) ? STATUSES[lower] : undefined;
  if (known !== undefined) return { ...said, status: known };
  if (UNDER_WAY.has(lower)) return { kind: 'ignored', reason: 'It is on its way.' };
  return unread(`A status of another word: ${word.slice(0, 100)}.`);
}

/** From here on it can only be milliseconds: as seconds it would be the year 33658. */
const MS_FROM = 1_000_000_000_000;

/** RFC 3339, or unix time in seconds or milliseconds. */
function timeOf(said: string | number | null | undefined): Date | undefined {
  if (said === undefined || said === null || said === '') return undefined;
  const number = Number(said);
  const at = new Date(Number.isNaN(number) ? said : number >= MS_FROM ? number : number * 1_000);
  return Number.isNaN(at.getTime()) ? undefined : at;
}
