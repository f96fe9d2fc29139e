import type { Logger } from 'pino';
import type { ClaimedDispatch } from './claim.js';
import { nextStep } from './policy.js';
import { callProvider, type Carrier, type ProviderCallDeps } from './provider-call.js';
import type { StartCall } from './start-call.js';
import type { StepEventMaker } from './step-events.js';
import type { ClaimStore } from './store.js';

/** Where a test may hold the process or end it: before *calling* is committed, before the first byte, before and after the outcome is stored. */
export type DispatchFaultPoint = 'dispatch.claimed' | 'dispatch.calling' | 'dispatch.answered' | 'dispatch.settled';
export type FaultPoint = (point: DispatchFaultPoint) => void | Promise<void>;

export interface PerformCallDeps {
  readonly startCall: StartCall;
  readonly store: ClaimStore;
  readonly makeEvent: StepEventMaker;
  readonly providerCall: ProviderCallDeps;
  readonly logger: Logger;
  readonly faultPoint: FaultPoint;
}

/** Carries a claim through to its end. Never rejects: what can't be stored is told to the log, and its lease runs out. */
export async function performCall(claim: ClaimedDispatch, carrier: Carrier, deps: PerformCallDeps): Promise<void> {
  try {
    await perform(claim, carrier, deps);
  } catch (error) {
    deps.logger.error({ err: error, messageId: claim.messageId }, 'a call could not be stored: its lease will run out');
  }
}

async function perform(claim: ClaimedDispatch, carrier: Carrier, deps: PerformCallDeps): Promise<void> {
  const { store, makeEvent, faultPoint } = deps;
  await faultPoint('dispatch.claimed');
  const call = await deps.startCall(claim);
  if (call === undefined) return;
  await faultPoint('dispatch.calling');
  const outcome = await callProvider(claim, carrier, deps.providerCall);
  await faultPoint('dispatch.answered');
  const step = nextStep(outcome, { attempt: claim.attempt, part: claim.part, call }, carrier.adapter.capabilities);
  const events = step.events.map((said) => makeEvent(claim, call, said));
  await store.settle({ ...step, subject: claim, leaseToken: claim.leaseToken, events });
  await faultPoint('dispatch.settled');
}
