import type { MessageContent } from '../../events/message/content.js';
import type { GraphRequest } from '../meta/graph-call.js';
import type { SendRequest } from '../provider.js';
import { recipientOf } from './address.js';
import { piecesOf } from './pieces.js';
import type { WhatsAppSettings } from './settings.js';

type Said = Pick<
  SendRequest<Pick<WhatsAppSettings, 'phoneNumberId'>>,
  'settings' | 'address' | 'content' | 'part' | 'reference' | 'replyToProviderMessageId'
>;

export const partsOf = (content: MessageContent): number => piecesOf(content).length;

/** What names its message in another way, or can't say which one it answers. */
const WITHOUT_CONTEXT: ReadonlySet<string> = new Set(['reaction', 'template']);

/** What is asked of WhatsApp for one part. Pure. */
export function callOf({ settings, address, content, part, reference, replyToProviderMessageId }: Said): GraphRequest {
  const piece = piecesOf(content, replyToProviderMessageId)[part];
  if (piece === undefined) throw new RangeError(`This content has no part ${part}.`);
  const isAnswer = part === 0 && replyToProviderMessageId !== undefined && !WITHOUT_CONTEXT.has(piece.type);
  return {
    method: 'POST',
    path: `/${settings.phoneNumberId}/messages`,
    body: {
      messaging_product: 'whatsapp',
      ...recipientOf(address),
      type: piece.type,
      ...(isAnswer ? { context: { message_id: replyToProviderMessageId } } : {}),
      biz_opaque_callback_data: reference,
      [piece.type]: piece.object,
    },
  };
}

/** Of a message, and WhatsApp marks those before it too. */
export const readMarkOf = (messageId: string) =>
  ({ messaging_product: 'whatsapp', status: 'read', message_id: messageId }) as const;

type Number = Pick<WhatsAppSettings, 'phoneNumberId'>;

export const readOf = ({ phoneNumberId }: Number, messageId: string) =>
  ({ method: 'POST', path: `/${phoneNumberId}/messages`, body: readMarkOf(messageId) }) satisfies GraphRequest;

/** Shown for 25 s, or until a message comes. WhatsApp marks as read what came in so far. */
export const typingOf = (number: Number, messageId: string) => {
  const { body, ...call } = readOf(number, messageId);
  return { ...call, body: { ...body, typing_indicator: { type: 'text' } } } satisfies GraphRequest;
};
