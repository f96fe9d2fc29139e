import { describe, expect, it } from 'vitest';
import { createSlots } from '../../../../src/events/workers/dispatcher/slots.js';
import { channelId } from '../../../support/events.js';

describe('slots', () => {
  it('rule 18: a channel gets its own bound, and never all that is left', () => {
    const slots = createSlots({ perChannel: 4, overall: 10 });
    const fill = (n: number) => {
      const free = slots.free(channelId(n));
      for (let taken = 0; taken < free; taken += 1) slots.take(channelId(n));
      return free;
    };
    expect([1, 2, 3, 4, 5, 6].map(fill)).toEqual([4, 3, 2, 1, 0, 0]);
    expect(slots.taken).toBe(10);
    slots.release(channelId(1));
    expect([slots.free(channelId(1)), slots.free(channelId(6))]).toEqual([1, 1]);
  });

  it('rule 18: what is promised to other channels is no longer left', () => {
    const slots = createSlots({ perChannel: 4, overall: 10 });
    expect([0, 4, 7, 9, 10].map((promised) => slots.free(channelId(1), promised))).toEqual([4, 3, 2, 1, 0]);
  });
});
