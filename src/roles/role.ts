import type { Logger } from 'pino';
import type { Config, Role } from '../config.js';
import type { Database } from '../database/database.js';
import type { Clock } from '../events/kernel/clock.js';
import type { EventLog } from '../events/log/event-log.js';
import type { DispatcherDeps } from '../events/workers/dispatcher/dispatcher.js';
import type { Running } from '../lifecycle.js';
import type { ProviderAdapter } from '../providers/provider.js';
import type { Tracer } from '../tracing.js';
import type { Meter } from '../telemetry/meter.js';
import { flag, type Reading } from '../telemetry/readings.js';

/** What every role is given. */
export interface RoleDeps {
  readonly config: Config;
  readonly database: Database;
  readonly log: EventLog;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: Meter;
  readonly tracer: Tracer;
  /** Known once the server listens, which it does before any role starts. */
  readonly publicUrl: () => string;
  readonly onStep: (title: string) => void;
  readonly faultPoint?: DispatcherDeps['faultPoint'];
  /** Other adapters in the place of this build's, for tests. */
  readonly exchangeAdapters?: ExchangeAdapters | undefined;
}

export type ExchangeAdapters = (adapters: readonly ProviderAdapter[]) => readonly ProviderAdapter[];

/** What a running role has to say about itself, for people, without content. */
export interface RoleHealth {
  /** What keeps it from its work; nothing when all is well. */
  complaints(): readonly string[];
  /** What is worth knowing and keeps nobody from anything. */
  remarks(): readonly string[];
  /** Its figures, as they are now. */
  readings(): readonly Reading[];
}

/** Hands a part to whoever stops everything in the end. */
export type Keep = <Part extends Running>(part: Part) => Part;

/** What a worker that consumes the log may complain of. */
export interface ConsumingState {
  /** Why it gave up by itself; somebody must look. */
  readonly stoppedBecause?: string | undefined;
  /** Why it isn't reading the log at the moment, though it goes on trying. */
  readonly waitsBecause?: string | undefined;
}

export function complaintsOf({ stoppedBecause, waitsBecause }: ConsumingState): readonly string[] {
  if (stoppedBecause !== undefined) return [`stopped (${stoppedBecause})`];
  return waitsBecause === undefined ? [] : [`does not read the log yet (${waitsBecause})`];
}

/** Whether a worker gave up by itself. */
export const stoppedReading = (role: Role, { stoppedBecause }: ConsumingState): Reading => ({
  metric: 'parley_role_stopped',
  labels: { role },
  value: flag(stoppedBecause !== undefined),
});
