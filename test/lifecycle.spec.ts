import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { unlessAborted } from '../src/lifecycle.js';

describe('unlessAborted', () => {
  it('answers what came first, and leaves nothing at the signal', async () => {
    const stopping = new AbortController();
    const never = new Promise<string>(() => undefined);
    expect(await unlessAborted(stopping.signal, Promise.resolve('done'))).toBe('done');
    await expect(unlessAborted(stopping.signal, Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(getEventListeners(stopping.signal, 'abort')).toEqual([]);
    const waiting = unlessAborted(stopping.signal, never);
    stopping.abort();
    expect(await waiting).toBeUndefined();
    expect(await unlessAborted(stopping.signal, never)).toBeUndefined();
    expect(getEventListeners(stopping.signal, 'abort')).toEqual([]);
  });
});
