import type { FeedItem } from './live-feed-port.js';
import type { ItemSource } from './subscription.js';

export interface FeedIterator extends AsyncIterableIterator<FeedItem, undefined> {
  return(): Promise<IteratorReturnResult<undefined>>;
}

interface Waiter {
  resolve(result: IteratorResult<FeedItem, undefined>): void;
  reject(error: unknown): void;
}
const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/**
 * Written by hand: an async generator's `return()` would wait behind a pending `next()`, and leak the client.
 * @param onEnd called once
 */
export function createFeedIterator(source: ItemSource, onEnd: () => void): FeedIterator {
  const waiting: Waiter[] = [];
  let isEnded = false;
  let isPumping = false;

  const end = () => {
    if (isEnded) return;
    isEnded = true;
    source.end();
    for (const waiter of waiting.splice(0)) waiter.resolve(DONE);
    onEnd();
  };
  const pump = async () => {
    if (isPumping) return;
    isPumping = true;
    while (waiting.length > 0) {
      const item = source.take();
      if (item === undefined) await source.more();
      else waiting.shift()?.resolve({ done: false, value: item });
    }
    isPumping = false;
  };
  const fail = (error: unknown) => {
    for (const waiter of waiting.splice(0)) waiter.reject(error);
    end();
  };
  return {
    next() {
      if (isEnded) return Promise.resolve(DONE);
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        pump().catch(fail);
      });
    },
    return() {
      end();
      return Promise.resolve(DONE);
    },
    throw(error: unknown) {
      end();
      return Promise.reject(error instanceof Error ? error : new Error('The subscription was ended.'));
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
