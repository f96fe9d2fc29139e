import { messageIds } from '../events/kernel/ids.js';
import type { CallReference } from './provider.js';

/** `msg_….1.0`: short enough for every provider's reference field (the least known limit is 64 characters). */
export const formatReference = (call: CallReference): string => `${call.messageId}.${call.attempt}.${call.part}`;

/** Undefined for anything that `formatReference` didn't make: a provider echoes what others wrote as well. */
export function parseReference(text: string): CallReference | undefined {
  const [id = '', attempt = '', part = '', ...more] = text.split('.');
  const messageId = messageIds.parse(id);
  if (messageId === undefined || more.length > 0) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(attempt) || !/^(0|[1-9]\d{0,8})$/.test(part)) return undefined;
  return { messageId, attempt: Number(attempt), part: Number(part) };
}
