import type { Database } from '../../../database/database.js';
import type { Running } from '../../../lifecycle.js';
import type { Channel } from '../../../providers/channel.js';
import type { Clock } from '../../kernel/clock.js';
import type { ChannelId } from '../../kernel/ids.js';
import type { Outbox } from '../../outbox/outbox.js';
import type { WakeSignal } from '../../../wake-signal.js';
import type { DeferralReason } from './back-off.js';
import type { CallRunner } from './call-runner.js';
import { carrierOf, type CarrierDeps } from './carrier.js';
import { claimDue, findDueChannels, type ChannelDue } from './claim.js';
import { DISABLED_MS_MAX, type Expire } from './expire.js';
import type { CatchUpGate } from './gate.js';
import { createHeldClaims, type HeldClaims } from './held-claims.js';
import type { Publisher } from './publisher.js';
import { openBucket } from './rates.js';
import { sweepLeases } from './sweep.js';
import { tokenInMs, type Bucket } from './token-bucket.js';

export interface ClaimLoopDeps extends CarrierDeps {
  readonly database: Database;
  readonly outbox: Outbox;
  readonly publisher: Publisher;
  readonly newLeaseToken: () => string;
  readonly limits: { readonly leaseMs: number; readonly pollMs: number };
  readonly gate: CatchUpGate;
  readonly clock: Clock;
  readonly runner: CallRunner;
  /** Fails what a channel that is left alone has put off for too long, and what waits for one disabled too long ago. */
  readonly expire: Expire;
  /** Lets scheduled messages join their lanes; answers when it wants to be called again. */
  readonly promote: () => Promise<number>;
  readonly wake: WakeSignal;
  /** The intake gave up: what it would have told isn't known, so nothing may be sent. */
  readonly isHalted: () => boolean;
}

/**
 * What is due and still wasn't claimed is locked by somebody else at this moment; and a channel without tokens gathers
 * some, so that a fast one isn't looked at for each of them.
 */
const LOOK_AGAIN_MS = 20;

/** Looks for due lanes when woken, when the next one is due, and once in a while as a net; one pass at a time. */
export function createClaimLoop(deps: ClaimLoopDeps): Running {
  const { wake, limits, logger } = deps;
  const stopping = new AbortController();
  let sweptAt = Number.NEGATIVE_INFINITY;
  let failures = 0;
  const pass = async (): Promise<number> => {
    const { copy } = deps.gate;
    if (deps.isHalted() || !(await deps.gate.check())) return limits.pollMs;
    if (performance.now() - sweptAt >= limits.pollMs) {
      // Of an older copy that is just being read up to date, calls would be given up whose end the log knows.
      if (!(await deps.gate.holds())) return limits.pollMs;
      await sweep(deps);
      sweptAt = performance.now();
    }
    const promoteInMs = await deps.promote();
    return Math.min(promoteInMs, await claimAll(deps, copy, stopping.signal));
  };
  const tryPass = async (): Promise<number> => {
    try {
      const nextInMs = await pass();
      failures = 0;
      return nextInMs;
    } catch (error) {
      failures += 1;
      if (failures === 1) logger.warn({ err: error }, 'claiming was interrupted and will be tried again');
      return limits.pollMs;
    }
  };
  const run = async () => {
    while (!stopping.signal.aborted) {
      const mark = wake.mark();
      await wake.wait(mark, await tryPass());
    }
  };
  const running = run();
  return {
    async stop() {
      stopping.abort();
      wake.fire();
      await running;
    },
  };
}

async function sweep({ database, outbox, publisher, runner, logger }: ClaimLoopDeps): Promise<void> {
  const { makeEvent } = runner;
  const swept = await sweepLeases({ database, outbox, makeEvent, heldTokens: () => runner.heldTokens() });
  if (swept.events.length > 0) logger.warn({ count: swept.events.length }, 'nobody knows what became of these calls');
  await publisher.publish(swept.events);
}

