import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { checkEverything, withClient } from './checks.js';
import { openRig, type Rig } from './rig.js';

const TO = '+15550100000';
const isReservation = (sql: string) => /insert into "?work"?\."?idempotency_keys/i.test(sql);
const isAppend = ({ sql, values }: { sql: string; values: string }, type: string) =>
  /insert into "?log"?\."?records/i.test(sql) && values.includes(type);

let rig: Rig;
beforeEach(async () => {
  rig = await openRig();
  await rig.start();
});
afterEach(() => rig.close());

describe('F1 kill -9 after validation, before anything is written', () => {
  it('leaves nothing anywhere, and the retry makes one message', async () => {
    const hold = rig.proxy.holdStatement(({ sql }) => isReservation(sql));
    const sending = rig.send(TO);
    await hold.reached;
    await rig.process().kill('SIGKILL');
    await sending;
    expect(await traces()).toEqual({ keys: 0n, accepted: 0n });
    await rig.restartAfterKill();
    await checkEverything(rig);
  });
});

describe('F2 kill -9 between the commit and the answer', () => {
  it('answers the retry with the same message after the append', async () => {
    const hold = rig.proxy.holdAnswer((statement) => isAppend(statement, 'message.accepted'));
    const sending = rig.send(TO);
    await hold.reached;
    await eventually(async () => expect(await traces()).toEqual({ keys: 1n, accepted: 1n }));
    const promised = await reservedMessage();
    await rig.restartAfterKill();
    await sending;
    await rig.repeatUnanswered();
    expect(rig.history.map(({ messageId }) => messageId)).toHaveLength(1);
    expect(await reservedMessage()).toBe(promised);
    await checkEverything(rig);
  });

  it('lets the sweeper append what was committed and not appended', async () => {
    const hold = rig.proxy.holdStatement((statement) => isAppend(statement, 'message.accepted'));
    const sending = rig.send(TO);
    await hold.reached;
    await rig.process().kill('SIGKILL');
    await sending;
    expect(await traces()).toEqual({ keys: 1n, accepted: 0n });
    await rig.restartAfterKill();
    await eventually(async () => expect(await traces()).toEqual({ keys: 1n, accepted: 1n }), { timeoutMs: 30_000 });
    await checkEverything(rig);
  });
});

const traces = () =>
  withClient(rig.directUrl, async (client) => {
    const { rows } = await client.query(
      `select (select count(*) from work.idempotency_keys) as keys,
              (select count(*) from log.records where headers->>'ce_type' = 'message.accepted') as accepted`,
    );
    return rows[0] as { keys: bigint; accepted: bigint };
  });

const reservedMessage = () =>
  withClient(rig.directUrl, async (client) => {
    const { rows } = await client.query<{ message_id: string }>('select message_id from work.idempotency_keys');
    return rows[0]?.message_id;
  });
