import type { Logger } from 'pino';
import type { LookUpAnswer } from '../../../providers/provider.js';
import { formatReference } from '../../../providers/reference.js';
import { atMost } from '../../../lifecycle.js';
import type { DueLookUp } from './look-up-rows.js';
import { endedBy } from './policy.js';
import type { Carrier } from './provider-call.js';
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

/** An adapter ends with its signal; one that doesn't is left behind a little later. */
const ADAPTER_GRACE_MS = 1_000;

/**
 * Asks a provider what became of a call, and settles it by the answer as the call's own would (rule 19). A receipt or a
 * person who was faster stands: then only the provider's ids are kept. Never rejects.
 */
export async function lookUp(due: DueLookUp, carrier: Carrier, deps: LookUpDeps): Promise<void> {
  const { subject, call } = due;
  try {
    const answer = await ask(due, carrier, deps);
    if (answer.kind === 'unknown') return;
    const { events, ...ended } = endedBy(answer, { ...subject, call }, carrier.adapter.capabilities);
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
  const signal = AbortSignal.any([AbortSignal.timeout(deps.callMs), deps.stopping]);
  const request = {
    ...{ settings: channel.settings, channelId: channel.id, reference: formatReference(subject) },
    ...{ address, calledAt, signal },
  };
  const asked: { answer: LookUpAnswer } = { answer: UNKNOWN };
  const asking = adapter.lookUp(request).then((answer) => void (asked.answer = answer));
  await atMost(deps.callMs + ADAPTER_GRACE_MS, asking);
  return asked.answer;
}

const UNKNOWN: LookUpAnswer = { kind: 'unknown' };
