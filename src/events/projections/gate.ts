/** Lets at most `limit` of what it runs run at once; the others wait in the order they came. */
export interface Gate {
  run<Result>(work: () => Promise<Result>): Promise<Result>;
}

export function createGate(limit: number): Gate {
  const waiting: (() => void)[] = [];
  let running = 0;
  const enter = async () => {
    // The place is handed over, so `running` stays: nobody can slip in between.
    if (running >= limit) return new Promise<void>((resolve) => waiting.push(resolve));
    running += 1;
  };
  const leave = () => {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  };
  return {
    async run(work) {
      await enter();
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
