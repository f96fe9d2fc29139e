import { UnavailableError } from './errors.js';
import { pause, type Running } from './lifecycle.js';

const BACK_OFF_MS = { first: 200, max: 2_000 } as const;

/** A core that is coming up while the process already answers, and may have to wait for what it needs. */
export interface Boot<Core extends Running> extends Running {
  /** Resolves with the core; rejects when it can't come up at all, or when it was stopped before. */
  readonly ready: Promise<Core>;
  /** @throws UnavailableError while it isn't there */
  current(): Core;
  /** The same; undefined while it isn't there. */
  up(): Core | undefined;
  /** Why it isn't there yet; undefined once it is. */
  waitingFor(): string | undefined;
}

export interface BootOptions<Core extends Running> {
  /** Starts everything or nothing: what it started before a failure, it stops. */
  readonly start: () => Promise<Core>;
  /** What the failure waits for, in words for people; undefined where waiting is no use. */
  readonly explain: (error: unknown) => string | undefined;
  /** Told when the waiting begins. */
  readonly onWait: (reason: string) => void;
}

/** Begins at once, and tries again for as long as what is missing may come back (F11). */
export function boot<Core extends Running>(options: BootOptions<Core>): Boot<Core> {
  const stopped = new AbortController();
  let core: Core | undefined;
  let reason: string | undefined = 'starting';
  const ready = (async () => {
    for (let delay: number = BACK_OFF_MS.first; ; delay = Math.min(delay * 2, BACK_OFF_MS.max)) {
      try {
        core = await options.start();
        reason = undefined;
        return core;
      } catch (error) {
        const explained = options.explain(error);
        if (explained === undefined || stopped.signal.aborted) throw error;
        if (reason !== explained) options.onWait(explained);
        reason = explained;
      }
      await pause(delay, stopped.signal);
      stopped.signal.throwIfAborted();
    }
  })();
  // Whoever wants to know of the failure awaits `ready` as well; nobody has to.
  ready.catch(() => undefined);
  return {
    ready,
    current() {
      if (core === undefined) throw new UnavailableError(`Parley is not ready yet (${reason ?? 'starting'}).`);
      return core;
    },
    up: () => core,
    waitingFor: () => reason,
    async stop() {
      stopped.abort(new Error('stopped'));
      await ready.then(
        (started) => started.stop(),
        () => undefined,
      );
    },
  };
}
