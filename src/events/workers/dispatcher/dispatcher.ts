import type { Logger } from 'pino';
import type { Database } from '../../../database/database.js';
import type { Running } from '../../../lifecycle.js';
import type { ChannelDirectory } from '../../../providers/channel.js';
import type { ProviderRegistry } from '../../../providers/registry.js';
import type { Tracer } from '../../../tracing.js';
import type { Identity } from '../../event-identity.js';
import type { Clock } from '../../kernel/clock.js';
import type { EventLog } from '../../log/event-log.js';
import { createPositionStore } from '../../log/positions.js';
import type { Outbox } from '../../outbox/outbox.js';
import { createWakeSignal } from '../../../wake-signal.js';
import type { BreakerState } from './breakers.js';
import type { FaultPoint } from './call.js';
import { createClaimLoop } from './claim-loop.js';
import { createExpire } from './expire.js';
import { createCatchUpGate } from './gate.js';
import { createIntake } from './intake.js';
import { runIntake } from './intake-consumer.js';
import { createLookUpLoop } from './look-up-loop.js';
import { createPromoter } from './promote.js';
import { createPublisher } from './publisher.js';
import { tellOfUnknownChannels } from './unknown-channels.js';
import { createCallRunner } from './call-runner.js';

export interface DispatchLimits {
  /** By the database's clock. At least `callMs` and what begins a call takes. */
  readonly leaseMs: number;
  /** The deadline of one provider call. */
  readonly callMs: number;
  /** How long a provider is silent before its channel's breaker may open. */
  readonly silenceMs: number;
  /** Calls under way per channel, and in this process. */
  readonly callsPerChannel: number;
  readonly callsOverall: number;
  /** How often it looks without being woken. */
  readonly pollMs: number;
  /** How long `stop` waits for calls before it cuts them off. */
  readonly stopGraceMs: number;
}

/** Rule 17's figures. 512 calls: a payload is 64 KiB of text at most, and the process keeps under 40 MiB of them. */
export const DISPATCH_LIMITS: DispatchLimits = {
  leaseMs: 60_000,
  callMs: 30_000,
  silenceMs: 10_000,
  callsPerChannel: 32,
  callsOverall: 512,
  pollMs: 1_000,
  stopGraceMs: 5_000,
};

export interface DispatcherDeps {
  readonly database: Database;
  readonly log: EventLog;
  readonly outbox: Outbox;
  readonly identity: Identity;
  readonly directory: ChannelDirectory;
  readonly providers: ProviderRegistry;
  /** What webhook URLs are built on. */
  readonly publicUrl: () => string;
  readonly clock: Clock;
  /** A UUID each time. */
  readonly newLeaseToken: () => string;
  readonly logger: Logger;
  readonly tracer?: Tracer | undefined;
  readonly faultPoint?: FaultPoint | undefined;
  readonly limits?: Partial<DispatchLimits> | undefined;
}

export interface DispatcherState {
  /** False once the intake gave up; nothing is claimed any more, and somebody must look. */
  readonly isRunning: boolean;
  readonly stoppedBecause?: string | undefined;
  /** Why the intake isn't reading, though it goes on trying. */
  readonly waitsBecause?: string | undefined;
  /** Whether the intake has seen all that the log had at the start, or at the last reconnect. */
  readonly isCaughtUp: boolean;
  readonly callsUnderWay: number;
  readonly breakers: readonly BreakerState[];
}

export interface Dispatcher extends Running {
  state(): DispatcherState;
}

/**
 * The dispatcher: takes outgoing messages from the log, calls their providers, and says what became of it (rules 16 to
 * 19). Begins in the background: Postgres and the log may still be away.
 */
export async function createDispatcher(deps: DispatcherDeps): Promise<Dispatcher> {
  const limits = { ...DISPATCH_LIMITS, ...deps.limits };
  const { database, log, logger } = deps;
  const wake = createWakeSignal();
  const positions = createPositionStore('dispatcher', 'events');
  const gate = createCatchUpGate({ executor: database.orm, log, positions });
  const publisher = createPublisher({ outbox: deps.outbox, logger });
  const runner = createCallRunner({ ...deps, publisher, limits, onSlotFree: () => wake.fire() });
  const handle = createIntake({
    ...{ database, positions, identity: deps.identity, logger },
    isCatchingUp: () => !gate.isOpen,
    onCommitted: () => wake.fire(),
  });
  const intake = runIntake({ database, log, positions, handle, logger, onGoneBack: () => gate.close() });
  const isHalted = () => intake.stoppedBecause() !== undefined;
  const directory = tellOfUnknownChannels(deps.directory, logger);
  const shared = { ...deps, directory, publisher, limits, gate, isHalted };
  const lookUps = createLookUpLoop({ ...shared, makeEvent: runner.makeEvent });
  const loop = createClaimLoop({
    ...shared,
    runner,
    expire: createExpire({ ...deps, publisher, makeEvent: runner.makeEvent, everyMs: limits.pollMs }),
    promote: createPromoter({ ...deps, pollMs: limits.pollMs }),
    wake,
  });
  // An empty payload is the listener's own wake after a reconnect; ours says `due`.
  const unlisten = database.onWake('parley_dispatch', (payload) => {
    if (payload === '') gate.close();
    wake.fire();
  });
  return {
    state: () => ({
      isRunning: intake.stoppedBecause() === undefined,
      stoppedBecause: intake.stoppedBecause(),
      waitsBecause: intake.waitsBecause(),
      isCaughtUp: gate.isOpen,
      callsUnderWay: runner.underWay,
      breakers: runner.breakers(),
    }),
    async stop() {
      unlisten();
      runner.beginStop();
      await Promise.all([loop.stop(), intake.stop(), lookUps.stop()]);
      await runner.stop();
    },
  };
}
