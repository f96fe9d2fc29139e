import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { checkEverything, withClient } from './checks.js';
import { openRig, type Rig } from './rig.js';

let rig: Rig;
beforeEach(async () => {
  rig = await openRig();
  await rig.start();
});
afterEach(() => rig.close());

interface Row {
  readonly partition: number;
  readonly key: string | null;
  readonly headers: Record<string, string>;
  readonly value: Buffer | null;
}

describe('F15 poison in the topic', () => {
  it('dead-letters what is not ours and goes on', async () => {
    const { messageId = '' } = await rig.send('+15550100000');
    const good = await accepted(messageId);
    const poison: Row[] = [
      { ...good, value: Buffer.from('{"half') },
      { ...good, value: null },
      { ...good, key: 'conv_00000000000000000000000000' },
      { ...good, value: Buffer.alloc(2_000_000, 'x') },
      { ...good, value: Buffer.from('{"id":1}') },
    ];
    for (const row of poison) await append(row);
    await eventually(async () => expect(await deadLetters('projector')).toBe(poison.length), { timeoutMs: 30_000 });
    await rig.send('+15550100001');
    expect((await fetch(`${rig.process().url}/readyz`)).status).toBe(200);
    await checkEverything(rig);
  });

  it('journals an unknown type and an unknown version without folding them', async () => {
    const { messageId = '' } = await rig.send('+15550100000');
    const good = await accepted(messageId);
    await append(changed(good, { type: 'message.whispered', id: 'evt_00000000000000000000000001' }));
    await append(changed(good, { version: 99, id: 'evt_00000000000000000000000002' }));
    await withClient(rig.directUrl, (client) =>
      eventually(
        async () => {
          const { rows } = await client.query('select type from read.events where not is_folded order by "offset"');
          expect(rows).toEqual([{ type: 'message.whispered' }, { type: 'message.accepted' }]);
        },
        { timeoutMs: 30_000 },
      ),
    );
    expect((await fetch(`${rig.process().url}/readyz`)).status).toBe(200);
    await checkEverything(rig);
  });

  it('stops and says so where a known event cannot be folded', async () => {
    const { messageId = '' } = await rig.send('+15550100000');
    const good = await accepted(messageId);
    await append(changed(good, { id: 'evt_00000000000000000000000003', data: { parts: 'three' } }));
    await eventually(
      async () => {
        const readiness = await fetch(`${rig.process().url}/readyz`);
        expect(readiness.status).toBe(503);
        expect(await readiness.text()).toMatch(/projector/);
      },
      { timeoutMs: 30_000 },
    );
  });
});

describe('F17 the same event twice in the log', () => {
  it('is applied once, at once and later', async () => {
    const { messageId = '' } = await rig.send('+15550100000');
    const good = await accepted(messageId);
    await append(good);
    await append(good);
    for (let index = 0; index < 10; index += 1) await rig.send(`+155501002${String(index).padStart(2, '0')}`);
    await append(good);
    await rig.untilStatus(messageId, 'PROCESSING');
    await checkEverything(rig);
    expect(rig.carrier.calls.filter(({ reference }) => reference.startsWith(messageId))).toHaveLength(1);
  });
});

const accepted = (messageId: string) =>
  withClient(rig.directUrl, async (client) => {
    const { rows } = await client.query<Row>(
      `select partition, key, headers, value from log.records
       where headers->>'ce_type' = 'message.accepted' and headers->>'ce_subject' = $1`,
      [messageId],
    );
    if (!rows[0]) throw new Error('The accepted event is not in the log.');
    return rows[0];
  });

function changed(row: Row, fields: Record<string, unknown>): Row {
  const value = { ...(JSON.parse((row.value ?? Buffer.from('{}')).toString()) as object), ...fields };
  const id = (value as { id?: string }).id ?? '';
  return { ...row, headers: { ...row.headers, ce_id: id }, value: Buffer.from(JSON.stringify(value)) };
}

/** Writes past Parley, as another producer on the topic would. */
const append = (row: Row) =>
  withClient(rig.directUrl, (client) =>
    client.query(
      `with place as (
         update log.partitions set next_offset = next_offset + 1
         where topic = 'events' and partition = $1 returning next_offset - 1 as base)
       insert into log.records (topic, partition, "offset", key, headers, value)
       select 'events', $1, base, $2, $3, $4 from place`,
      [row.partition, row.key, JSON.stringify(row.headers), row.value],
    ),
  );

const deadLetters = (consumer: string) =>
  withClient(rig.directUrl, async (client) => {
    const { rows } = await client.query<{ count: number }>(
      'select count(*)::int as count from work.dead_letters where consumer = $1',
      [consumer],
    );
    return rows[0]?.count;
  });
