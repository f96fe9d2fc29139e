import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDispatchRig, patiently, type DispatchRig } from './dispatch-rig.js';

let rig: DispatchRig;
beforeEach(async () => {
  rig = await openDispatchRig();
});
afterEach(() => rig.close());

const cutEveryConnection = () =>
  rig.direct.query(`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`);

describe('Postgres connections that are lost under load (F9)', () => {
  it('rule 17: cost no message and no second call', async () => {
    const dispatcher = await rig.start({ limits: { pollMs: 50 } });
    const events = Array.from({ length: 40 }, (_, index) => rig.accepted({ thread: 1 + (index % 8) }));
    const appending = events.map((event) => patiently(() => rig.append(event)));
    for (let cut = 1; cut <= 4; cut += 1) {
      await patiently(() => expect(rig.carrier.calls.length).toBeGreaterThanOrEqual(cut * 4));
      await cutEveryConnection();
    }
    await Promise.all(appending);
    await patiently(() => {
      for (const { messageId } of events) expect(rig.said(messageId)).toContain('message.submitted');
    });
    const references = rig.carrier.calls.map(({ reference }) => reference);
    expect(new Set(references).size).toBe(references.length);
    expect(references).toHaveLength(40);
    await patiently(() => expect(dispatcher.state()).toMatchObject({ isRunning: true, callsUnderWay: 0 }));
  });
});
