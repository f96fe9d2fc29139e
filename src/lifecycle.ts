/** Something that runs until it is stopped. `stop` is idempotent and resolves when nothing of it is left. */
export interface Running {
  stop(): Promise<void>;
}

/**
 * Stops in reverse order of starting; one failing step spares no other.
 * @throws AggregateError with every step's error, after the last step
 */
export async function stopAll(running: readonly Running[]): Promise<void> {
  const errors: unknown[] = [];
  for (const one of [...running].reverse()) {
    try {
      await one.stop();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, 'Not everything stopped cleanly.');
}

/** Resolves after so many milliseconds, or at once when the signal fires: whoever waits looks at the signal itself. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const finish = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, milliseconds);
    signal?.addEventListener('abort', finish);
  });
}

/** Waits for it, and no longer than so many milliseconds. @throws what it rejects with until then */
export async function atMost(milliseconds: number, awaited: Promise<unknown>): Promise<void> {
  const timer = new AbortController();
  try {
    await Promise.race([awaited, pause(milliseconds, timer.signal)]);
  } finally {
    timer.abort();
  }
}
