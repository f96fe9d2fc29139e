import type { ReceiptStatus } from '../../events/channel/events.js';
import { parseJson } from '../parse-json.js';
import type { Interpretation } from '../provider.js';
import { contentOf, nameOf } from './content.js';
import { failureOfReason } from './failures.js';
import { accountOf, type BotmakerSettings } from './settings.js';
import { envelope, message, type Envelope, type WireMessage } from './wire.js';

/** Botmaker's words, in lower case; `received` is what reached the platform, `answered` what was read and replied to. */
const STATUSES: Readonly<Record<string, ReceiptStatus>> = {
  ...{ received: 'sent', sent: 'sent', delivered: 'delivered', read: 'read', answered: 'read' },
  ...{ error: 'failed', 'notification-error': 'failed' },
};
const CONTACT: ReadonlySet<string> = new Set(['user', 'customer']);
/** The bot, and those who sit at the console. */
const OURS: ReadonlySet<string> = new Set(['bot', 'agent', 'operator']);
/** A template that failed, among the events of a session. */
const FAILED_EVENT = 'notification-error';

const unread = (reason: string): Interpretation => ({ kind: 'uninterpreted', reason });

/** Reads one webhook, of the present form or of the old flat one. Pure, and never throws on any bytes. */
export function interpret(body: Buffer, { channelId }: BotmakerSettings): readonly Interpretation[] {
  const json = parseJson(body);
  const read = envelope.safeParse(json);
  if (!read.success) return [unread('Not an object.')];
  const account = spokenFor(read.data, channelId);
  return statementsOf(read.data, json).map((said) => ({ ...said, ...(account === undefined ? {} : { account }) }));
}

/** Which channel it is about. Nobody can tell where ours is known by a token. */
function spokenFor({ chatChannelId, whatsappNumber, WHATSAPP_NUMBER }: Envelope, ours: string): string | undefined {
  const named = chatChannelId ?? whatsappNumber ?? WHATSAPP_NUMBER;
  return named === undefined || accountOf(ours) === undefined ? undefined : accountOf(named);
}

function statementsOf(said: Envelope, json: unknown): readonly Interpretation[] {
  const { messages } = said;
  if (isStatus(said)) return entriesOf(messages, json).map((entry) => statusSaid(merged(said, entry)));
  if (said.type === 'event') return [eventSaid(said, json)];
  if (messages !== undefined) return messages.length === 0 ? [EMPTY] : messagesSaid(said, messages);
  if (said._id_ !== undefined) return [messageSaid(said, json)];
  if (said.webhookNotificationId !== undefined) return [unread('The result of a job, in a form that is not known.')];
  return [unread('Neither a message nor a status.')];
}

const EMPTY: Interpretation = { kind: 'ignored', reason: 'No messages.' };

const isStatus = ({ type, status, STATUS, messages }: Envelope): boolean =>
  type === 'status' || ((status ?? STATUS) !== undefined && messages === undefined);

/** A status stands in the envelope; should there be several below it, each is one. */
const entriesOf = (messages: readonly unknown[] | undefined, json: unknown): readonly unknown[] =>
  messages === undefined || messages.length === 0 ? [json] : messages;

/** What an entry doesn't say, its envelope says. */
function merged(said: Envelope, entry: unknown): Envelope {
  const own = Object.entries<unknown>(envelope.safeParse(entry).data ?? {});
  return { ...said, ...Object.fromEntries(own.filter(([, value]) => value !== undefined)) };
}

function statusSaid(said: Envelope): Interpretation {
  const word = (said.status ?? said.STATUS ?? '').toLowerCase();
  const status = Object.hasOwn(STATUSES, word) ? STATUSES[word] : undefined;
  if (status === undefined) return unread(`A status of another word: ${word.slice(0, 100)}.`);
  return receiptOf(said, status) ?? unread('A status of no message.');
}

