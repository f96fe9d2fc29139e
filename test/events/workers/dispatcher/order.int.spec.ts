import { expect, it } from 'vitest';
import { announcedSeed } from '../../../support/seeded-random.js';
import { expectInOrder, fightForOrder } from './order-under-fire.js';

it('the check finds a message that overtook, one that was called twice, and one that was left out', () => {
  const [accepted, throttled] = ['accepted', 'throttled'] as const;
  const calls =
    (...seen: (readonly [number, 'accepted' | 'throttled'])[]) =>
    () =>
      expectInOrder(
        seen.map(([message, fate]) => ({ message, fate })),
        2,
      );
  expect(calls([0, throttled], [0, accepted], [1, accepted])).not.toThrow();
  expect(calls([0, throttled], [1, accepted], [0, accepted])).toThrow();
  expect(calls([0, accepted], [0, accepted], [1, accepted])).toThrow();
  expect(calls([0, accepted], [1, throttled])).toThrow();
});

// The whole of it, 10,000 calls, is `npm run faults -- order`.
it('rule 18: 100 conversations keep their order under three dispatchers and a provider that does anything', async () => {
  const seed = announcedSeed('order');
  await fightForOrder({ seed, conversations: 100, messages: 8, timeoutMs: 80_000 });
}, 100_000);
