import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BatchResult, SendMessage } from '../../../src/events/commands/commands.js';
import { LogUnavailableError, type EventLog } from '../../../src/events/log/event-log.js';
import type { MessageState } from '../../../src/events/message/state.js';
import { codesOf, openCommandBench, valueOf, type CommandBench } from '../../support/command-bench.js';
import { eventually } from '../../support/eventually.js';

describe('sendMessages', () => {
  let bench: CommandBench;
  /** Partitions whose appends end so, without the log having heard of them. */
  const ill = new Map<number, 'refuses' | 'is silent'>();
  let headsAsked = 0;
  beforeAll(async () => {
    bench = await openCommandBench({
      wrapLog: (log) => ({
        ...withIllness(log, ill),
        heads(topic) {
          headsAsked += 1;
          return log.heads(topic);
        },
      }),
    });
  });
  afterAll(() => bench.stop());

  const sendAll = (inputs: readonly SendMessage[], startedAt?: number) =>
    bench.commands.sendMessages(bench.caller, inputs, startedAt);
  const send = (input: SendMessage) => bench.commands.sendMessage(bench.caller, input);
  const resultsOf = (batch: BatchResult) => {
    if (!batch.ok) throw new Error(JSON.stringify(batch.userErrors));
    return batch.results;
  };
  const to = (phoneNumber: string) => ({ to: { phoneNumber } });
  const textOf = (message: MessageState) => message.content?.text;
  /** What the log holds of a thread's sends, in its order. */
  async function saidTo(phoneNumber: string): Promise<string[]> {
    const conversationId = bench.identity.conversation(bench.channelId, phoneNumber);
    return (await bench.events()).flatMap(({ event }) => {
      const data = event.data as { readonly content?: { readonly message?: { readonly text: string } } };
      return event.conversationId === conversationId && event.type === 'message.accepted'
        ? [data.content?.message?.text ?? '']
        : [];
    });
  }

  /** What a send's first event is appended under; a thread that is new is opened first, under its contact's key too. */
  const keysOf = (number: string, known: readonly string[]) => [
    bench.identity.conversation(bench.channelId, number),
    ...(known.includes(number) ? [] : [bench.identity.contact(bench.channelId, number)]),
  ];

  it('judges each alone and answers in the order given', async () => {
    const batch = await sendAll([
      bench.text('one', to('+15550100071')),
      bench.text('', to('+15550100072')),
      bench.text('three', { ...to('+15550100073'), channelId: 'chan_00000000000000000000000000' }),
      bench.text('four', to('+1')),
      bench.text('five', { ...to('+15550100071'), content: { template: { name: 'welcome' } } }),
      bench.text('six', { ...to('+15550100071'), idempotencyKey: '' }),
    ]);
    const results = resultsOf(batch);
    expect(results.map(codesOf)).toEqual([
      [],
      ['CONTENT_INVALID content.text.text'],
      ['CHANNEL_NOT_FOUND channelId'],
      ['RECIPIENT_INVALID to.phoneNumber'],
      [],
      ['INPUT_INVALID idempotencyKey'],
    ]);
    const sent = results.flatMap((result) => (result.ok ? [result.value] : []));
    expect(sent.map(({ contentKind }) => contentKind)).toEqual(['text', 'template']);
    const cursor = batch.ok ? batch.cursor : null;
    for (const { addedAt } of sent) {
      expect(addedAt && cursor?.[addedAt.partition]).toBeGreaterThan(addedAt?.offset ?? 0n);
    }
  });

  it('takes 500, and nothing at all of 501', async () => {
    const before = (await bench.events()).length;
    const many = Array.from({ length: 501 }, (_, n) => bench.text(`${n}`, to('+15550100074')));
    const refused = await sendAll(many);
    expect(refused).toMatchObject({ ok: false, userErrors: [{ code: 'BATCH_TOO_LARGE', field: ['messages'] }] });
    expect(await bench.events()).toHaveLength(before);
    // A thread that is new to all of them, and more than one transaction reserves.
    const results = resultsOf(await sendAll(many.slice(0, 500)));
    expect(results.map((result) => textOf(valueOf(result)))).toEqual(many.slice(0, 500).map((_, n) => `${n}`));
    expect(await saidTo('+15550100074')).toEqual(many.slice(0, 500).map((_, n) => `${n}`));
  });

  it('tells of the others also where Postgres refuses one: whoever heard nothing of them would send them again', async () => {
    const refused = bench.identity.conversation(bench.channelId, '+15550100079');
    await bench.database.pool.query(`alter table work.outbox add constraint spoilt check (key <> '${refused}')`);
    const numbers = ['+15550100078', '+15550100079', '+15550100080'];
    const results = resultsOf(await sendAll(numbers.map((number) => bench.text('spoilt', to(number)))));
    await bench.database.pool.query('alter table work.outbox drop constraint spoilt');
    expect(results.map(codesOf)).toEqual([[], ['UNAVAILABLE '], []]);
    expect(await Promise.all(numbers.map(saidTo))).toEqual([['spoilt'], [], ['spoilt']]);
  });

  it('does nothing with nothing', async () => {
    expect(await sendAll([])).toEqual({ ok: true, results: [], cursor: null });
  });

  it('keeps the order within a conversation, whatever each message takes', async () => {
    const known = valueOf(await send(bench.text('known', to('+15550100075'))));
    const more = (n: number): Partial<SendMessage> => {
      const recipient = n % 3 === 0 ? { conversationId: known.conversationId } : { phoneNumber: '+15550100075' };
      const key = n % 2 === 0 ? {} : { idempotencyKey: `order ${n}` };
      const content = n % 7 === 6 ? { content: { reaction: { messageId: known.id, emoji: '👍' } } } : {};
      return { to: recipient, ...key, ...content };
    };
    const inputs = Array.from({ length: 60 }, (_, n) => bench.text(`${n}`, more(n)));
    expect(resultsOf(await sendAll(inputs)).flatMap(codesOf)).toEqual([]);
    const expected = inputs.map((_, n) => (n % 7 === 6 ? '👍' : `${n}`));
    expect(await saidTo('+15550100075')).toEqual(['known', ...expected]);
  });

  it('makes one message of a key that it is given twice, and refuses another input under it', async () => {
    const one = bench.text('twice', { ...to('+15550100076'), idempotencyKey: 'twice' });
    const other = { ...one, reference: 'another' };
    const wrong = { ...one, idempotencyKey: 'late', content: { text: { text: '' } } };
    const right = { ...one, idempotencyKey: 'late' };
    const results = resultsOf(await sendAll([one, other, one, wrong, right]));
    expect(results.map(codesOf)).toEqual([
      [],
      ['IDEMPOTENCY_CONFLICT idempotencyKey'],
      [],
      ['CONTENT_INVALID content.text.text'],
      // A refused input leaves the key free.
      [],
    ]);
    const [first, , third, , fifth] = results;
    expect(first && third && valueOf(first).id === valueOf(third).id).toBe(true);
    expect(first?.ok && third?.ok && first.cursor.join() === third.cursor.join()).toBe(true);
    expect(await saidTo('+15550100076')).toHaveLength(2);
    const again = resultsOf(await sendAll([one, right]));
    expect(again.map((result) => valueOf(result).id)).toEqual(
      [first, fifth].map((result) => result && valueOf(result).id),
    );
  });

  it('asks together what many of it ask: of the log and of the read models (design §8)', async () => {
    const first = valueOf(await send(bench.text('known', to('+15550100077'))));
    const unknown = 'msg_00000000000000000000000000';
    const recipient = { to: { contactId: first.contactId ?? '' } };
    const inputs = Array.from({ length: 100 }, (_, n) =>
      bench.text('x', { ...recipient, replyToMessageId: n % 2 === 0 ? first.id : unknown }),
    );
    const before = headsAsked;
    const results = resultsOf(await sendAll(inputs));
    expect(results.map((result) => codesOf(result).length)).toEqual(inputs.map((_, n) => n % 2));
    expect(headsAsked - before).toBeLessThanOrEqual(4);
  });

  it('tells of each by itself that nobody knows, and a repeat makes each message once (rule 2)', async () => {
    const numbers = Array.from({ length: 24 }, (_, n) => `+155501010${String(n).padStart(2, '0')}`);
    const known = numbers.slice(0, 12);
    for (const number of known) valueOf(await send(bench.text('hi', to(number))));
    const inputs = numbers.map((number) => bench.text('batch', { ...to(number), idempotencyKey: `batch ${number}` }));
    const isIll = (number: string) => keysOf(number, known).some((key) => bench.log.partitionOf(key) === 2);
    ill.set(2, 'refuses');
    const results = resultsOf(await sendAll(inputs));
    ill.clear();
    expect(results.map(codesOf)).toEqual(numbers.map((number) => (isIll(number) ? ['UNAVAILABLE '] : [])));
    expect(numbers.some(isIll) && !numbers.every(isIll)).toBe(true);
    const told = results.find((result) => !result.ok);
    expect(told?.ok === false && told.userErrors[0]).toMatchObject({
      message: expect.stringContaining('idempotencyKey') as string,
      retryAfterMs: expect.any(Number) as number,
    });
    // Until the log is known to be back, nothing new is recorded.
    const repeated = await eventually(async () => {
      const again = resultsOf(await sendAll(inputs));
      expect(again.flatMap(codesOf)).toEqual([]);
      return again;
    });
    expect(new Set(repeated.map((result) => valueOf(result).id)).size).toBe(numbers.length);
    const events = (await bench.events()).filter(({ event }) => JSON.stringify(event.data).includes('"text":"batch"'));
    expect(new Set(events.map(({ event }) => event.id)).size).toBe(numbers.length);
  });

  it('answers within 5 s also where one partition is silent: the others have their messages', async () => {
    // One that was given before, and whose event the log never took: who repeats it waits, and nobody with him.
    const candidates = Array.from({ length: 100 }, (_, n) => `+155501012${String(n).padStart(2, '0')}`);
    const isIll = (number: string) => bench.log.partitionOf(bench.identity.conversation(bench.channelId, number)) === 1;
    const stuck = candidates.find(isIll) ?? expect.unreachable();
    const numbers = [...Array.from({ length: 15 }, (_, n) => `+155501011${String(n).padStart(2, '0')}`), stuck];
    const known = numbers.slice(0, 8);
    for (const number of known) valueOf(await send(bench.text('hi', to(number))));
    const repeat = bench.text('stuck', { ...to(stuck), idempotencyKey: 'stuck' });
    ill.set(1, 'refuses');
    expect(resultsOf(await sendAll([repeat])).flatMap(codesOf)).toEqual(['UNAVAILABLE ']);
    // Whoever gets through tells that the log isn't away as a whole.
    const healthy = known.find((number) => bench.log.partitionOf(keysOf(number, known)[0] ?? '') !== 1) ?? '';
    valueOf(await send(bench.text('back', to(healthy))));
    ill.set(1, 'is silent');
    // As if most of its time was gone already.
    const startedAt = performance.now() - 3_800;
    const results = resultsOf(
      await sendAll([repeat, ...numbers.map((number) => bench.text('late', to(number)))], startedAt),
    );
    ill.clear();
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    const silent = (number: string) => keysOf(number, known).some((key) => bench.log.partitionOf(key) === 1);
    expect(numbers.some(silent) && !numbers.slice(8).every(silent)).toBe(true);
    const expected = numbers.map((number) => (silent(number) ? ['UNAVAILABLE '] : []));
    expect(results.map(codesOf)).toEqual([['UNAVAILABLE '], ...expected]);
  });
});

function withIllness(log: EventLog, ill: ReadonlyMap<number, 'refuses' | 'is silent'>): EventLog {
  return {
    ...log,
    append(topic, record, options) {
      const illness = topic === 'events' ? ill.get(log.partitionOf(record.key)) : undefined;
      if (illness === 'refuses') return Promise.reject(new LogUnavailableError('This partition is away.'));
      if (illness === undefined) return log.append(topic, record, options);
      return new Promise((_, reject) => {
        options?.signal?.addEventListener('abort', () => reject(new LogUnavailableError('It did not answer.')));
      });
    },
  };
}