/** Of what happens in a session only this concerns a message of ours. */
function eventSaid(said: Envelope, json: unknown): Interpretation {
  const isFailure = typeof json === 'object' && json !== null && Object.values(json).includes(FAILED_EVENT);
  if (!isFailure) return { kind: 'ignored', reason: 'An event of the platform changes nothing here.' };
  return receiptOf(said, 'failed') ?? unread('A failure of no message.');
}

/**
 * With our reference the message is found by it, and its own id is learned. Without one it is looked for by the job's id,
 * which the answer to the call told, where there is one.
 */
function receiptOf(said: Envelope, status: ReceiptStatus): Interpretation | undefined {
  const { webhookPayload: reference, txId } = said;
  const own = said._id ?? said._id_ ?? said.messageId;
  const providerMessageId = reference === undefined ? (txId ?? own) : (own ?? txId ?? reference);
  if (providerMessageId === undefined) return undefined;
  const receipt = { kind: 'receipt', providerMessageId, reference, status, occurredAt: timeOf(said) } as const;
  if (status !== 'failed') return receipt;
  const reason = said.info?.reason ?? said.reason ?? said.error;
  const words = reason === undefined ? {} : { providerMessage: reason };
  return { ...receipt, stage: 'UNKNOWN', failure: failureOfReason(reason), ...words };
}

/** The variables are the chat's, and told once: as large as a webhook may be, each of its thousand messages would repeat them. */
function messagesSaid(said: Envelope, messages: readonly unknown[]): readonly Interpretation[] {
  const rest = { ...said, variables: undefined };
  return messages.map((raw, nth) => messageSaid(nth === 0 ? said : rest, raw));
}

function messageSaid(said: Envelope, raw: unknown): Interpretation {
  const read = message.safeParse(raw);
  if (!read.success) return unread('A message of another form.');
  const one = read.data;
  const providerMessageId = one._id ?? one._id_;
  const address = addressOf(said);
  if (providerMessageId === undefined || address === undefined) return unread('A message without an id or a contact.');
  const direction = directionOf(one);
  if (direction === undefined) return unread(`A message of another sender: ${(one.from ?? 'none').slice(0, 100)}.`);
  const content = contentOf(one, raw);
  const told = { providerMessageId, address, occurredAt: timeOf(one), content, providerData: dataOf(said) };
  if (direction === 'echoed') return { kind: 'echoed', ...told, reference: one.webhookPayload ?? said.webhookPayload };
  const displayName = nameOf(said.firstName, said.lastName) ?? said.whatsappNickName ?? one.fromName;
  return { kind: 'received', ...told, displayName };
}

function directionOf({ from, fromCustomer }: WireMessage): 'received' | 'echoed' | undefined {
  const sender = from?.toLowerCase();
  if (sender === undefined) return fromCustomer === undefined ? undefined : fromCustomer ? 'received' : 'echoed';
  return CONTACT.has(sender) ? 'received' : OURS.has(sender) ? 'echoed' : undefined;
}

/** WhatsApp's contacts are known by their numbers, all others by their ids there. */
const addressOf = ({ chatPlatform, contactId, chatIdInChatPlatform }: Envelope): string | undefined =>
  chatPlatform?.toLowerCase() === 'whatsapp' ? contactId : (chatIdInChatPlatform ?? contactId);

/** What is known of the chat beyond the message. */
function dataOf({ customerId, variables }: Envelope): Readonly<Record<string, unknown>> | undefined {
  const given = Object.entries({ customerId, variables }).filter(([, value]) => value !== undefined);
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

function timeOf(said: { readonly date?: string | undefined; readonly CREATION_TIME?: string | undefined }) {
  const given = said.date ?? said.CREATION_TIME;
  if (given === undefined) return undefined;
  const time = new Date(/^\d{12,14}$/.test(given) ? Number(given) : given);
  return Number.isNaN(time.getTime()) ? undefined : time;
}
