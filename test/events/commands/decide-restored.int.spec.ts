import { afterAll, beforeAll, expect, it } from 'vitest';
import { inSeconds, openDispatchBench, type DispatchBench } from '../../support/dispatch-bench.js';

let bench: DispatchBench;
beforeAll(async () => {
  bench = await openDispatchBench();
});
afterAll(() => bench.stop());

const setPositions = (offset: number) =>
  bench.database.pool.query(
    `insert into work.positions select 'dispatcher', 'events', p, $1 from generate_series(0, 3) p
     on conflict (consumer, topic, partition) do update set next_offset = excluded.next_offset`,
    [offset],
  );

it('rule 16: nobody decides about a message while an older copy of Postgres is read up to date', async () => {
  const { id } = await bench.send('later', { scheduledAt: inSeconds(600) });
  await setPositions(1_000);
  const again = { messageId: id, as: 'SENT' } as const;
  expect((await bench.commands.resolveMessage(bench.caller, again)).ok).toBe(false);
  // A position that went back is how a restored copy is told.
  await setPositions(0);
  const refused = { code: 'UNAVAILABLE' };
  await expect(bench.commands.cancelScheduledMessage(bench.caller, { messageId: id })).rejects.toMatchObject(refused);
  await expect(bench.commands.resolveMessage(bench.caller, again)).rejects.toMatchObject(refused);
  expect(await bench.states(id)).toEqual(['scheduled']);
  await setPositions(1_000);
  expect((await bench.commands.cancelScheduledMessage(bench.caller, { messageId: id })).ok).toBe(true);
});
