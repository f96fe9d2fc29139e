import { atMost } from '../../../lifecycle.js';

/** It takes milliseconds where Kafka answers; a stop has ten seconds for everything, and 5 are a request's that waits. */
const DISCONNECT_WITHIN_MS = 1_000;

/** Clients that were thrown away. They disconnect by themselves, which may take as long as their server is silent. */
export interface Departures {
  leave(client: { disconnect(): Promise<void> }): void;
  /** Resolves when all are gone, or after 1 s. */
  settled(): Promise<void>;
}

export function createDepartures(): Departures {
  const leaving = new Set<Promise<void>>();
  return {
    leave(client) {
      const left = client.disconnect().catch(() => undefined);
      leaving.add(left);
      void left.then(() => leaving.delete(left));
    },
    settled: () => atMost(DISCONNECT_WITHIN_MS, Promise.all(leaving)),
  };
}
