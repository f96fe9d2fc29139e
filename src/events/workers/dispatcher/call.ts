import type { Logger } from 'pino';
import { inSpan, type Tracer } from '../../../tracing.js';
import type { Clock } from '../../kernel/clock.js';
import type { Breakers } from './breakers.js';
import type { ClaimedDispatch } from './claim.js';
import { deferCall } from './defer.js';
import type { LateJudgement } from './late-judgement.js';
import type { LearnAddress } from './learn-address.js';
import type { FindMovedTo } from './moved-to.js';
import { givenUp, nextStep, type Ended, type PutOff } from './policy.js';
import { capabilitiesOf, type Carrier } from './carrier.js';
import { callProvider, type ProviderCallDeps } from './provider-call.js';
import { LOOK_AGAIN_MS } from './read-model-lag.js';
import type { StartCall } from './start-call.js';
import type { StepEventMaker } from './step-events.js';
import type { ClaimStore } from './store.js';
import type { FindTargetId } from './target-id.js';

/** Where a test may hold the process or end it: before *calling* is committed, before the first byte, before and after the outcome is stored. */
export type DispatchFaultPoint = 'dispatch.claimed' | 'dispatch.calling' | 'dispatch.answered' | 'dispatch.settled';
export type FaultPoint = (point: DispatchFaultPoint) => void | Promise<void>;

export interface PerformCallDeps {
  readonly judgeLate: LateJudgement;
  readonly findTargetId: FindTargetId;
  readonly findMovedTo: FindMovedTo;
  readonly learnAddress: LearnAddress;
  readonly startCall: StartCall;
  readonly store: ClaimStore;
  readonly makeEvent: StepEventMaker;
  readonly clock: Clock;
  /** From 0 to 1, by chance. */
  readonly random: () => number;
  readonly breakers: Breakers;
  readonly providerCall: ProviderCallDeps;
  readonly logger: Logger;
  readonly tracer: Tracer;
  readonly faultPoint: FaultPoint;
}

/**
 * Carries a claim through to its end. Never rejects: what can't be stored is told to the log, and its lease runs out.
 * @param onBegun told when the call begins, and when it has come to its end without
 */
export async function performCall(
  claim: ClaimedDispatch,
  carrier: Carrier,
  deps: PerformCallDeps,
  onBegun: () => void,
): Promise<void> {
  try {
    await inTrace(claim, deps.tracer, () => perform(claim, carrier, deps, onBegun));
  } catch (error) {
    deps.logger.error({ err: error, messageId: claim.messageId }, 'a call could not be stored: its lease will run out');
  } finally {
    onBegun();
  }
}

/** In the trace that it was asked for in; one that was asked for long ago begins its own, and says whose it follows from. */
async function inTrace(claim: ClaimedDispatch, tracer: Tracer, work: () => Promise<void>): Promise<void> {
  const { messageId, attempt, part, channelId, isScheduled } = claim;
  const trace = claim.payload?.trace;
  if (trace === undefined) return work();
  const attributes = {
    ...{ 'parley.message.id': messageId, 'parley.channel.id': channelId },
    ...{ 'parley.attempt': attempt, 'parley.part': part, 'parley.call': claim.call + 1 },
  };
  const place = isScheduled ? { link: trace } : { parent: trace };
  await inSpan(tracer, { name: 'dispatch', kind: 'internal', attributes, ...place }, work);
}

async function perform(
  claim: ClaimedDispatch,
  carrier: Carrier,
  deps: PerformCallDeps,
  onBegun: () => void,
): Promise<void> {
  const { faultPoint } = deps;
  await faultPoint('dispatch.claimed');
  // It was claimed before the breaker opened: nothing of it is known outside, and no attempt is burnt.
  if (deps.breakers.triesInMs(claim.channelId) > 0) return deps.store.giveBack({ claim, from: 'claimed', delayMs: 0 });
  const passage = await deps.judgeLate(claim, carrier);
  if (passage === undefined) return;
  const target = await deps.findTargetId(claim);
  if (target === 'unread') return deps.store.giveBack({ claim, from: 'claimed', delayMs: LOOK_AGAIN_MS });
  const movedTo = await deps.findMovedTo(claim);
  const call = await deps.startCall(claim);
  if (call === undefined) return;
  onBegun();
  await faultPoint('dispatch.calling');
  const outcome = await deps.breakers.guard(claim.channelId, () =>
    callProvider(claim, { targetId: target.id, windowTag: passage.tag, movedTo }, carrier, deps.providerCall),
  );
  await faultPoint('dispatch.answered');
  const place = { attempt: claim.attempt, part: claim.part, call };
  const history = { deferrals: claim.deferrals, deferredForMs: claim.deferredForMs, random: deps.random() };
  const step = nextStep(outcome, place, capabilitiesOf(carrier), history);
  if (step.state === 'waiting') await putOff(claim, call, step, deps);
  else await settle(claim, call, step, deps);
  await faultPoint('dispatch.settled');
  const sentTo = movedTo ?? claim.payload?.address;
  if (outcome.kind !== 'accepted' || outcome.providerAddress === undefined || sentTo === undefined) return;
  await deps.learnAddress(claim, carrier, sentTo, outcome.providerAddress);
}

async function putOff(claim: ClaimedDispatch, call: number, step: PutOff, deps: PerformCallDeps): Promise<void> {
  const { reason, delayMs, channelPauseMs } = step.deferral;
  const failed = givenUp(reason, claim).events.map((said) => deps.makeEvent(claim, call, said));
  await deferCall(claim, call, { reason, delayMs, putOff: { channelPauseMs, failed } }, deps);
}

async function settle(claim: ClaimedDispatch, call: number, step: Ended, deps: PerformCallDeps): Promise<void> {
  const events = step.events.map((said) => deps.makeEvent(claim, call, said));
  await deps.store.settle({ ...step, subject: claim, leaseToken: claim.leaseToken, events });
}
