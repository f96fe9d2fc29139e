import type { Logger } from 'pino';
import type { LookUpAnswer } from '../../../providers/provider.js';
import { formatReference } from '../../../providers/reference.js';
import { answerWithin } from './adapter-deadline.js';
import type { DueLookUp } from './look-up-rows.js';
import { endedBy } from './policy.js';
import { capabilitiesOf, type Carrier } from './carrier.js';
import type { StepEventMaker } from './step-events.js';
import type { ClaimStore } from './store.js';

export interface LookUpDeps {
  readonly store: ClaimStore;
  readonly makeEvent: StepEventMaker;
  /** The deadline of one question. */
  readonly callMs: number;
  readonly stopping: AbortSignal;
  readonly newLeaseToken: () => string;
  readonly logger: Logger;
}

/**
 * Asks a provider what became of a call, and settles it by the answer as the call's own would (rule 19). A receipt or a
 * person who was faster stands: then only the provider's ids are kept. Never rejects.
 */
export async function lookUp(due: DueLookUp, carrier: Carrier, deps: LookUpDeps): Promise<void> {
  const { subject, call } = due;
  try {
    const answer = await ask(due, carrier, deps);
    if (answer.kind === 'unknown') return;
    const { events, ...ended } = endedBy(answer, { ...subject, call }, capabilitiesOf(carrier));
    await deps.store.settle({
      ...ended,
      ...{ subject, by: 'look_up', leaseToken: deps.newLeaseToken() },
      events: events.map((said) => deps.makeEvent(subject, call, said)),
    });
  } catch (error) {
    deps.logger.warn(
      { err: error, messageId: subject.messageId },
      'a look-up failed: the provider is asked again later',
    );
  }
}

async function ask(due: DueLookUp, { channel, adapter }: Carrier, deps: LookUpDeps): Promise<LookUpAnswer> {
  const { address, calledAt, subject } = due;
  if (adapter.lookUp === undefined || address === undefined) return UNKNOWN;
  const { lookUp: answerOf } = adapter;
  const { id: channelId, platform, settings } = channel;
  const request = { settings, channelId, platform, reference: formatReference(subject) };
  return answerWithin(
    { callMs: deps.callMs, cutOff: deps.stopping },
    (signal) => answerOf({ ...request, address, calledAt, signal }),
    UNKNOWN,
  );
}

const UNKNOWN: LookUpAnswer = { kind: 'unknown' };
