import type { Clock } from '../../kernel/clock.js';
import type { MessageEventData } from '../../message/events.js';
import type { GivenBack } from './give-back.js';
import type { ClaimedDispatch } from './claim.js';
import type { StepEventMaker } from './step-events.js';
import type { ClaimStore } from './store.js';

export interface DeferDeps {
  readonly clock: Clock;
  readonly makeEvent: StepEventMaker;
  readonly store: ClaimStore;
}

export interface PutOffCall extends Pick<GivenBack, 'delayMs' | 'putOff'> {
  readonly reason: MessageEventData<'message.deferred'>['reason'];
}

/** Brings a call that began back to waiting, and says so: surely nothing of it was processed (rule 17). */
export async function deferCall(
  claim: ClaimedDispatch,
  call: number,
  { reason, delayMs, putOff }: PutOffCall,
  { clock, makeEvent, store }: DeferDeps,
): Promise<void> {
  const { attempt, part } = claim;
  const nextAt = new Date(clock.now().getTime() + delayMs).toISOString();
  const event = makeEvent(claim, call, { type: 'message.deferred', data: { attempt, part, call, reason, nextAt } });
  await store.giveBack({ claim, from: 'calling', delayMs, event, putOff });
}
