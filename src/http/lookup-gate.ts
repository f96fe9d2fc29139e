/** So many questions of Postgres at once, and so many waiting: forged webhooks must not be able to take the whole pool. */
const RUNNING_MAX = 8;
const WAITING_MAX = 256;

/** The gate is full: nobody looked. */
export class GateFullError extends Error {
  override readonly name = 'GateFullError';
}

/** Bounds how many look-ups run and wait. @throws GateFullError, at once, above both bounds */
export type LookupGate = <Result>(lookup: () => Promise<Result>) => Promise<Result>;

export function createLookupGate(): LookupGate {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (lookup) => {
    if (running >= RUNNING_MAX) {
      if (waiting.length >= WAITING_MAX) throw new GateFullError('Too many look-ups wait already.');
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await lookup();
    } finally {
      const next = waiting.shift();
      // Whoever waits takes over this place, so that nobody who comes now can slip in between.
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
