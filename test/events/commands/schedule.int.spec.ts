import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFinders } from '../../../src/events/queries/create-finders.js';
import { codesOf, valueOf } from '../../support/command-bench.js';
import { inSeconds, openDispatchBench, type DispatchBench } from '../../support/dispatch-bench.js';
import { eventually } from '../../support/eventually.js';

describe('sendMessage with scheduledAt', () => {
  let bench: DispatchBench;
  beforeAll(async () => {
    bench = await openDispatchBench();
  });
  afterAll(() => bench.stop());

  const send = (text: string, more: Parameters<DispatchBench['send']>[1] = {}) =>
    bench.commands.sendMessage(bench.caller, bench.text(text, { channelId: bench.channelId, ...more }));

  it('is refused where the time is none, and leaves nothing behind', async () => {
    const before = (await bench.events()).length;
    const year = 366 * 86_400;
    for (const scheduledAt of ['soon', inSeconds(-5), inSeconds(year + 60)])
      expect(codesOf(await send('x', { scheduledAt }))).toEqual(['SCHEDULE_INVALID scheduledAt']);
    expect(await bench.events()).toHaveLength(before);
    expect((await send('x', { to: { phoneNumber: '+15550100601' }, scheduledAt: inSeconds(year - 60) })).ok).toBe(true);
  });

  it('stands for one message under its key, however the time is spelled, also when that has passed', async () => {
    const to = { phoneNumber: '+15550100602' };
    const at = inSeconds(1.5);
    const spelled = at.replace('Z', '+00:00');
    const first = await send('once', { to, scheduledAt: at, idempotencyKey: 'schedule' });
    const [again, ...all] = await Promise.all(
      Array.from({ length: 20 }, () => send('once', { to, scheduledAt: spelled, idempotencyKey: 'schedule' })),
    );
    for (const result of [again, ...all]) {
      expect(result?.ok && result.value).toMatchObject({ id: valueOf(first).id, status: 'SCHEDULED' });
      expect(result?.ok && result.cursor).toEqual(first.ok && first.cursor);
    }
    const others = [undefined, inSeconds(9_000)].map((scheduledAt) =>
      send('once', { to, scheduledAt, idempotencyKey: 'schedule' }),
    );
    for (const other of await Promise.all(others))
      expect(codesOf(other)).toEqual(['IDEMPOTENCY_CONFLICT idempotencyKey']);
    await bench.dispatch();
    await bench.untilStatus(valueOf(first).id, 'PROCESSING');
    expect(Date.parse(at)).toBeLessThanOrEqual(Date.now());
    const late = valueOf(await send('once', { to, scheduledAt: at, idempotencyKey: 'schedule' }));
    expect(late).toMatchObject({ id: valueOf(first).id, status: 'PROCESSING', scheduledAt: at });
    expect(bench.callsOf(late.id)).toHaveLength(1);
  });

  it('answers a repeated key of a cancelled message with that message', async () => {
    const input = { to: { phoneNumber: '+15550100603' }, scheduledAt: inSeconds(900), idempotencyKey: 'cancelled' };
    const { id } = valueOf(await send('never', input));
    await bench.commands.cancelScheduledMessage(bench.caller, { messageId: id });
    await bench.untilStatus(id, 'CANCELLED');
    expect(valueOf(await send('never', input))).toMatchObject({ id, status: 'CANCELLED' });
  });

  it('is listed by time while it waits, page by page, and not among the messages', async () => {
    const to = { phoneNumber: '+15550100604' };
    const seconds = [300, 100, 200, 100.5];
    const sent = [];
    for (const one of seconds) sent.push(await bench.send(`${one}`, { to, scheduledAt: inSeconds(one) }));
    const cancelled = await bench.send('cancelled', { to, scheduledAt: inSeconds(50) });
    await bench.commands.cancelScheduledMessage(bench.caller, { messageId: cancelled.id });
    await bench.untilStatus(cancelled.id, 'CANCELLED');
    for (const { id } of sent) await bench.untilStatus(id, 'SCHEDULED');
    const finders = createFinders({ database: bench.database });
    const { workspaceId } = bench.caller;
    const list = (page: { limit: number; after?: string }) =>
      finders.scheduledPage(workspaceId, cancelled.conversationId, { direction: 'forward', ...page });
    const first = await list({ limit: 3 });
    const rest = await list({ limit: 3, after: first.edges.at(-1)?.cursor ?? '' });
    const texts = [...first.edges, ...rest.edges].map(({ node }) => node.content?.text);
    expect(texts).toEqual(['100', '100.5', '200', '300']);
    expect([first.hasNextPage, rest.hasNextPage]).toEqual([true, false]);
    const among = await finders.messagePage(workspaceId, cancelled.conversationId, { limit: 9, direction: 'forward' });
    expect(among.edges).toEqual([]);
    expect(
      await finders.scheduledPage((await bench.stranger()).workspaceId, cancelled.conversationId, {
        ...{ limit: 9, direction: 'forward' },
      }),
    ).toMatchObject({ edges: [] });
  });

  it('goes with a batch, each judged alone', async () => {
    const to = { phoneNumber: '+15550100605' };
    const inputs = [
      bench.text('later', { channelId: bench.channelId, to, scheduledAt: inSeconds(500) }),
      bench.text('never', { channelId: bench.channelId, to, scheduledAt: inSeconds(-500) }),
      bench.text('now', { channelId: bench.channelId, to }),
    ];
    const batch = await bench.commands.sendMessages(bench.caller, inputs);
    expect(batch.ok && batch.results.map((result) => (result.ok ? result.value.status : codesOf(result)))).toEqual([
      'SCHEDULED',
      ['SCHEDULE_INVALID scheduledAt'],
      'ACCEPTED',
    ]);
    const [later] = batch.ok ? batch.results : [];
    const id = later?.ok ? later.value.id : undefined;
    await eventually(async () => expect(id && (await bench.states(id))).toEqual(['scheduled']));
  });
});
