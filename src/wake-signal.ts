/** Wakes whoever waits; a wake is never the news itself. */
export interface WakeSignal {
  fire(): void;
  /** Taken before looking: a `fire` between the look and the wait isn't missed. */
  mark(): number;
  /** Resolves at the first `fire` since `mark`, or after `timeoutMs`. Never rejects. */
  wait(mark: number, timeoutMs?: number): Promise<void>;
}

export function createWakeSignal(): WakeSignal {
  let fired = 0;
  const waiting = new Set<() => void>();
  return {
    fire() {
      fired += 1;
      for (const wake of [...waiting]) wake();
    },
    mark: () => fired,
    wait(mark, timeoutMs) {
      if (fired !== mark) return Promise.resolve();
      return new Promise((resolve) => {
        const wake = () => {
          waiting.delete(wake);
          clearTimeout(timer);
          resolve();
        };
        const timer = timeoutMs === undefined ? undefined : setTimeout(wake, timeoutMs);
        waiting.add(wake);
      });
    },
  };
}
