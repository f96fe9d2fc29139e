import { atMost } from '../../../lifecycle.js';

const DISCONNECT_WITHIN_MS = 3_000;

/** Clients that were thrown away. They disconnect by themselves, which may take as long as their server is silent. */
export interface Departures {
  leave(client: { disconnect(): Promise<void> }): void;
  /** Resolves when all are gone, or after 3 s. */
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
