import { expect, it } from 'vitest';
import { FingerprintMismatchError, guardFingerprint } from '../../../../src/events/log/fingerprint-guard.js';
import { describeOnKafka } from '../../../support/kafka.js';
import { openLogRig } from './log-rig.js';

describeOnKafka('fingerprint guard on Kafka (rule 5)', () => {
  it('rule 5: refuses each of two processes that start at once', async () => {
    const rig = await openLogRig(4);
    const other = await rig.reopen();
    // In one partition only: whoever doesn't read that one finds nothing.
    const ours = { key: 'a', headers: { ce_idfingerprint: 'aaaa' }, value: Buffer.from('{}') };
    await rig.log.append('events', ours);
    const guards = await Promise.allSettled([guardFingerprint(rig.log, 'bbbb'), guardFingerprint(other, 'bbbb')]);
    for (const guard of guards)
      expect(guard).toMatchObject({ status: 'rejected', reason: expect.any(FingerprintMismatchError) });
    await Promise.all([guardFingerprint(rig.log, 'aaaa'), guardFingerprint(other, 'aaaa')]);
    await rig.close();
  });
});
