import type { Logger } from 'pino';
import type { Database } from '../../../database/database.js';
import type { Clock } from '../../kernel/clock.js';
import type { Outbox } from '../../outbox/outbox.js';
import { beginCalls } from './begin.js';
import type { ClaimedDispatch } from './claim.js';
import { deferCall } from './defer.js';
import { createIsolatingBatch } from './isolating-batch.js';
import { isPassing, retryPassing, WITHIN_LEASE_MS } from './retry.js';
import type { StepEventMaker } from './step-events.js';
import type { ClaimStore } from './store.js';

export interface StartCallDeps {
  readonly database: Database;
  readonly outbox: Outbox;
  readonly store: ClaimStore;
  readonly makeEvent: StepEventMaker;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly leaseMs: number;
  readonly callMs: number;
  /** What hasn't begun is given back. */
  readonly stopping: AbortSignal;
  /** No new call any more, not even of what has begun. */
  readonly hurrying: AbortSignal;
}

/**
 * All that must be true before the first byte leaves (rule 17): *calling* is committed, the log has `message.dispatched`,
 * and the call fits into what is left of the lease. Answers the call's number; undefined: it must not be made, and the
 * row is given back or somebody else's.
 */
export type StartCall = (claim: ClaimedDispatch) => Promise<number | undefined>;

const BATCH_MAX = 128;
const LOG_AWAY = { reason: 'log_unavailable', delayMs: 1_000 } as const;
const LEASE_SHORT = { reason: 'lease_short', delayMs: 0 } as const;

export function createStartCall(deps: StartCallDeps): StartCall {
  const { database, store, logger, stopping } = deps;
  const begin = createIsolatingBatch<ClaimedDispatch, boolean>({
    run: (claims) => beginCalls(database, claims, deps.leaseMs),
    sizeMax: BATCH_MAX,
    isShared: isPassing,
  });
  const beginOnce = async (claim: ClaimedDispatch): Promise<Times | undefined> => {
    const askedAt = readTimes(deps.clock);
    return (await begin(claim)) ? askedAt : undefined;
  };
  const retrying = { forMs: WITHIN_LEASE_MS, signal: stopping, logger, what: 'beginning calls' };
  return async (claim) => {
    if (stopping.aborted) {
      await store.giveBack({ claim, from: 'claimed', delayMs: 0 });
      return undefined;
    }
    const begunAt = await retryPassing(() => beginOnce(claim), retrying);
    if (begunAt === undefined) return undefined;
    const call = claim.call + 1;
    const isAnnounced = await announce(claim, call, deps);
    // By both clocks: this process may have been stopped, or the machine asleep, since the lease was renewed.
    const isShort = deps.leaseMs - elapsedSince(begunAt, deps.clock) < deps.callMs || deps.hurrying.aborted;
    if (isAnnounced && !isShort) return call;
    await deferCall(claim, call, isAnnounced ? LEASE_SHORT : LOG_AWAY, deps);
    return undefined;
  };
}

async function announce(claim: ClaimedDispatch, call: number, deps: StartCallDeps): Promise<boolean> {
  const { attempt, part } = claim;
  try {
    await deps.outbox.append(
      deps.makeEvent(claim, call, { type: 'message.dispatched', data: { attempt, part, call } }),
    );
    return true;
  } catch (error) {
    deps.logger.warn({ err: error, messageId: claim.messageId }, 'the log did not take that a call begins');
    return false;
  }
}

interface Times {
  readonly monotonic: number;
  readonly wall: number;
}

const readTimes = (clock: Clock): Times => ({ monotonic: performance.now(), wall: clock.now().getTime() });
const elapsedSince = (start: Times, clock: Clock): number =>
  Math.max(performance.now() - start.monotonic, clock.now().getTime() - start.wall);
