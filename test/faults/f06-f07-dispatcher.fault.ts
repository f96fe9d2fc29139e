import { expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { holdAppend } from './appends.js';
import { checkEverything } from './checks.js';
import { describeFault, inQuick } from './describe-fault.js';
import { receipt, type LogKind, type Rig } from './rig.js';
import { rigPerTest } from './rig-per-test.js';

const TO = '+15550100000';

let rig: Rig;
const begin = (log: LogKind) => rigPerTest({ log }, (opened) => (rig = opened));

describeFault(
  'F6 kill -9 of the dispatcher after the provider accepted, before the outcome is stored',
  (log) => {
    begin(log);

    it('makes OUTCOME_UNKNOWN of it, settled by the echoed reference, with one call', async () => {
      rig.carrier.script = () => new Promise(() => undefined);
      const { messageId = '' } = await rig.send(TO);
      const call = await eventually(() => {
        const [first] = rig.carrier.calls;
        if (!first) throw new Error('no call yet');
        return first;
      });
      await rig.restartAfterKill('dispatcher');
      await rig.untilStatus(messageId, 'OUTCOME_UNKNOWN');
      expect(await rig.post(call, receipt(call, 'delivered'))).toBe(200);
      await rig.untilStatus(messageId, 'DELIVERED');
      expect(rig.carrier.calls).toHaveLength(1);
      await checkEverything(rig);
    });
  },
  inQuick('kafka'),
);

describeFault(
  'F7 kill -9 of the dispatcher around the first byte',
  (log) => {
    begin(log);

    it('sends once after the restart what was claimed and not yet calling', async () => {
      const hold = rig.proxy.holdStatement(
        ({ sql, values }) => /update "?work"?\."?dispatches/i.test(sql) && /'calling'/.test(sql + values),
      );
      const { messageId = '' } = await rig.send(TO);
      await hold.reached;
      await rig.restartAfterKill('dispatcher');
      await eventually(() => expect(rig.carrier.calls).toHaveLength(1), { timeoutMs: 30_000 });
      await rig.untilStatus(messageId, 'PROCESSING');
      await checkEverything(rig);
    });

    it('makes OUTCOME_UNKNOWN without a call of what was calling and had sent no byte', async () => {
      const hold = holdAppend(rig, 'message.dispatched');
      const { messageId = '' } = await rig.send(TO);
      await hold.reached;
      await rig.restartAfterKill('dispatcher');
      await rig.untilStatus(messageId, 'OUTCOME_UNKNOWN');
      expect(rig.carrier.calls).toHaveLength(0);
      await checkEverything(rig);
    });
  },
  inQuick('kafka'),
);
