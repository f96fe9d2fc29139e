import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { checkEverything } from './checks.js';
import { openRig, receipt, type Rig } from './rig.js';

const TO = '+15550100000';

let rig: Rig;
beforeEach(async () => {
  rig = await openRig();
  await rig.start();
});
afterEach(() => rig.close());

describe('F6 kill -9 of the dispatcher after the provider accepted, before the outcome is stored', () => {
  it('makes OUTCOME_UNKNOWN of it, settled by the echoed reference, with one call', async () => {
    rig.carrier.script = () => new Promise(() => undefined);
    const { messageId = '' } = await rig.send(TO);
    await eventually(() => expect(rig.carrier.calls).toHaveLength(1));
    await rig.restartAfterKill();
    await rig.untilStatus(messageId, 'OUTCOME_UNKNOWN');
    const [call] = rig.carrier.calls;
    if (!call) throw new Error('no call');
    expect(await rig.post(call, receipt(call, 'delivered'))).toBe(200);
    await rig.untilStatus(messageId, 'DELIVERED');
    expect(rig.carrier.calls).toHaveLength(1);
    await checkEverything(rig);
  });
});

describe('F7 kill -9 of the dispatcher around the first byte', () => {
  it('sends once after the restart what was claimed and not yet calling', async () => {
    const hold = rig.proxy.holdStatement(
      ({ sql, values }) => /update "?work"?\."?dispatches/i.test(sql) && /'calling'/.test(sql + values),
    );
    const { messageId = '' } = await rig.send(TO);
    await hold.reached;
    await rig.restartAfterKill();
    await eventually(() => expect(rig.carrier.calls).toHaveLength(1), { timeoutMs: 30_000 });
    await rig.untilStatus(messageId, 'PROCESSING');
    await checkEverything(rig);
  });

  it('makes OUTCOME_UNKNOWN without a call of what was calling and had sent no byte', async () => {
    const hold = rig.proxy.holdStatement(
      ({ sql, values }) => /insert into "?log"?\."?records/i.test(sql) && values.includes('message.dispatched'),
    );
    const { messageId = '' } = await rig.send(TO);
    await hold.reached;
    await rig.restartAfterKill();
    await rig.untilStatus(messageId, 'OUTCOME_UNKNOWN');
    expect(rig.carrier.calls).toHaveLength(0);
    await checkEverything(rig);
  });
});
