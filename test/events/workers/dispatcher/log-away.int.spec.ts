import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogUnavailableError } from '../../../../src/events/log/event-log.js';
import type { Outbox } from '../../../../src/events/outbox/outbox.js';
import { eventually } from '../../../support/eventually.js';
import { openDispatchRig, patiently, type DispatchRig } from './dispatch-rig.js';

let rig: DispatchRig;
beforeEach(async () => {
  rig = await openDispatchRig();
});
afterEach(() => rig.close());

/** For one process: it reaches Postgres, and not the log. */
function outboxWithoutLog(outbox: Outbox): Outbox & { heal(): void } {
  let isAway = true;
  const away = () => new LogUnavailableError('The log is away.');
  return {
    heal: () => void (isAway = false),
    recordOf: (event) => outbox.recordOf(event),
    async enqueue(tx, events) {
      if (isAway) throw away();
      await outbox.enqueue(tx, events);
    },
    async publish(events, options) {
      if (isAway) throw away();
      return outbox.publish(events, options);
    },
    async publishStored(stored) {
      if (isAway) throw away();
      return outbox.publishStored(stored);
    },
    async append(event) {
      if (isAway) throw away();
      return outbox.append(event);
    },
  };
}

describe('a log that is away for longer than a lease', () => {
  it('rule 17: leaves nobody in doubt about a call whose first byte never left', async () => {
    const limits = { pollMs: 50, leaseMs: 3_000, callMs: 500 };
    const outbox = outboxWithoutLog(rig.outbox);
    const cutOff = await rig.start({ limits, outbox });
    const message = await rig.accept();
    await eventually(async () => expect(await rig.row(message)).toMatchObject({ state: 'calling', call: 1 }));
    const other = await rig.start({ limits });
    // Given back and begun once more, by whichever of the two.
    await patiently(async () => expect((await rig.row(message))?.call).toBeGreaterThan(1));
    outbox.heal();
    await patiently(() => expect(rig.said(message)).toContain('message.submitted'));
    await rig.untilState(message, 'settled');
    expect(rig.said(message)).not.toContain('message.outcome_unknown');
    expect(rig.callsOf(message)).toHaveLength(1);
    await patiently(() => expect([cutOff.state().callsUnderWay, other.state().callsUnderWay]).toEqual([0, 0]));
  });
});
