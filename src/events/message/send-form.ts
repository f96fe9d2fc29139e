import { isPossiblePhoneNumber } from 'libphonenumber-js';
import type { SendMessage, UserError } from '../commands/commands.js';
import { accepted, refused, type Decision } from '../kernel/decision.js';
import { channelIds, contactIds, conversationIds, messageIds } from '../kernel/ids.js';
import type { ChannelId, ContactId, ConversationId, MessageId } from '../kernel/ids.js';
import { parseContent } from './content-input.js';
import type { UrlRules } from '../kernel/public-url.js';
import type { MessageContent } from './content.js';
import type { MessageCategory } from './events.js';
import { countCharacters, isSingleLine, isTame } from './plain-text.js';
import { parseInstant, refuseScheduleForm } from './schedule.js';

export const KEY_LENGTH_MAX = 255;
const REFERENCE_LENGTH_MAX = 255;
const ADDRESS_LENGTH_MAX = 255;
const METADATA_BYTES_MAX = 16_384;
const METADATA_DEPTH_MAX = 10;

/** Whom it goes to, as the caller named him. `field` is where, for refusals. */
export type Recipient = { readonly field: readonly string[] } & (
  | { readonly kind: 'contact'; readonly id: ContactId }
  | { readonly kind: 'conversation'; readonly id: ConversationId }
  | { readonly kind: 'address'; readonly address: string }
);

/** A send that is well formed; whether its channel carries it is judged next. */
export interface SendForm {
  readonly channelId: ChannelId;
  readonly recipient: Recipient;
  readonly content: MessageContent;
  readonly author: 'AGENT' | 'BOT' | 'SYSTEM';
  readonly authorId: string | undefined;
  readonly reference: string | undefined;
  readonly category: MessageCategory | undefined;
  readonly metadata: Readonly<Record<string, unknown>> | undefined;
  readonly replyToMessageId: MessageId | undefined;
  readonly scheduledAt: Date | undefined;
}

/** Judges what can be judged from the input alone; tells everything that is wrong at once. */
export function parseSendForm(input: SendMessage, rules?: UrlRules): Decision<SendForm, UserError> {
  const channelId = channelIds.parse(input.channelId);
  const recipient = parseRecipient(input.to);
  const content = parseContent(input.content, rules);
  const replyToMessageId = input.replyToMessageId === undefined ? undefined : messageIds.parse(input.replyToMessageId);
  const refusals = [
    ...(channelId === undefined ? [invalid(['channelId'], 'Not the id of a channel.')] : []),
    ...(recipient.ok ? [] : recipient.refusals),
    ...(content.ok ? [] : content.refusals),
    ...refuseLine('authorId', input.authorId),
    ...refuseLine('reference', input.reference),
    ...refuseMetadata(input.metadata),
    ...refuseScheduleForm(input.scheduledAt, content.ok ? content.value : undefined),
    ...(input.replyToMessageId !== undefined && replyToMessageId === undefined
      ? [invalid(['replyToMessageId'], 'Not the id of a message.')]
      : []),
    ...(content.ok && content.value.kind === 'reaction' && replyToMessageId !== undefined
      ? [invalid(['replyToMessageId'], 'A reaction names its message in `content`: leave this out.')]
      : []),
  ];
  if (channelId === undefined || !recipient.ok || !content.ok || refusals.length > 0) return refused(...refusals);
  return accepted({
    ...{ channelId, recipient: recipient.value, content: content.value, replyToMessageId },
    ...{ author: input.author ?? 'AGENT', authorId: input.authorId },
    ...{ reference: input.reference, category: input.category, metadata: input.metadata },
    scheduledAt: input.scheduledAt === undefined ? undefined : parseInstant(input.scheduledAt),
  });
}

/** Judged before the key is looked up: a key that can't be kept stands for nothing. */
export function refuseKey(key: string): readonly UserError[] {
  const isGood = key !== '' && countCharacters(key) <= KEY_LENGTH_MAX && isSingleLine(key);
  if (isGood) return [];
  return [invalid(['idempotencyKey'], `1 to ${KEY_LENGTH_MAX} characters, and no control characters.`)];
}

const invalid = (field: readonly string[], message: string): UserError => ({ code: 'INPUT_INVALID', message, field });

const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

function parseRecipient(to: SendMessage['to']): Decision<Recipient, UserError> {
  const given = Object.entries(to).filter(([, value]) => isGiven(value));
  const [kind, text] = given[0] ?? [];
  if (kind === undefined || text === undefined || given.length > 1)
    return refused(invalid(['to'], 'Exactly one of contactId, conversationId, phoneNumber and address must be given.'));
  const field = ['to', kind];
  if (kind === 'contactId') return byId(contactIds.parse(text), field, (id) => ({ kind: 'contact', id, field }));
  if (kind === 'conversationId')
    return byId(conversationIds.parse(text), field, (id) => ({ kind: 'conversation', id, field }));
  return kind === 'phoneNumber' ? parsePhoneNumber(text, field) : parseAddress(text, field);
}

const byId = <Id>(id: Id | undefined, field: readonly string[], recipient: (id: Id) => Recipient) =>
  id === undefined ? refused(invalid(field, 'Not an id of this kind.')) : accepted(recipient(id));

/** By its form and by what the plan makes possible; fictional numbers are possible, and invalid by plan. */
function parsePhoneNumber(text: string, field: readonly string[]): Decision<Recipient, UserError> {
  if (/^\+[1-9]\d{6,14}$/.test(text) && isPossiblePhoneNumber(text))
    return accepted({ kind: 'address', address: text, field });
  const message = 'Not a possible phone number. Write it in E.164, for example +31600000001.';
  return refused({ code: 'RECIPIENT_INVALID', message, field });
}

function parseAddress(text: string, field: readonly string[]): Decision<Recipient, UserError> {
  if (text !== '' && text.length <= ADDRESS_LENGTH_MAX && isSingleLine(text))
    return accepted({ kind: 'address', address: text, field });
  const message = `An address has 1 to ${ADDRESS_LENGTH_MAX} characters, and no control characters.`;
  return refused({ code: 'RECIPIENT_INVALID', message, field });
}

function refuseLine(field: string, text: string | undefined): readonly UserError[] {
  if (text === undefined || (text !== '' && text.length <= REFERENCE_LENGTH_MAX && isSingleLine(text))) return [];
  return [invalid([field], `1 to ${REFERENCE_LENGTH_MAX} characters, and no control characters.`)];
}

function refuseMetadata(metadata: SendMessage['metadata']): readonly UserError[] {
  if (metadata === undefined) return [];
  if (!isTame(metadata, METADATA_DEPTH_MAX))
    return [invalid(['metadata'], `At most ${METADATA_DEPTH_MAX} levels deep, and no control characters.`)];
  if (Buffer.byteLength(JSON.stringify(metadata)) <= METADATA_BYTES_MAX) return [];
  return [invalid(['metadata'], `At most ${METADATA_BYTES_MAX} bytes as JSON.`)];
}
