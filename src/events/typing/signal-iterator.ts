import type { TypingSignal } from './typing-signals.js';

export interface SignalIterator extends AsyncIterableIterator<TypingSignal, undefined> {
  /** Neither throws nor waits. */
  give(signal: TypingSignal): void;
  return(): Promise<IteratorReturnResult<undefined>>;
}

/** What a reader may be behind: older signals say nothing any more. */
export const SIGNALS_MAX = 32;
const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/**
 * Written by hand: an async generator's `return()` would wait behind a pending `next()`, and leak the client.
 * @param onEnd called once
 */
export function createSignalIterator(onEnd: () => void): SignalIterator {
  const signals: TypingSignal[] = [];
  const waiting: ((result: IteratorResult<TypingSignal, undefined>) => void)[] = [];
  let isEnded = false;
  return {
    give(signal) {
      if (isEnded) return;
      const waiter = waiting.shift();
      if (waiter === undefined) signals.push(signal);
      else waiter({ done: false, value: signal });
      if (signals.length > SIGNALS_MAX) signals.shift();
    },
    next() {
      const signal = signals.shift();
      if (signal !== undefined) return Promise.resolve({ done: false, value: signal });
      return isEnded ? Promise.resolve(DONE) : new Promise((resolve) => waiting.push(resolve));
    },
    return() {
      signals.length = 0;
      for (const waiter of waiting.splice(0)) waiter(DONE);
      if (!isEnded) {
        isEnded = true;
        onEnd();
      }
      return Promise.resolve(DONE);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
