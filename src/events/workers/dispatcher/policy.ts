import type { MessageEventData, MessageEventType } from '../../message/events.js';
import { UnreachableCaseError } from '../../kernel/unreachable.js';
import type { Capabilities, Outcome } from '../../../providers/provider.js';

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
export interface NextStep {
  readonly state: 'settled' | 'unknown';
  readonly events: readonly StepEvent[];
  /** Ids under which the provider will speak of this call. */
  readonly providerMessageIds: readonly string[];
}

/** The policy (rule 19): an adapter reports, this table decides. Pure. */
export function nextStep(
  outcome: Outcome,
  place: CallPlace,
  capabilities: Pick<Capabilities, 'acceptedMeansSent'>,
): NextStep {
  const { attempt, part, call } = place;
  const { acceptedMeansSent } = capabilities;
  switch (outcome.kind) {
    case 'accepted': {
      const providerMessageIds = cleanIds(outcome.providerMessageIds);
      const { providerAddress } = outcome;
      const content = providerAddress === undefined ? {} : { content: { providerAddress: clean(providerAddress) } };
      const submitted: StepEvent = {
        type: 'message.submitted',
        data: { attempt, part, call, providerMessageIds, ...content },
      };
      const [providerMessageId] = providerMessageIds;
      const sent: StepEvent = { type: 'message.sent', data: { attempt, part, providerMessageId } };
      return { state: 'settled', events: acceptedMeansSent ? [submitted, sent] : [submitted], providerMessageIds };
    }
    case 'rejected': {
      const { providerCode, ...failure } = outcome.failure;
      const code = providerCode === undefined ? {} : { providerCode: clean(providerCode) };
      const content =
        outcome.providerMessage === undefined ? {} : { content: { providerMessage: clean(outcome.providerMessage) } };
      const failed: StepEvent = {
        type: 'message.send_failed',
        data: { attempt, part, failure: { ...failure, ...code }, ...content },
      };
      return { state: 'settled', events: [failed], providerMessageIds: [] };
    }
    case 'throttled':
      return nextStep({ kind: 'rejected', failure: { code: 'RATE_LIMITED', isRetryable: true } }, place, capabilities);
    case 'unavailable':
      return nextStep(
        { kind: 'rejected', failure: { code: 'PROVIDER_UNAVAILABLE', isRetryable: true } },
        place,
        capabilities,
      );
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

const PROVIDER_TEXT_MAX = 1_000;
const PROVIDER_IDS_MAX = 100;

/**
 * What a provider wrote, bounded, without what Postgres can't store in jsonb (NUL, lone surrogates) or a log line can't
 * show. Bounded first: a cut may halve a character.
 */
const clean = (text: string): string => text.slice(0, PROVIDER_TEXT_MAX).replace(/[\p{Cc}\p{Cs}]/gu, '');

const cleanIds = (ids: readonly string[]): string[] =>
  [...new Set(ids.map(clean))].filter((id) => id !== '').slice(0, PROVIDER_IDS_MAX);
