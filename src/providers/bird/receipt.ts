import type { ReceiptStatus } from '../../events/channel/events.js';
import type { Interpretation } from '../provider.js';
import { failureOfMessage } from './failures.js';
import { timeOf } from './time.js';
import type { BirdMessage } from './wire.js';

interface Meant {
  readonly status: ReceiptStatus;
  readonly stage?: 'SENDING' | 'DELIVERY' | 'UNKNOWN';
}

/** Its statuses; the last five are those of the API before, which channels that were moved may still say. */
const STATUSES: ReadonlyMap<string, Meant> = new Map<string, Meant>([
  ['sent', { status: 'sent' }],
  ['delivered', { status: 'delivered' }],
  ['sending_failed', { status: 'failed', stage: 'SENDING' }],
  ['delivery_failed', { status: 'failed', stage: 'DELIVERY' }],
  ['transmitted', { status: 'sent' }],
  ['read', { status: 'read' }],
  ['rejected', { status: 'failed', stage: 'UNKNOWN' }],
  ['failed', { status: 'failed', stage: 'UNKNOWN' }],
  ['unsupported', { status: 'failed', stage: 'UNKNOWN' }],
]);

/** What is no news: the call's answer said as much. */
const UNDER_WAY: ReadonlySet<string> = new Set(['accepted', 'processing', 'pending']);

/** What a message of ours has come to. */
export function receiptOf(said: BirdMessage): Interpretation {
  const { status } = said;
  if (UNDER_WAY.has(status)) return { kind: 'ignored', reason: 'It is under way, as the answer to the call said.' };
  const meant = STATUSES.get(status);
  if (meant === undefined)
    return { kind: 'uninterpreted', reason: `A status that isn't taken in: ${status.slice(0, 100)}.` };
  const receipt = {
    ...{ kind: 'receipt' as const, providerMessageId: said.id, reference: said.reference },
    ...{ status: meant.status, occurredAt: timeOf(said.lastStatusAt) },
  };
  if (meant.status !== 'failed') return receipt;
  return {
    ...receipt,
    stage: meant.stage ?? 'UNKNOWN',
    failure: failureOfMessage(said.failure ?? undefined),
    providerMessage: wordsOf(said),
  };
}

/** Reason and details are the platform's own words; one often repeats the other. */
function wordsOf({ reason = '', details = '' }: BirdMessage): string | undefined {
  const words = [...new Set([reason, details])].filter((one) => one !== '').join(': ');
  return words === '' ? undefined : words;
}
