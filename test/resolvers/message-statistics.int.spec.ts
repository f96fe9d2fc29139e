import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openCommandBench, type CommandBench } from '../support/command-bench.js';
import { acceptedData, at, type EventSketch } from '../support/events.js';
import { openPastRig, type PastRig } from './past-rig.js';

/** Message `m` is accepted at `m` minutes, sent so many seconds later as its number, delivered in twice that. */
const MESSAGES = 20;
/** Of each second its sender says what it is for. */
const categoryOf = (message: number) => (message % 2 === 0 ? { category: 'UTILITY' as const } : {});
/** Each fifth fails after it was sent. */
const FAILED = MESSAGES / 5;
const REFUSED = { code: 'RECIPIENT_UNREACHABLE' as const, isRetryable: false };

let bench: CommandBench;
let rig: PastRig;
const history: EventSketch[] = [];
beforeAll(async () => {
  bench = await openCommandBench();
  rig = await openPastRig(bench);
  for (let message = 1; message <= MESSAGES; message += 1) {
    const about = { message, n: 0 };
    const place = { attempt: 1, part: 0, providerMessageId: `p-${message}` };
    const begin = message * 60;
    const story: readonly EventSketch[] = [
      { ...about, type: 'message.accepted', data: { ...acceptedData(), ...categoryOf(message) }, n: begin },
      { ...about, type: 'message.sent', data: place, n: begin + message },
      message % 5 === 0
        ? {
            ...about,
            type: 'message.delivery_failed',
            data: { ...place, stage: 'UNKNOWN', failure: REFUSED },
            n: begin + 30,
          }
        : { ...about, type: 'message.delivered', data: place, n: begin + 2 * message },
    ];
    history.push(...story);
    for (const one of story) await rig.tell(one);
  }
});
afterAll(async () => {
  await rig.stop();
  await bench.stop();
});

const FIELDS = `start channelId provider status category failureCode count timeToSent { count medianMs p95Ms }
  timeToDelivered { count medianMs p95Ms } timeToRead { count }`;
interface Row {
  readonly start: string;
  readonly status: string | null;
  readonly count: number;
}
async function ask(args = 'bucket: DAY', from = at(-3_600), to = at(7 * 3_600)): Promise<readonly Row[]> {
  const query = `query ($from: DateTime!, $to: DateTime!) { messageStatistics(from: $from, to: $to, ${args}) { ${FIELDS} } }`;
  return (await rig.ask(query, { from, to }))['messageStatistics'] as readonly Row[];
}

describe('messageStatistics', () => {
  it('counts what was accepted, and says how long it took until half and 95 % of it were sent and delivered', async () => {
    const [row, ...others] = await ask();
    expect(others).toEqual([]);
    expect(row).toEqual({
      ...{
        start: '2026-06-01T00:00:00.000Z',
        channelId: null,
        provider: null,
        status: null,
        category: null,
        failureCode: null,
      },
      count: MESSAGES,
      timeToSent: { count: MESSAGES, medianMs: 10_500, p95Ms: 19_050 },
      timeToDelivered: { count: MESSAGES - FAILED, medianMs: 20_000, p95Ms: expect.closeTo(36_500, 0) as number },
      timeToRead: null,
    });
  });

  it('tells apart by what is asked for', async () => {
    const rows = await ask('by: [CHANNEL, PROVIDER, STATUS, FAILURE_CODE]');
    const same = { channelId: bench.channelId, provider: 'SANDBOX' };
    expect(rows).toMatchObject([
      { ...same, status: 'DELIVERED', failureCode: null, count: MESSAGES - FAILED },
      { ...same, status: 'DELIVERY_FAILED', failureCode: 'RECIPIENT_UNREACHABLE', count: FAILED },
    ]);
  });

  it('tells apart what their senders say that they are for', async () => {
    const rows = await ask('by: [CATEGORY]');
    expect(rows).toMatchObject([
      { category: 'UTILITY', status: null, count: MESSAGES / 2 },
      { category: null, status: null, count: MESSAGES / 2 },
    ]);
  });

  it('begins at `from`, ends before `to`, and leaves hours out of which there is nothing', async () => {
    const hours = await ask('bucket: HOUR');
    expect(hours.map(({ start, count }) => [start, count])).toEqual([['2026-06-01T12:00:00.000Z', MESSAGES]]);
    const [some] = await ask('bucket: HOUR', at(3 * 60), at(6 * 60));
    expect(some?.count).toBe(3);
    expect(await ask('bucket: HOUR', at(-7_200), at(-3_600))).toEqual([]);
  });

  it('counts the same when all of it is said again, and nothing for another workspace', async () => {
    const before = await ask('by: [STATUS, CATEGORY]');
    for (const one of history) await rig.tell(one);
    expect(await ask('by: [STATUS, CATEGORY]')).toEqual(before);
    const query = `{ messageStatistics(from: "${at(-60)}", to: "${at(7_200)}") { count } }`;
    expect(await rig.ask(query, {}, await bench.stranger())).toEqual({ messageStatistics: [] });
  });

  it.each([
    ['no time', 'from: "yesterday", to: "2026-06-02T00:00:00Z"', 'is not a time'],
    ['an end before the beginning', 'from: "2026-06-02T00:00:00Z", to: "2026-06-01T00:00:00Z"', 'must lie after'],
    [
      'hours of more than a month',
      'from: "2026-06-01T00:00:00Z", to: "2026-07-15T00:00:00Z", bucket: HOUR',
      'at most 31 days',
    ],
    ['days of more than a year', 'from: "2025-06-01T00:00:00Z", to: "2026-07-15T00:00:00Z"', 'at most 366 days'],
  ])('refuses %s', async (_what, args, why) => {
    await expect(rig.ask(`{ messageStatistics(${args}) { count } }`)).rejects.toThrow(why);
  });

  it('reads the messages of its time by their index, and no table from end to end', async () => {
    await bench.database.pool.query(`
      insert into read.messages select (jsonb_populate_record(m, jsonb_build_object('id', gen_random_uuid(),
        'created_at', m.created_at - i * interval '1 day'))).* from read.messages m, generate_series(1, 300) i
      where m.id = (select id from read.messages limit 1)`);
    await bench.database.pool.query('analyze read.messages, read.timeline');
    const spy = vi.spyOn(bench.database.pool, 'query');
    await ask('by: [CHANNEL]');
    const [statement, values] = (spy.mock.calls.find(([one]) => JSON.stringify(one).includes('percentile')) ??
      []) as unknown as [{ readonly text: string }, unknown[]];
    spy.mockRestore();
    const found = await bench.database.pool.query<{ 'QUERY PLAN': string }>(`explain ${statement.text}`, values);
    const plan = found.rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toContain('messages_sent_at');
    expect(plan).not.toContain('Seq Scan on messages');
  });
});
