import { open } from '../sealing.js';
import type { MessageEvent, MessageFailureData } from './events.js';
import type { Rung } from './ladder.js';
import type { MessageFailure } from './state.js';

/** What an event says about the message's status; a deferral, a reaction, an edit and a correction say nothing by themselves. */
export interface Statement {
  readonly rung: Rung;
  readonly attempt: number;
  /** Null: of the whole message. */
  readonly parts: readonly number[] | null;
  readonly failure: MessageFailure | null;
  /** The provider doesn't say whether it failed before or after SENT. */
  readonly isStageUnknown: boolean;
}

/** Undefined for an event that leaves the status as it is. */
export function statementOf(event: MessageEvent): Statement | undefined {
  switch (event.type) {
    case 'message.accepted':
      return { ...plain('accepted'), attempt: 1, parts: null };
    case 'message.scheduled':
      return { ...plain('scheduled'), attempt: 1, parts: null };
    case 'message.schedule_cancelled':
      return { ...plain('cancelled'), attempt: 1, parts: firstParts(event.data.parts) };
    case 'message.received':
      return { ...plain('received'), attempt: 1, parts: null };
    case 'message.echoed':
      return { ...plain('sent'), attempt: 1, parts: null };
    case 'message.resend_requested':
      return { ...plain('accepted'), attempt: event.data.attempt, parts: event.data.parts };
    case 'message.resolved':
      return { ...resolvedAs(event.data.as), attempt: event.data.attempt, parts: event.data.parts };
    case 'message.dispatched':
      return { ...plain('dispatched'), ...placeOf(event.data) };
    case 'message.submitted':
      return { ...plain('submitted'), ...placeOf(event.data) };
    case 'message.outcome_unknown':
      return { ...plain('outcome_unknown'), ...placeOf(event.data) };
    case 'message.sent':
      return { ...plain('sent'), ...placeOf(event.data) };
    case 'message.delivered':
      return { ...plain('delivered'), ...placeOf(event.data) };
    case 'message.read':
      return { ...plain('read'), ...placeOf(event.data) };
    case 'message.deleted':
      return { ...plain('deleted'), ...placeOf(event.data) };
    case 'message.send_failed':
      return { ...plain('send_failed'), ...placeOf(event.data), failure: failureOf(event) };
    case 'message.delivery_failed': {
      const isStageUnknown = event.data.stage === 'UNKNOWN';
      return { rung: 'delivery_failed', ...placeOf(event.data), failure: failureOf(event), isStageUnknown };
    }
    case 'message.deferred':
    case 'message.reacted':
    case 'message.edited':
    case 'message.corrected':
      return undefined;
    default:
      // The compiler proves that every type is answered; a newer writer's never gets here (rule 14).
      event satisfies never;
      return undefined;
  }
}

/** The provider's ids that an event carries: with the answer of a call, in a receipt, or of what a contact wrote. */
export function providerMessageIdsOf(event: MessageEvent): readonly string[] {
  if (event.type === 'message.submitted') return [...new Set(event.data.providerMessageIds)].sort();
  const id = 'providerMessageId' in event.data ? event.data.providerMessageId : undefined;
  return id === undefined ? [] : [id];
}

const plain = <Name extends Rung>(rung: Name) => ({ rung, failure: null, isStageUnknown: false });

const placeOf = ({ attempt, part }: { readonly attempt: number; readonly part: number }) => ({
  attempt,
  parts: [part],
});

/** Far above what any provider makes of one message: a number beyond it is a broken event, not a message. */
export const PARTS_MAX = 1_000;

/** @throws RangeError for more parts than any message has */
function firstParts(count: number): readonly number[] {
  if (count > PARTS_MAX) throw new RangeError(`It names more than ${PARTS_MAX} parts.`);
  return Array.from({ length: count }, (_, part) => part);
}

/** By a person, not by the provider. */
const resolvedAs = (as: 'SENT' | 'FAILED') =>
  as === 'SENT' ? plain('sent') : { ...plain('send_failed'), failure: RESOLVED_AS_FAILED };

const RESOLVED_AS_FAILED: MessageFailure = {
  code: 'RESOLVED_AS_FAILED',
  isRetryable: false,
  providerCode: null,
  providerMessage: null,
};

type FailureEvent = Extract<MessageEvent, { readonly data: { readonly failure: MessageFailureData } }>;

function failureOf(event: FailureEvent): MessageFailure {
  const { code, isRetryable, providerCode } = event.data.failure;
  const words = open<{ readonly providerMessage?: string | undefined }>(event);
  const providerMessage = words.state === 'open' ? (words.content.providerMessage ?? null) : null;
  return { code, isRetryable, providerCode: providerCode ?? null, providerMessage };
}
