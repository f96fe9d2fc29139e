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
