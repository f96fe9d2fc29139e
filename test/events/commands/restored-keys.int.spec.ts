import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCommandBench, valueOf, type CommandBench } from '../../support/command-bench.js';

describe('an idempotency key in a restored Postgres', () => {
  let bench: CommandBench;
  beforeAll(async () => {
    bench = await openCommandBench();
  });
  afterAll(() => bench.stop());

  /** Its row and the intake's position are gone, in one stroke, as after the restore of a backup from before it. */
  const restoreFromBefore = async (key: string) => {
    const found = await bench.database.pool.query(
      `with gone as (delete from work.idempotency_keys where key = $1 returning *),
         moved as (update work.positions set next_offset = 0 where consumer = 'dispatcher')
       select * from gone`,
      [key],
    );
    return async () => {
      const [row] = found.rows as readonly Record<string, unknown>[];
      const columns = Object.keys(row ?? {}).map((name) => `"${name}"`);
      const values = Object.values(row ?? {}).map((value) =>
        value !== null && typeof value === 'object' && !Buffer.isBuffer(value) && !(value instanceof Date)
          ? JSON.stringify(value)
          : value,
      );
      const places = values.map((_, index) => `$${index + 1}`);
      await bench.database.pool.query(
        `insert into work.idempotency_keys (${columns.join(', ')}) values (${places.join(', ')})`,
        values,
      );
    };
  };
  const intakeReadsAll = () =>
    bench.database.pool.query(`
      insert into work.positions (consumer, topic, partition, next_offset)
      select 'dispatcher', topic, partition, next_offset from log.partitions where topic = 'events'
      on conflict (consumer, topic, partition) do update set next_offset = excluded.next_offset`);

  it('rule 16: is not taken for new before the intake has read what the log knows of it', async () => {
    const input = bench.text('kept', { idempotencyKey: 'kept' });
    const first = valueOf(await bench.commands.sendMessage(bench.caller, input));
    await intakeReadsAll();
    // A look, as any new key takes it: the positions that may not go back are known from then on.
    valueOf(await bench.commands.sendMessage(bench.caller, bench.text('other', { idempotencyKey: 'other' })));
    await intakeReadsAll();
    const putBack = await restoreFromBefore('kept');
    await expect(bench.commands.sendMessage(bench.caller, input)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    const waiting = bench.commands.sendMessage(bench.caller, input);
    await putBack();
    await intakeReadsAll();
    expect(valueOf(await waiting).id).toBe(first.id);
  });

  it('is answered at once where it is found', async () => {
    const input = bench.text('found', { idempotencyKey: 'found' });
    const first = valueOf(await bench.commands.sendMessage(bench.caller, input));
    await restoreFromBefore('nothing');
    expect(valueOf(await bench.commands.sendMessage(bench.caller, input)).id).toBe(first.id);
  });
});
