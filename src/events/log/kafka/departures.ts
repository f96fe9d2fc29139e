import { atMost } from '../../../lifecycle.js';
import type { KafkaClient } from './client.js';

const DISCONNECT_WITHIN_MS = 3_000;

/** Clients that were thrown away. They disconnect by themselves, and are cut off where that takes longer than 3 s. */
export interface Departures {
  leave(one: { disconnect(): Promise<void> }, client: KafkaClient): void;
  /** Resolves when all are gone. */
  settled(): Promise<void>;
}

export function createDepartures(): Departures {
  const leaving = new Set<Promise<void>>();
  return {
    leave(one, client) {
      const left = atMost(DISCONNECT_WITHIN_MS, one.disconnect())
        .catch(() => undefined)
        .then(() => client.destroy());
      leaving.add(left);
      void left.then(() => leaving.delete(left));
    },
    async settled() {
      await Promise.all(leaving);
    },
  };
}
