import { setTimeout as pause } from 'node:timers/promises';
import type { Tally } from '../compared-path.js';

/** Somebody who waits for the next record to be handed over. */
export interface Arrivals {
  /** To be called by the consumer, first thing. */
  arrived(): void;
  next(): Promise<number>;
}

export function awaitArrivals(): Arrivals {
  let tell: ((at: number) => void) | undefined;
  return {
    arrived: () => tell?.(performance.now()),
    next: () => new Promise((resolve) => (tell = resolve)),
  };
}

const GAP_MAX_MS = 10;

/** One record at a time, at odd moments: how long from writing it until the consumer has it. */
export async function oneByOne(
  milliseconds: number,
  write: () => Promise<unknown>,
  arrivals: Arrivals,
): Promise<Tally> {
  const until = performance.now() + milliseconds;
  const latenciesMs: number[] = [];
  while (performance.now() < until) {
    await pause(Math.random() * GAP_MAX_MS);
    const arrival = arrivals.next();
    const startedAt = performance.now();
    const [arrivedAt] = await Promise.all([arrival, write()]);
    latenciesMs.push(arrivedAt - startedAt);
  }
  return { operations: latenciesMs.length, latenciesMs };
}
