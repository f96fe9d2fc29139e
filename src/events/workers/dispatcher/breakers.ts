import { CircuitState, circuitBreaker, handleWhenResult, type IBackoff, type IBreaker } from 'cockatiel';
import type { Logger } from 'pino';
import type { Outcome } from '../../../providers/provider.js';
import type { ChannelId } from '../../kernel/ids.js';

/**
 * Spares a provider that isn't there, and the messages that would be called in vain: its channel is left alone for a
 * growing pause, then one call tries. Each process has its own; what it learns costs the others a few calls at most.
 */
export interface Breakers {
  isClosed(channelId: ChannelId): boolean;
  /** In how many milliseconds one call may try; 0: now. `Infinity` while one does. */
  triesInMs(channelId: ChannelId): number;
  /** Of each channel that was called here, whether it is left alone but for the one that tries. */
  states(): readonly BreakerState[];
  /** Makes the call, or answers `unavailable` without it: nothing was sent, for nobody is to be called just now. */
  guard(channelId: ChannelId, call: () => Promise<Outcome>): Promise<Outcome>;
}

export interface BreakerState {
  readonly channelId: ChannelId;
  readonly isOpen: boolean;
}

export interface BreakersDeps {
  /** An unknown outcome that took so long is the deadline's: nobody answered. */
  readonly callMs: number;
  /**
   * It opens after nothing came of the calls for so long: a provider that is away for a moment refuses all calls of a
   * burst together, and that is one sign.
   */
  readonly silenceMs: number;
  readonly logger: Logger;
  /** Milliseconds of a clock that nobody sets back; default `performance.now`. */
  readonly now?: () => number;
}

const FAILURES_TO_OPEN = 5;
/** A timer may fire a little before its time by the other clock. */
const TIMER_SLACK_MS = 20;

const PAUSE_FIRST_MS = 1_000;
/** So long a message waits at most once the provider is back; and a dead one costs two calls a minute at most. */
const PAUSE_MAX_MS = 30_000;

export function createBreakers(deps: BreakersDeps): Breakers {
  const { callMs, silenceMs, logger, now = () => performance.now() } = deps;
  const circuits = new Map<ChannelId, Circuit>();
  const circuitOf = (channelId: ChannelId): Circuit => {
    const known = circuits.get(channelId);
    if (known !== undefined) return known;
    const made = createCircuit(channelId, { silenceMs, logger, now });
    circuits.set(channelId, made);
    return made;
  };
  const triesInMs = (channelId: ChannelId) => circuits.get(channelId)?.triesInMs() ?? 0;
  return {
    isClosed: (channelId) => circuits.get(channelId)?.isClosed() ?? true,
    triesInMs,
    states: () => [...circuits].map(([channelId, circuit]) => ({ channelId, isOpen: !circuit.isClosed() })),
    guard: async (channelId, call) => {
      if (triesInMs(channelId) > 0) return { kind: 'unavailable' };
      const begunAt = now();
      const { outcome } = await circuitOf(channelId).run(async () => {
        const outcome = await call();
        const isDeadline = outcome.kind === 'unknown' && now() - begunAt >= callMs - TIMER_SLACK_MS;
        return { outcome, isFailure: isDeadline || outcome.kind === 'unavailable' };
      });
      return outcome;
    },
  };
}

interface Tried {
  readonly outcome: Outcome;
  readonly isFailure: boolean;
}

type CircuitDeps = Required<Omit<BreakersDeps, 'callMs'>>;

interface Circuit {
  isClosed(): boolean;
  triesInMs(): number;
  run(call: () => Promise<Tried>): Promise<Tried>;
}

function createCircuit(channelId: ChannelId, { silenceMs, logger, now }: CircuitDeps): Circuit {
  const silence = watchSilence(silenceMs, now);
  const policy = circuitBreaker(
    handleWhenResult((result) => (result as Tried).isFailure),
    { breaker: silence.breaker, halfOpenAfter: ALREADY },
  );
  let openings = 0;
  let openedAt = 0;
  const pauseMs = () => Math.min(PAUSE_FIRST_MS * 2 ** (openings - 1), PAUSE_MAX_MS);
  policy.onBreak(() => {
    openings += 1;
    openedAt = now();
    if (openings === 1)
      logger.warn({ channelId }, 'the provider is not there: its channel waits, and is tried now and then');
  });
  policy.onReset(() => {
    openings = 0;
    logger.info({ channelId }, 'the provider is there again');
  });
  return {
    isClosed: () => policy.state === CircuitState.Closed,
    triesInMs() {
      if (policy.state === CircuitState.Closed) return 0;
      // The library would let everybody else wait for the one that tries, and their leases would run on.
      if (policy.state === CircuitState.HalfOpen) return Number.POSITIVE_INFINITY;
      return Math.max(0, openedAt + pauseMs() - now());
    },
    run(call) {
      silence.begins();
      return policy.execute(call);
    },
  };
}

/** The library reckons its pause by the wall clock, which may be set back by an hour; ours is over when it is asked. */
const ALREADY: IBackoff<unknown> = { duration: Number.NEGATIVE_INFINITY, next: () => ALREADY };

/** Opens after some failures in a row, and `silenceMs` after the first call that nothing else came of. */
function watchSilence(silenceMs: number, now: () => number): { readonly breaker: IBreaker; begins(): void } {
  let failures = 0;
  let firstCallAt: number | undefined;
  return {
    begins: () => void (firstCallAt ??= now()),
    breaker: {
      state: undefined,
      success() {
        failures = 0;
        firstCallAt = undefined;
      },
      failure() {
        failures += 1;
        return failures >= FAILURES_TO_OPEN && now() - (firstCallAt ?? now()) >= silenceMs;
      },
    },
  };
}
