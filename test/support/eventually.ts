export interface EventuallyOptions {
  /** Milliseconds until the last failure is thrown; default 10,000. */
  readonly timeoutMs?: number;
  /** Milliseconds between two looks; default 10. */
  readonly everyMs?: number;
}

/** Waits for a fact, never for a time: repeats `look` until it doesn't throw, and answers what it answered. */
export async function eventually<Result>(
  look: () => Result | Promise<Result>,
  { timeoutMs = 10_000, everyMs = 10 }: EventuallyOptions = {},
): Promise<Result> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
