import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SendMessage } from '../../../src/events/commands/commands.js';
import { LogUnavailableError, type EventLog } from '../../../src/events/log/event-log.js';
import { codesOf, openCommandBench, valueOf, type CommandBench } from '../../support/command-bench.js';
import { eventually } from '../../support/eventually.js';

describe('an idempotency key', () => {
  let bench: CommandBench;
  /** Stands between the bench and its log: appends of these texts reach it, and the answer doesn't come back, or neither. */
  const cut = { before: new Set<string>(), after: new Set<string>() };
  beforeAll(async () => {
    bench = await openCommandBench({ wrapLog: (log) => withCuts(log, cut) });
  });
  afterAll(() => bench.stop());

  const send = (input: SendMessage, caller = bench.caller) => bench.commands.sendMessage(caller, input);
  const acceptedOf = async (text: string) =>
    (await bench.events()).filter(({ event }) => JSON.stringify(event.data).includes(`"text":"${text}"`));
  const rowOf = async (key: string) => {
    const found = await bench.database.pool.query<{ message_id: string; offset: bigint | null }>(
      'select message_id, "offset" from work.idempotency_keys where key = $1',
      [key],
    );
    return found.rows[0];
  };

  it('makes one message of 50 sends at once, and 50 equal answers', async () => {
    const input = bench.text('once', { to: { phoneNumber: '+15550100041' }, idempotencyKey: 'fifty' });
    const answers = await Promise.all(Array.from({ length: 50 }, () => send(input)));
    expect(new Set(answers.map((answer) => valueOf(answer).id)).size).toBe(1);
    expect(new Set(answers.map((answer) => answer.ok && answer.cursor.join())).size).toBe(1);
    expect(await acceptedOf('once')).toHaveLength(1);
  });

  it('answers a repeat with the same cursor, and the message as it is now', async () => {
    const input = bench.text('repeat', { idempotencyKey: 'repeat' });
    const first = await send(input);
    await Promise.all(Array.from({ length: 5 }, (_, n) => send(bench.text(`between ${n}`))));
    const again = await send(input);
    expect(valueOf(again).id).toBe(valueOf(first).id);
    expect(again.ok && again.cursor).toEqual(first.ok && first.cursor);
  });

  it('keeps the id in its row, never derived from the key (rule 6)', async () => {
    const first = valueOf(await send(bench.text('row', { idempotencyKey: 'row' })));
    const stranger = await bench.stranger();
    const other = await send(bench.text('row', { idempotencyKey: 'row' }), stranger);
    expect(codesOf(other)).toEqual(['CHANNEL_NOT_FOUND channelId']);
    const row = await rowOf('row');
    expect(row?.message_id).toBeDefined();
    expect(valueOf(await send(bench.text('row', { idempotencyKey: 'row' }))).id).toBe(first.id);
  });

  it('refuses another input, whatever is different, and takes the same in another spelling', async () => {
    const input = bench.text('spelling', { idempotencyKey: 'spelling', metadata: { a: 1, b: 2 } });
    const first = valueOf(await send(input));
    const others = [
      { content: { text: { text: 'another' } } },
      { reference: 'another' },
      { author: 'BOT' as const },
      { metadata: { a: 1, b: 2, c: null } },
      { to: { phoneNumber: '+15550100042' } },
    ];
    for (const other of others)
      expect(codesOf(await send({ ...input, ...other }))).toEqual(['IDEMPOTENCY_CONFLICT idempotencyKey']);
    const same = {
      ...input,
      author: 'AGENT' as const,
      metadata: { b: 2, a: 1 },
      content: { image: null, ...input.content },
    };
    expect(valueOf(await send(same)).id).toBe(first.id);
  });

  it('is looked up before validation: a repeat is answered after its channel was switched off', async () => {
    const input = bench.text('before', { idempotencyKey: 'before' });
    const first = valueOf(await send(input));
    await bench.database.pool.query('update config.channels set is_enabled = false');
    await bench.directory.refresh(bench.channelId);
    expect(valueOf(await send(input)).id).toBe(first.id);
    await bench.database.pool.query('update config.channels set is_enabled = true');
    await bench.directory.refresh(bench.channelId);
  });

  it('stays free after a refusal', async () => {
    const idempotencyKey = 'free';
    expect((await send(bench.text('', { idempotencyKey }))).ok).toBe(false);
    expect((await send(bench.text('now', { idempotencyKey }))).ok).toBe(true);
  });

  it('has 1 to 255 characters and no control character', async () => {
    for (const idempotencyKey of ['', 'k'.repeat(256), 'a\r\nb', 'a\0b', '\ud800'])
      expect(codesOf(await send(bench.text('x', { idempotencyKey })))).toEqual(['INPUT_INVALID idempotencyKey']);
    expect((await send(bench.text('x', { idempotencyKey: '😀'.repeat(255) }))).ok).toBe(true);
  });

  it('is a new message after 30 days', async () => {
    const input = bench.text('month', { idempotencyKey: 'month' });
    const first = valueOf(await send(input));
    await eventually(async () => expect((await rowOf('month'))?.offset).not.toBeNull());
    await bench.database.pool.query(
      `update work.idempotency_keys set created_at = now() - interval '30 days 1 second' where key = 'month'`,
    );
    const second = valueOf(await send(input));
    expect(second.id).not.toBe(first.id);
    expect(valueOf(await send(input)).id).toBe(second.id);
  });

  it('says that nothing is known when the log does not answer, and the repeat makes the same message (rule 2)', async () => {
    const input = bench.text('never came', { idempotencyKey: 'never came' });
    cut.before.add('never came');
    await expect(send(input)).rejects.toMatchObject({ code: 'UNAVAILABLE', details: { retryAfterMs: 1_000 } });
    cut.before.clear();
    const row = await eventually(async () => {
      const found = await rowOf('never came');
      expect(found).toBeDefined();
      return found;
    });
    const repeated = valueOf(await send(input));
    expect(await acceptedOf('never came')).not.toHaveLength(0);
    expect(new Set((await acceptedOf('never came')).map(({ event }) => event.id)).size).toBe(1);
    expect(row?.message_id).toBe((await rowOf('never came'))?.message_id);
    expect(repeated.content).toMatchObject({ text: 'never came' });
  });

  it('repeats the same event id when the first append had come through unheard (rule 7)', async () => {
    const input = bench.text('unheard', { idempotencyKey: 'unheard' });
    cut.after.add('unheard');
    await expect(send(input)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    cut.after.clear();
    valueOf(await send(input));
    const written = await acceptedOf('unheard');
    expect(written.length).toBeGreaterThanOrEqual(2);
    expect(new Set(written.map(({ event }) => event.id)).size).toBe(1);
  });

  it('F16: appends the bytes of its row, also what only a newer version of Parley understands in them', async () => {
    const input = bench.text('newer', { idempotencyKey: 'newer' });
    cut.before.add('newer');
    await expect(send(input)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    // As a newer version would have reserved it, before it died.
    for (const table of ['idempotency_keys', 'outbox']) {
      await bench.database.pool.query(`update work.${table} set value = convert_to(replace(convert_from(value, 'UTF8'),
        '"text":"newer"', '"text":"newer","tone":"kind"'), 'UTF8') where convert_from(value, 'UTF8') like '%"newer"%'`);
    }
    cut.before.clear();
    valueOf(await send(input));
    const { rows } = await bench.database.pool.query<{ text: string }>(
      `select convert_from(value, 'UTF8') as text from log.records where convert_from(value, 'UTF8') like '%"newer"%'`,
    );
    expect(rows.length).toBeGreaterThan(0);
    for (const { text } of rows) expect(text).toContain('"text":"newer","tone":"kind"');
  });
});

/** A log on a bad line. The error is the driver's own way to say it. */
function withCuts(log: EventLog, cut: { before: ReadonlySet<string>; after: ReadonlySet<string> }): EventLog {
  const isAmong = (texts: ReadonlySet<string>, value: Buffer) =>
    [...texts].some((text) => value.includes(`"text":"${text}"`));
  return {
    ...log,
    async append(topic, record, options) {
      if (isAmong(cut.before, record.value)) throw new LogUnavailableError('cut before');
      const position = await log.append(topic, record, options);
      if (isAmong(cut.after, record.value)) throw new LogUnavailableError('cut after');
      return position;
    },
  };
}
