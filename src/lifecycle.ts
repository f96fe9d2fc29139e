import { setMaxListeners } from 'node:events';

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

/** Stops them all at the same time. @throws AggregateError with every one's error, after all have ended */
export async function stopTogether(running: readonly Running[]): Promise<void> {
  const stopped = await Promise.allSettled(running.map((one) => one.stop()));
  const failed = stopped.filter((one) => one.status === 'rejected');
  if (failed.length === 0) return;
  throw new AggregateError(
    failed.map(({ reason }): unknown => reason),
    'Not everything stopped cleanly.',
  );
}

/**
 * For what many wait beside at once, each of whom listens only as long as it waits: ten is where Node suspects a leak.
 * What bounds their number is theirs to say.
 */
export function heardByMany(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
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

/** What it resolves with, or `otherwise` after so many milliseconds. @throws what it rejects with until then */
export async function withTimeout<Result, Late>(
  milliseconds: number,
  awaited: Promise<Result>,
  otherwise: Late,
): Promise<Result | Late> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Late>((resolve) => (timer = setTimeout(() => resolve(otherwise), milliseconds)));
  try {
    return await Promise.race([awaited, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits for it, and no longer than so many milliseconds. @throws what it rejects with until then */
export async function atMost(milliseconds: number, awaited: Promise<unknown>): Promise<void> {
  await withTimeout(milliseconds, awaited, undefined);
}

/**
 * Rejects with `tooLate()` after so many milliseconds; the signal that the work was given fires first, with the same
 * error, so that what hasn't been handed over yet no longer is.
 */
export function boundedBy<Result>(
  milliseconds: number,
  tooLate: () => Error,
  work: (givenUp: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const givenUp = new AbortController();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      const error = tooLate();
      givenUp.abort(error);
      reject(error);
    }, milliseconds);
    void work(givenUp.signal)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}

/**
 * What it resolves with, or undefined once the signal fires. @throws what it rejects with until then
 *
 * Nothing stays behind: a promise that lives long keeps whatever won a race against it.
 */
export async function unlessAborted<Result>(
  signal: AbortSignal,
  awaited: Promise<Result>,
): Promise<Result | undefined> {
  let end: () => void = () => undefined;
  const aborted = new Promise<undefined>((resolve) => (end = () => resolve(undefined)));
  if (signal.aborted) end();
  signal.addEventListener('abort', end);
  try {
    return await Promise.race([aborted, awaited]);
  } finally {
    signal.removeEventListener('abort', end);
  }
}
