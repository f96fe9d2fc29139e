/** One at a time for each name; first come, first served. */
export interface Turns {
  use<Result>(name: string, work: () => Promise<Result>): Promise<Result>;
  /** Resolves when nobody has the turn: false if somebody had it. */
  wasFree(name: string): Promise<boolean>;
}

export function createTurns(): Turns {
  const last = new Map<string, Promise<unknown>>();
  return {
    async use(name, work) {
      const mine = (last.get(name) ?? Promise.resolve()).then(work);
      const settled = mine.catch(() => undefined);
      last.set(name, settled);
      try {
        return await mine;
      } finally {
        if (last.get(name) === settled) last.delete(name);
      }
    },
    async wasFree(name) {
      if (!last.has(name)) return true;
      for (let busy = last.get(name); busy !== undefined; busy = last.get(name)) await busy.then(() => undefined);
      return false;
    },
  };
}
