import { expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { withClient } from '../support/with-client.js';
import { holdAppend, holdAppendAnswer } from './appends.js';
import { checkEverything } from './checks.js';
import { describeFault, inQuick } from './describe-fault.js';
import type { LogKind, Rig } from './rig.js';
import { rigPerTest } from './rig-per-test.js';

const TO = '+15550100000';
const isReservation = (sql: string) => /insert into "?work"?\."?idempotency_keys/i.test(sql);

let rig: Rig;
const begin = (log: LogKind) => rigPerTest({ log }, (opened) => (rig = opened));

describeFault(
  'F1 kill -9 after validation, before anything is written',
  (log) => {
    begin(log);

    it('leaves nothing anywhere, and the retry makes one message', async () => {
      const hold = rig.proxy.holdStatement(({ sql }) => isReservation(sql));
      const sending = rig.send(TO);
      await hold.reached;
      await rig.kill('api');
      await sending;
      expect(await traces()).toEqual({ keys: 0, accepted: 0 });
      await rig.restartAfterKill('api');
      await checkEverything(rig);
    });
  },
  inQuick('embedded'),
);

describeFault(
  'F2 kill -9 between the commit and the answer',
  (log) => {
    begin(log);

    it('answers the retry with the same message after the append', async () => {
      const hold = holdAppendAnswer(rig, 'message.accepted');
      const sending = rig.send(TO);
      await hold.reached;
      await eventually(async () => expect(await traces()).toEqual({ keys: 1, accepted: 1 }));
      const promised = await reservedMessage();
      await rig.restartAfterKill('api');
      await sending;
      await rig.repeatUnanswered();
      expect(rig.history.map(({ messageId }) => messageId)).toHaveLength(1);
      expect(await reservedMessage()).toBe(promised);
      await checkEverything(rig);
    });

    it('lets the sweeper append what was committed and not appended', async () => {
      const hold = holdAppend(rig, 'message.accepted');
      const sending = rig.send(TO);
      await hold.reached;
      // All that sweep: on Kafka another process than the one that was killed would append it meanwhile.
      await rig.kill('all');
      await sending;
      expect(await traces()).toEqual({ keys: 1, accepted: 0 });
      await rig.restartAfterKill('all');
      await eventually(async () => expect(await traces()).toEqual({ keys: 1, accepted: 1 }), { timeoutMs: 30_000 });
      await checkEverything(rig);
    });
  },
  inQuick('kafka'),
);

describeFault(
  'F2 kill -9 between the commit and the answer, the others going on',
  (log) => {
    begin(log);

    it("lets another process' sweeper append what was committed and not appended", async () => {
      const hold = holdAppend(rig, 'message.accepted');
      const sending = rig.send(TO);
      await hold.reached;
      await rig.kill('api');
      await sending;
      await eventually(async () => expect(await traces()).toEqual({ keys: 1, accepted: 1 }), { timeoutMs: 30_000 });
      await rig.restartAfterKill('api');
      await checkEverything(rig);
    });
  },
  ['kafka'],
);

async function traces(): Promise<{ keys: number; accepted: number }> {
  const records = await rig.readLog('events');
  const keys = await withClient(rig.directUrl, async (client) => {
    const { rows } = await client.query<{ keys: number }>('select count(*)::int as keys from work.idempotency_keys');
    return rows[0]?.keys ?? 0;
  });
  return { keys, accepted: records.filter(({ headers }) => headers['ce_type'] === 'message.accepted').length };
}

const reservedMessage = () =>
  withClient(rig.directUrl, async (client) => {
    const { rows } = await client.query<{ message_id: string }>('select message_id from work.idempotency_keys');
    return rows[0]?.message_id;
  });
