import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPositionStore } from '../../../../src/events/log/positions.js';
import { createCatchUpGate } from '../../../../src/events/workers/dispatcher/gate.js';
import { messageIds } from '../../../../src/events/kernel/ids.js';
import { openDispatchRig, patiently, type DispatchRig } from './dispatch-rig.js';

let rig: DispatchRig;
beforeEach(async () => {
  // The intake reads again once it has looked back: the gate has long had to hold by then.
  rig = await openDispatchRig({ lookBackEveryMs: 1_000 });
});
afterEach(() => rig.close());

/** In one stroke, and without a connection that is lost: what was sent waits again, and only the positions tell. */
async function putOlderCopyBack(messageId: Parameters<typeof messageIds.toUuid>[0], payload: unknown): Promise<void> {
  await rig.direct.query('begin');
  await rig.direct.query(`update work.positions set next_offset = 0 where consumer = 'dispatcher'`);
  await rig.direct.query(
    `update work.dispatches set state = 'waiting', call = 0, payload = $2, settled_at = null where message_id = $1`,
    [messageIds.toUuid(messageId), payload],
  );
  await rig.direct.query(`
    insert into work.lanes (conversation_id, channel_id, run_at)
    select conversation_id, channel_id, now() from work.dispatches where state = 'waiting' on conflict do nothing`);
  await rig.direct.query(`select pg_notify('parley_dispatch', 'due')`);
  await rig.direct.query('commit');
}

describe('an older copy of Postgres under a running dispatcher', () => {
  it('rule 16: gives nothing out again, however sure the dispatcher was a moment ago', async () => {
    const dispatcher = await rig.start();
    for (let round = 1; round <= 2; round += 1) {
      const event = rig.accepted({ thread: round });
      await rig.append(event);
      const payload = await patiently(async () => {
        const row = await rig.row(event.messageId);
        expect(row).toBeDefined();
        return row?.payload ?? { address: '+15550100000', content: event.data.content?.message };
      });
      await rig.untilState(event.messageId, 'settled');
      await patiently(() => expect(rig.said(event.messageId).at(-1)).toBe('message.submitted'));
      await putOlderCopyBack(event.messageId, payload);
      await rig.untilState(event.messageId, 'settled');
      await patiently(() => expect(dispatcher.state().isCaughtUp).toBe(true));
      expect(rig.callsOf(event.messageId)).toHaveLength(1);
    }
  });

  it('rule 16: shuts the gate also where no position went back', async () => {
    const positions = createPositionStore('dispatcher', 'events');
    let copy = 'one';
    const gate = createCatchUpGate({
      log: rig.log,
      positions,
      executor: rig.database.orm,
      nameCopy: () => Promise.resolve(copy),
    });
    expect(await gate.check()).toBe(true);
    await rig.accept();
    expect(await gate.holds()).toBe(true);
    copy = 'another';
    expect(await gate.holds()).toBe(false);
    expect(await gate.check()).toBe(false);
    await rig.start();
    await patiently(async () => expect(await gate.check()).toBe(true));
  });

  it('rule 16: tells whoever claimed before that the copy is another, also when somebody else was told first', async () => {
    let name = 'one';
    const gate = createCatchUpGate({
      ...{ log: rig.log, executor: rig.database.orm, positions: createPositionStore('dispatcher', 'events') },
      nameCopy: () => Promise.resolve(name),
    });
    const { copy } = gate;
    expect(await gate.check()).toBe(true);
    expect(await gate.isSameCopy(copy)).toBe(true);
    name = 'another';
    await gate.holds();
    expect(await gate.isSameCopy(copy)).toBe(false);
    expect(await gate.isSameCopy(gate.copy)).toBe(true);
  });
});
