import type { FailureCode, MessageEventData, MessageEventType, MessageFailureData } from '../../message/events.js';
import { UnreachableCaseError } from '../../kernel/unreachable.js';
import type { Capabilities, LookUpAnswer, Outcome } from '../../../providers/provider.js';
import { deferralOf, type Asked, type Deferral, type DeferralHistory, type DeferralReason } from './back-off.js';

/** An event before it has an envelope. */
export type StepEvent = {
  [Type in MessageEventType]: { readonly type: Type; readonly data: MessageEventData<Type> };
}[MessageEventType];

/** The call that an outcome belongs to. */
export interface CallPlace {
  readonly attempt: number;
  readonly part: number;
  readonly call: number;
}

/** What becomes of the row, and what is said about it. */
export type NextStep = Ended | PutOff;

export interface Ended {
  readonly state: 'settled' | 'unknown';
  readonly events: readonly StepEvent[];
  /** Ids under which the provider will speak of this call. */
  readonly providerMessageIds: readonly string[];
}

/** It waits again, and whoever stores that says until when. */
export interface PutOff {
  readonly state: 'waiting';
  readonly deferral: Deferral;
}

/** The policy (rule 19): an adapter reports, this table decides. Pure. */
export function nextStep(
  outcome: Outcome,
  place: CallPlace,
  capabilities: Pick<Capabilities, 'acceptedMeansSent'>,
  history: DeferralHistory,
): NextStep {
  switch (outcome.kind) {
    case 'throttled':
      return putOff('throttled', outcome, place, history);
    case 'unavailable':
      return putOff('unavailable', {}, place, history);
    default:
      return endedBy(outcome, place, capabilities);
  }
}

/** The half of the table that ends a call; a look-up's answers are all of it. */
export function endedBy(
  outcome: LookUpAnswer,
  place: CallPlace,
  capabilities: Pick<Capabilities, 'acceptedMeansSent'>,
): Ended {
  const { attempt, part, call } = place;
  switch (outcome.kind) {
    case 'accepted':
      return accepted(outcome, place, capabilities);
    case 'rejected': {
      const content =
        outcome.providerMessage === undefined ? {} : { content: { providerMessage: clean(outcome.providerMessage) } };
      return failed(place, outcome.failure, content);
    }
    case 'unknown': {
      const unknown: StepEvent = {
        type: 'message.outcome_unknown',
        data: { attempt, part, call, reason: 'no_answer' },
      };
      return { state: 'unknown', events: [unknown], providerMessageIds: [] };
    }
    default:
      throw new UnreachableCaseError(outcome);
  }
}

function accepted(
  outcome: Extract<Outcome, { kind: 'accepted' }>,
  { attempt, part, call }: CallPlace,
  { acceptedMeansSent }: Pick<Capabilities, 'acceptedMeansSent'>,
): Ended {
  const providerMessageIds = cleanIds(outcome.providerMessageIds);
  const { providerAddress, providerContactId } = outcome;
  const contact = {
    ...(providerAddress !== undefined && { providerAddress: clean(providerAddress) }),
    ...(providerContactId !== undefined && { providerContactId: clean(providerContactId) }),
  };
  const content = Object.keys(contact).length === 0 ? {} : { content: contact };
  const submitted: StepEvent = {
    type: 'message.submitted',
    data: { attempt, part, call, providerMessageIds, ...content },
  };
  const [providerMessageId] = providerMessageIds;
  const sent: StepEvent = { type: 'message.sent', data: { attempt, part, providerMessageId } };
  return { state: 'settled', events: acceptedMeansSent ? [submitted, sent] : [submitted], providerMessageIds };
}

function failed(
  { attempt, part }: Pick<CallPlace, 'attempt' | 'part'>,
  { providerCode, ...failure }: MessageFailureData,
  content: { readonly content?: { readonly providerMessage: string } },
): Ended {
  const code = providerCode === undefined ? {} : { providerCode: clean(providerCode) };
  const said: StepEvent = {
    type: 'message.send_failed',
    data: { attempt, part, failure: { ...failure, ...code }, ...content },
  };
  return { state: 'settled', events: [said], providerMessageIds: [] };
}

const putOff = (reason: DeferralReason, asked: Asked, place: CallPlace, history: DeferralHistory): NextStep => {
  const deferral = deferralOf(reason, asked, history);
  return deferral === undefined ? givenUp(reason, place) : { state: 'waiting', deferral };
};

/** Why nobody tries any more: it was put off for too long, or its channel was disabled for too long. */
export type GivenUpReason = DeferralReason | 'disabled';

const GIVEN_UP_CODE = {
  ...{ throttled: 'RATE_LIMITED', unavailable: 'PROVIDER_UNAVAILABLE', disabled: 'EXPIRED' },
} as const satisfies Record<GivenUpReason, FailureCode>;

/** The time is over: nothing of it was sent, and whoever wants to may send it again. */
export const givenUp = (reason: GivenUpReason, place: Pick<CallPlace, 'attempt' | 'part'>): Ended =>
  failed(place, { code: GIVEN_UP_CODE[reason], isRetryable: true }, {});

const PROVIDER_TEXT_MAX = 1_000;
const PROVIDER_IDS_MAX = 100;

/**
 * What a provider wrote, bounded, without what Postgres can't store in jsonb (NUL, lone surrogates) or a log line can't
 * show. Bounded first: a cut may halve a character.
 */
const clean = (text: string): string => text.slice(0, PROVIDER_TEXT_MAX).replace(/[\p{Cc}\p{Cs}]/gu, '');

const cleanIds = (ids: readonly string[]): string[] =>
  [...new Set(ids.map(clean))].filter((id) => id !== '').slice(0, PROVIDER_IDS_MAX);
