import type { Executor } from '../../../database/database.js';
import type { EventLog } from '../../log/event-log.js';
import type { PositionStore } from '../../log/positions.js';

/**
 * Holds claims back until the intake's stored positions have reached the heads seen when it was closed (rule 16): until
 * then Postgres may be an older copy, in which what was sent long ago still waits.
 */
export interface CatchUpGate {
  readonly isOpen: boolean;
  /** At the start, at a reconnect, or when a position was found gone back. */
  close(): void;
  /** Opens it if the positions are there. @throws LogUnavailableError, or what Postgres throws when it is away */
  check(): Promise<boolean>;
}

export function createCatchUpGate(deps: {
  readonly executor: Executor;
  readonly log: EventLog;
  readonly positions: PositionStore;
}): CatchUpGate {
  let isOpen = false;
  let closings = 0;
  let target: { readonly closing: number; readonly heads: readonly bigint[] } | undefined;
  return {
    get isOpen() {
      return isOpen;
    },
    close() {
      isOpen = false;
      closings += 1;
    },
    async check() {
      if (isOpen) return true;
      const closing = closings;
      if (target?.closing !== closing) target = { closing, heads: await deps.log.heads('events') };
      const { heads } = target;
      const stored = await deps.positions.load(deps.executor, deps.log.partitionCount);
      // Closed again while we asked: the heads of that moment count.
      if (closing === closings) isOpen = heads.every((head, partition) => (stored[partition] ?? 0n) >= head);
      return isOpen;
    },
  };
}