/** Answers in how many milliseconds to look again. */
async function claimAll(deps: ClaimLoopDeps, copy: number, stopping: AbortSignal): Promise<number> {
  const held = createHeldClaims({ ...deps, copy, stopping });
  let nextInMs = deps.limits.pollMs;
  let isSameCopy = true;
  try {
    for (const due of shuffled(await findDueChannels(deps.database.orm))) {
      if (stopping.aborted || !isSameCopy) break;
      nextInMs = Math.min(nextInMs, await claimFrom(due, deps, held));
      if (held.isDue()) isSameCopy = await held.handOver();
    }
  } finally {
    // Whatever happened to another channel: what is claimed is sent, or given back.
    isSameCopy = (await held.handOver()) && isSameCopy;
  }
  await held.begun();
  return isSameCopy ? nextInMs : deps.limits.pollMs;
}

/** One channel's turn. Answers in how many milliseconds to look at it again, if nothing wakes before. */
async function claimFrom(
  { channelId, dueInMs, bucket }: ChannelDue,
  deps: ClaimLoopDeps,
  held: HeldClaims,
): Promise<number> {
  const { database, limits, runner, expire, directory } = deps;
  // What was put off before rests too: nothing of a suspended workspace ends while it is.
  const known = directory.get(channelId);
  if (known?.isSuspended) return limits.pollMs;
  if (known !== undefined && isForgotten(known, deps.clock.now())) {
    await expire(channelId, 'disabled');
    return limits.pollMs;
  }
  const pause = pauseOf(channelId, bucket, runner);
  if (pause !== undefined) {
    if (dueInMs <= 0) await expire(channelId, pause.reason);
    return Math.max(Math.ceil(pause.forMs), LOOK_AGAIN_MS);
  }
  const free = runner.free(channelId, held.count);
  if (free === 0) return limits.pollMs;
  const carrier = await carrierOf(channelId, deps);
  if (carrier === undefined) return limits.pollMs;
  if (dueInMs > 0) return Math.ceil(dueInMs);
  const rate = carrier.adapter.rateOf(carrier.channel.settings);
  if (bucket === undefined) await openBucket(database.orm, channelId, rate);
  const emptyForMs = bucket === undefined ? 0 : tokenInMs(bucket, rate);
  if (emptyForMs > 0) return Math.max(Math.ceil(emptyForMs), LOOK_AGAIN_MS);
  const leaseTokens = Array.from({ length: free }, deps.newLeaseToken);
  const claims = await claimDue(database, { channelId, rate, leaseTokens, leaseMs: limits.leaseMs });
  held.hold(claims, carrier);
  return claims.length > 0 ? 0 : LOOK_AGAIN_MS;
}

/** Disabled a day ago. */
const isForgotten = ({ isEnabled, disabledAt }: Channel, now: Date): boolean =>
  !isEnabled && disabledAt !== null && now.getTime() - disabledAt.getTime() >= DISABLED_MS_MAX;

interface ChannelPause {
  readonly reason: DeferralReason;
  readonly forMs: number;
}

/** Why a channel is left alone just now, whatever is due; undefined: it isn't. */
function pauseOf(channelId: ChannelId, bucket: Bucket | undefined, runner: CallRunner): ChannelPause | undefined {
  const brokenForMs = runner.brokenForMs(channelId);
  if (brokenForMs > 0) return { reason: 'unavailable', forMs: brokenForMs };
  const throttledForMs = bucket?.throttledForMs ?? 0;
  return throttledForMs > 0 ? { reason: 'throttled', forMs: throttledForMs } : undefined;
}

/** No channel is always the first to take what is left of the slots. */
function shuffled<Item>(items: readonly Item[]): readonly Item[] {
  const start = Math.floor(performance.now()) % Math.max(items.length, 1);
  return [...items.slice(start), ...items.slice(0, start)];
}
