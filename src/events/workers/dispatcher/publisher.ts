import type { Logger } from 'pino';
import type { ParleyEvent } from '../../catalog.js';
import type { Outbox } from '../../outbox/outbox.js';

/** Appends what was committed with its outbox rows, behind the backs of those who committed it. */
export interface Publisher {
  /** Resolves at once, or, with too many appends under way, when one of them ended. Appends keep the order of the calls. */
  publish(events: readonly ParleyEvent[]): Promise<void>;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

const UNDER_WAY_MAX = 8;

export function createPublisher(deps: { readonly outbox: Outbox; readonly logger: Logger }): Publisher {
  const underWay = new Set<Promise<void>>();
  const append = async (events: readonly ParleyEvent[]) => {
    try {
      await deps.outbox.publish(events);
    } catch (error) {
      // The rows stay in the outbox, and its sweeper goes on.
      deps.logger.warn({ err: error, count: events.length }, 'events of calls wait in the outbox');
    }
  };
  return {
    async publish(events) {
      if (events.length === 0) return;
      const appending = append(events).finally(() => underWay.delete(appending));
      underWay.add(appending);
      if (underWay.size >= UNDER_WAY_MAX) await Promise.race(underWay);
    },
    async idle() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}
