import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codesOf, openCommandBench, valueOf, type CommandBench } from '../../support/command-bench.js';
import { eventually } from '../../support/eventually.js';
import { startPostgresProxy, type PostgresProxy } from '../../support/postgres-proxy.js';

describe('commands while Postgres is away', () => {
  let bench: CommandBench;
  let proxy: PostgresProxy;
  beforeAll(async () => {
    bench = await openCommandBench({
      reach: async (url) => {
        proxy = await startPostgresProxy(url);
        return proxy.url;
      },
    });
  });
  afterAll(async () => {
    proxy.heal();
    await bench.stop();
    await proxy.close();
  });

  it('are UNAVAILABLE within seconds, and the repeat with the same key makes one message (rules 2 and 4)', async () => {
    const inputs = Array.from({ length: 20 }, (_, n) => bench.text(`away ${n}`, { idempotencyKey: `away ${n}` }));
    const sending = inputs.map((input) => bench.commands.sendMessage(bench.caller, input));
    proxy.cut();
    const began = performance.now();
    for (const result of await Promise.allSettled(sending))
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'UNAVAILABLE' });
    await expect(bench.commands.sendMessage(bench.caller, bench.text('plain'))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
    expect(performance.now() - began).toBeLessThan(10_000);
    proxy.heal();
    const repeated = await eventually(() =>
      Promise.all(inputs.map((input) => bench.commands.sendMessage(bench.caller, input))),
    );
    expect(repeated.flatMap(codesOf)).toEqual([]);
    const written = (await bench.events()).flatMap(({ event }) =>
      event.type === 'message.accepted' ? [event.messageId] : [],
    );
    const ids = new Set(repeated.map((result) => valueOf(result).id));
    expect(ids.size).toBe(20);
    expect(new Set(written)).toEqual(ids);
  });

  it('tell of each message of a batch what became of it, and its repeat makes each once (rule 2)', async () => {
    valueOf(await eventually(() => bench.commands.sendMessage(bench.caller, bench.text('before the batch'))));
    const inputs = Array.from({ length: 450 }, (_, n) => {
      const to = { phoneNumber: `+155501012${String(n % 90).padStart(2, '0')}` };
      return bench.text(`batch ${n}`, { to, idempotencyKey: `batch ${n}` });
    });
    let reservations = 0;
    const isSecondReservation = ({ sql }: { readonly sql: string }) =>
      sql.includes('insert into work.idempotency_keys') && (reservations += 1) === 2;
    const hold = proxy.holdStatement(isSecondReservation);
    const sending = bench.commands.sendMessages(bench.caller, inputs);
    await hold.reached;
    proxy.reset();
    hold.release();
    const first = await sending;
    if (!first.ok) throw new Error(JSON.stringify(first.userErrors));
    const codes = first.results.map(codesOf);
    // The first 200 have their rows; what the connection took with it is told as unknown, each by itself.
    expect(codes.slice(200, 400).flat()).toContain('UNAVAILABLE ');
    expect(new Set(codes.flat())).toEqual(new Set(['UNAVAILABLE ']));
    const repeated = await eventually(async () => {
      const again = await bench.commands.sendMessages(bench.caller, inputs);
      expect(again.ok && again.results.flatMap(codesOf)).toEqual([]);
      return again.ok ? again.results.map((result) => valueOf(result).id) : [];
    });
    expect(new Set(repeated).size).toBe(450);
    first.results.forEach((result, n) => {
      if (result.ok) expect(result.value.id).toBe(repeated[n]);
    });
    const written = (await bench.events()).filter(({ event }) => JSON.stringify(event.data).includes('"text":"batch '));
    expect(new Set(written.map(({ event }) => event.messageId))).toEqual(new Set(repeated));
  });

  it('are UNAVAILABLE within 5 s when a connection swallows everything, and send nothing later (rule 2)', async () => {
    valueOf(await eventually(() => bench.commands.sendMessage(bench.caller, bench.text('before'))));
    const hold = proxy.holdStatement(({ sql }) => sql.includes('join work.addresses'));
    const began = performance.now();
    await expect(bench.commands.sendMessage(bench.caller, bench.text('swallowed'))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
    expect(performance.now() - began).toBeLessThan(5_000);
    hold.release();
    // It looks up its thread after the swallowed one did.
    valueOf(await bench.commands.sendMessage(bench.caller, bench.text('after')));
    const texts = JSON.stringify((await bench.events()).map(({ event }) => event.data));
    expect(texts).toContain('"after"');
    expect(texts).not.toContain('"swallowed"');
  });
});
