import type { Logger } from 'pino';
import type { Database } from '../../../database/database.js';
import { atMost, heardByMany } from '../../../lifecycle.js';
import { NO_TRACER, type Tracer } from '../../../tracing.js';
import type { Identity } from '../../event-identity.js';
import type { Clock } from '../../kernel/clock.js';
import type { ChannelId } from '../../kernel/ids.js';
import { createAddressBook } from '../../outbox/create-address-book.js';
import type { Outbox } from '../../outbox/outbox.js';
import { createBreakers, type Breakers, type BreakerState } from './breakers.js';
import { performCall, type FaultPoint } from './call.js';
import type { ClaimedDispatch } from './claim.js';
import { createLateJudgement } from './late-judgement.js';
import { createLearnAddress } from './learn-address.js';
import type { Carrier } from './carrier.js';
import type { Publisher } from './publisher.js';
import { createFindMovedTo } from './moved-to.js';
import { createHasReadLog, type ReadModelLagDeps } from './read-model-lag.js';
import { createSlots, type Slots } from './slots.js';
import { createStartCall } from './start-call.js';
import { createStepEventMaker, type StepEventMaker } from './step-events.js';
import { createClaimStore } from './store.js';
import { createFindTargetId } from './target-id.js';

export interface CallRunnerDeps {
  readonly database: Database;
  readonly log: ReadModelLagDeps['log'];
  readonly outbox: Outbox;
  readonly publisher: Publisher;
  readonly identity: Identity;
  readonly publicUrl: () => string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tracer?: Tracer | undefined;
  readonly faultPoint?: FaultPoint | undefined;
  readonly limits: {
    readonly leaseMs: number;
    readonly callMs: number;
    readonly silenceMs: number;
    readonly callsPerChannel: number;
    readonly callsOverall: number;
    readonly stopGraceMs: number;
  };
  /** A call ended: its channel may take another, and its lane has moved on. */
  readonly onSlotFree: () => void;
}

/** The calls under way. */
export interface CallRunner {
  /**
   * How many more the channel may take.
   * @param promised slots that claims of other channels will take next
   */
  free(channelId: ChannelId, promised: number): number;
  /** In how many milliseconds its provider is tried again; 0: now, or it never was away. `Infinity` while it is being tried. */
  brokenForMs(channelId: ChannelId): number;
  breakers(): readonly BreakerState[];
  /**
   * Takes a slot and carries the claim through, behind the caller's back. Resolves when its call begins, or has come to
   * its end without.
   */
  run(claim: ClaimedDispatch, carrier: Carrier): Promise<void>;
  readonly underWay: number;
  /** Leases that this process will end itself. */
  heldTokens(): readonly string[];
  readonly makeEvent: StepEventMaker;
  /** From now on what hasn't begun is given back. */
  beginStop(): void;
  /** Waits for the calls, cuts them off after the grace, and waits a little more until what became of them is stored. */
  stop(): Promise<void>;
}

/** For the last outcomes to be stored, after calls were cut off; the process must be gone within 10 s of SIGTERM (F38). */
const STORE_GRACE_MS = 2_000;

export function createCallRunner(deps: CallRunnerDeps): CallRunner {
  const { database, outbox, publisher, clock, logger, limits, tracer = NO_TRACER, faultPoint = () => undefined } = deps;
  const slots = createSlots({ perChannel: limits.callsPerChannel, overall: limits.callsOverall });
  const [stopping, hurrying, givingUp] = [heardByMany(), heardByMany(), heardByMany()]; // by each call under way
  const makeEvent = createStepEventMaker({ identity: deps.identity, clock, trace: () => tracer.current() });
  const store = createClaimStore({ ...deps, givingUp: givingUp.signal, sayForMs: limits.leaseMs / 3 });
  const before = {
    ...{ database, outbox, store, makeEvent, clock, logger, addressBook: createAddressBook(deps) },
    ...{ stopping: stopping.signal, hurrying: hurrying.signal },
  };
  const hasReadLog = createHasReadLog({ ...before, log: deps.log });
  const breakers = createBreakers({ ...limits, logger });
  const calling = {
    ...{ ...before, breakers, tracer },
    judgeLate: createLateJudgement({ ...before, hasReadLog }),
    findTargetId: createFindTargetId({ ...before, hasReadLog }),
    ...{ findMovedTo: createFindMovedTo(before), startCall: createStartCall({ ...before, ...limits }) },
    learnAddress: createLearnAddress({ ...deps, ...before, trace: () => tracer.current() }),
    providerCall: { publicUrl: deps.publicUrl, callMs: limits.callMs, hurrying: hurrying.signal },
    ...{ random: Math.random, faultPoint },
  };
  const underWay = new Map<string, Promise<void>>();
  const perform = async (claim: ClaimedDispatch, carrier: Carrier, onBegun: () => void) => {
    await performCall(claim, carrier, calling, onBegun);
    underWay.delete(claim.leaseToken);
    slots.release(claim.channelId);
    deps.onSlotFree();
  };
  const idle = () => Promise.all(underWay.values()).then(() => publisher.idle());
  return {
    free: (channelId, promised) => freeOf(channelId, promised, slots, breakers),
    ...{ brokenForMs: (channelId) => breakers.triesInMs(channelId), breakers: () => breakers.states() },
    run(claim, carrier) {
      slots.take(claim.channelId);
      return new Promise((resolve) => underWay.set(claim.leaseToken, perform(claim, carrier, resolve)));
    },
    get underWay() {
      return slots.taken;
    },
    heldTokens: () => [...underWay.keys()],
    makeEvent,
    beginStop: () => stopping.abort(),
    async stop() {
      await atMost(limits.stopGraceMs, idle());
      hurrying.abort();
      await atMost(STORE_GRACE_MS, idle());
      givingUp.abort();
    },
  };
}

/** Behind an open breaker one tries, and not before what was under way when it opened has ended. */
function freeOf(channelId: ChannelId, promised: number, slots: Slots, breakers: Breakers): number {
  const free = slots.free(channelId, promised);
  if (breakers.isClosed(channelId)) return free;
  return slots.takenBy(channelId) === 0 ? Math.min(1, free) : 0;
}
