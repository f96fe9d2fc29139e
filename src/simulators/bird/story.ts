import { createHash } from 'node:crypto';
import type { MessageForm, Receiver } from './forms.js';

/** One moment of a message, as the answer to a call and every webhook tell it. */
export type Payload = Readonly<Record<string, unknown>>;

interface Failure {
  readonly status: 'sending_failed' | 'delivery_failed';
  readonly code: number;
  readonly source: { readonly code: string; readonly name: string };
}

/** Numbers that end so come to what is written here; every other is delivered and read. */
const FAILURES: Readonly<Record<string, Failure>> = {
  '12001': { status: 'sending_failed', code: 12_001, source: { code: '', name: 'pre-processing' } },
  '14001': { status: 'sending_failed', code: 14_001, source: { code: '', name: 'accounting' } },
  '15005': { status: 'sending_failed', code: 15_005, source: { code: '131026', name: 'whatsapp' } },
  '31050': { status: 'delivery_failed', code: 15_001, source: { code: '131050', name: 'whatsapp' } },
};
const WINDOW_CLOSED: Failure = {
  ...{ status: 'sending_failed', code: 15_001, source: { code: '131047', name: 'whatsapp' } },
};

/** What a message comes to, moment by moment. @param isOpen whether the contact wrote within 24 hours */
export function storyOf(message: Payload, { receiver, template }: MessageForm, isOpen: boolean): readonly Payload[] {
  const [to] = receiver.contacts;
  const failure = FAILURES[addressIn(to).slice(-5)] ?? (isOpen || template !== undefined ? undefined : WINDOW_CLOSED);
  const statuses =
    failure === undefined
      ? ['processing', 'sent', 'delivered']
      : ['processing', ...(failure.status === 'delivery_failed' ? ['sent'] : []), failure.status];
  return statuses.map((status, index) => ({
    ...message,
    ...{ status, lastStatusAt: new Date(Date.now() + index).toISOString() },
    ...(status === failure?.status
      ? { reason: 'It did not arrive.', failure: { code: failure.code, source: failure.source } }
      : {}),
  }));
}

export const addressIn = (receiver: Receiver): string => ('id' in receiver ? receiver.id : receiver.identifierValue);

/** Bird's own id of somebody: the same for the same address. */
export function contactIdOf(address: string): string {
  const hex = createHash('sha256').update(address).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}
