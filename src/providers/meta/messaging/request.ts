import type { GraphRequest } from '../graph-call.js';
import type { SendRequest } from '../../provider.js';
import { piecesOf, type Dialect } from './pieces.js';

export type Said = Pick<
  SendRequest<unknown>,
  'address' | 'content' | 'part' | 'reference' | 'replyToProviderMessageId' | 'windowTag'
>;

/** Where a product's messages are posted, and what is its own about them. */
export interface MessagingCall extends Dialect {
  /** Begins with a slash. */
  readonly path: string;
  /** Comes back with the message's echo, where the product has such a field. */
  readonly messageOptions: Readonly<Record<string, unknown>>;
}

/** What is asked for one part. Pure. */
export function messagingCall(said: Said, { path, messageOptions, ...dialect }: MessagingCall): GraphRequest {
  const { address, content, part, replyToProviderMessageId: answeredId } = said;
  const piece = piecesOf(content, dialect, answeredId)[part];
  if (piece === undefined) throw new RangeError(`This content has no part ${part}.`);
  const recipient = { recipient: { id: address } };
  if (!('message' in piece)) return { method: 'POST', path, body: { ...recipient, ...piece } };
  const isAnswer = part === 0 && answeredId !== undefined;
  return {
    ...{ method: 'POST', path },
    body: {
      ...{ ...recipient, ...occasionOf(said) },
      message: { ...piece.message, ...messageOptions },
      ...(isAnswer ? { reply_to: { mid: answeredId } } : {}),
    },
  };
}

/** Why it may be sent now: within the window, by an approved template, or by an exception. */
function occasionOf({ content, windowTag }: Said) {
  if (content.kind === 'template') return { messaging_type: 'UTILITY' };
  if (windowTag === undefined) return { messaging_type: 'RESPONSE' };
  return { messaging_type: 'MESSAGE_TAG', tag: windowTag };
}
