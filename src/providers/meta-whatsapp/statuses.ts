import type { ReceiptStatus } from '../../events/channel/events.js';
import { failureAs } from '../failures.js';
import { wordsOf } from '../meta/answer.js';
import { cut, ignored, uninterpreted } from '../meta/entries.js';
import { meaningOfCode, refusedAs } from '../meta/failures.js';
import { timeOf } from '../meta/time.js';
import type { Interpretation } from '../provider.js';
import { senderOf } from './address.js';
import { MEANINGS } from './failures.js';
import * as wire from './wire.js';

const STATUSES: ReadonlyMap<string, ReceiptStatus> = new Map([
  ...(['sent', 'delivered', 'read', 'failed'] as const).map((status) => [status, status] as const),
  // A voice message was listened to.
  ['played', 'read'] as const,
]);

/** What became of a message of ours. */
export function interpretStatus(said: unknown): Interpretation {
  const read = wire.status.safeParse(said);
  if (!read.success) return uninterpreted('A status of another form.');
  const { id, status: word, timestamp, biz_opaque_callback_data: reference, errors } = read.data;
  const status = STATUSES.get(word);
  if (word === 'warning') return ignored('A warning changes nothing.');
  const address = recipientOf(read.data);
  if (word === 'deleted' && address !== undefined)
    return { kind: 'deleted', providerMessageId: id, address, occurredAt: timeOf(timestamp) };
  if (status === undefined) return uninterpreted(`A status that is not known: ${cut(word)}.`);
  return {
    ...{ kind: 'receipt', providerMessageId: id, reference, status, occurredAt: timeOf(timestamp) },
    ...(status === 'failed' ? whyItFailed(errors) : {}),
  };
}

const recipientOf = (said: wire.WireStatus): string | undefined =>
  senderOf(
    said.recipient_type === 'group'
      ? { group_id: said.recipient_id }
      : { from: said.recipient_id, from_user_id: said.recipient_user_id },
  );

/** Whether it failed before it was sent or after isn't said. */
function whyItFailed(errors: wire.WireStatus['errors'] = []) {
  const [first] = errors;
  const meaning = first && meaningOfCode(first.code, undefined, MEANINGS);
  const providerMessage = first && (wordsOf(first) ?? first.title);
  return {
    failure: failureAs(
      { code: meaning?.code ?? refusedAs('UNKNOWN').code, isRetryable: meaning?.isRetryable ?? false },
      first && String(first.code),
    ),
    ...(providerMessage === undefined ? {} : { providerMessage }),
    stage: 'UNKNOWN' as const,
  };
}
