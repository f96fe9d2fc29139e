import { it } from 'vitest';
import { fightForOrder } from '../events/workers/dispatcher/order-under-fire.js';
import { announcedSeed } from '../support/seeded-random.js';
import { describeFault } from './describe-fault.js';
import { rounds } from './rig.js';

// No process dies here: it is the provider that does anything, ten thousand times. One Postgres, its embedded log, and
// three dispatchers with connections of their own.
describeFault(
  'order under a provider that does anything',
  () => {
    it('rule 18: holds in each of 200 conversations with many messages, and none is called twice', async () => {
      const seed = announcedSeed('order');
      await fightForOrder({ seed, conversations: 200, messages: rounds(50, 10), timeoutMs: 270_000 });
    }, 300_000);
  },
  ['embedded'],
);
