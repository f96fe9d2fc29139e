import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { channelIds, workspaceIds } from '../../../src/events/kernel/ids.js';
import { createFinders } from '../../../src/events/queries/create-finders.js';
import { openCommandBench, type CommandBench } from '../../support/command-bench.js';
import { eventually } from '../../support/eventually.js';

const DEPTH_MAX = 3;

let bench: CommandBench;
let direct: pg.Client;
beforeEach(async () => {
  bench = await openCommandBench({ queueDepthMax: DEPTH_MAX });
  direct = new pg.Client({ connectionString: bench.databaseUrl });
  await direct.connect();
});
afterEach(async () => {
  await direct.end();
  await bench.stop();
});

const channelUuid = () => channelIds.toUuid(channelIds.parse(bench.channelId) ?? failing());

/** So many parts wait, as the dispatcher's intake would have left them. */
const queue = (count: number, state = 'waiting') =>
  direct.query(
    `insert into work.dispatches (message_id, attempt, part, workspace_id, conversation_id, contact_id, channel_id,
       state, queue_offset, run_at)
     select gen_random_uuid(), 1, 0, $1, gen_random_uuid(), gen_random_uuid(), $2, $3, 0, now()
     from generate_series(1, $4)`,
    [workspaceIds.toUuid(bench.caller.workspaceId), channelUuid(), state, count],
  );

const send = (more: Parameters<CommandBench['text']>[1] = {}) =>
  bench.commands.sendMessage(bench.caller, bench.text('hello', more));

/** The first sends are the looks that make the backlog known. */
const untilRefused = () =>
  eventually(async () => {
    const refused = await send();
    expect(refused).toMatchObject({ ok: false });
    return refused;
  });

describe('a channel with too much to do', () => {
  it('refuses more of it, and says when to come again', async () => {
    await queue(DEPTH_MAX);
    expect(await untilRefused()).toEqual({
      ok: false,
      userErrors: [
        {
          code: 'CHANNEL_BACKLOGGED',
          message: '3 messages or more of this channel still wait to be sent. Send this one later.',
          field: ['channelId'],
          // Of a thousand a second it is rid in no time.
          retryAfterMs: 1_000,
        },
      ],
    });
  });

  it('says so of each message of a batch', async () => {
    await queue(DEPTH_MAX);
    await untilRefused();
    const answer = await bench.commands.sendMessages(bench.caller, [bench.text('one'), bench.text('two')]);
    const refused = { ok: false, userErrors: [{ code: 'CHANNEL_BACKLOGGED', field: ['channelId'] }] };
    expect(answer).toMatchObject({ ok: true, results: [refused, refused], cursor: null });
  });

  it('answers for what it has taken before, and takes what is to be sent later', async () => {
    const key = { idempotencyKey: 'before' };
    const before = await send(key);
    await queue(DEPTH_MAX);
    await untilRefused();
    const repeated = await send(key);
    expect(repeated.ok && before.ok && repeated.value.id).toBe(before.ok && before.value.id);
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
    expect(await send({ scheduledAt: tomorrow })).toMatchObject({ ok: true });
  });

  it('takes more when enough of it has left', async () => {
    await queue(DEPTH_MAX);
    await untilRefused();
    await direct.query(`update work.dispatches set state = 'settled' where state = 'waiting'`);
    await eventually(async () => expect(await send()).toMatchObject({ ok: true }));
  });

  it('counts neither what is settled nor what is scheduled', async () => {
    await queue(DEPTH_MAX - 1);
    await queue(5, 'settled');
    await queue(5, 'scheduled');
    await send();
    const [depth] = await createFinders(bench).queueDepths(bench.caller.workspaceId, [bench.channelId]);
    expect(depth).toBe(DEPTH_MAX - 1);
    expect(await send()).toMatchObject({ ok: true });
  });
});

it('a send does not wait for the look at the queue', async () => {
  expect(await send()).toMatchObject({ ok: true });
  await direct.query('begin');
  await direct.query('lock table work.dispatches in access exclusive mode');
  // Long enough for what is known to be old: each of them would look.
  const begun = performance.now();
  while (performance.now() - begun < 1_300) expect(await send()).toMatchObject({ ok: true });
  const looks = await direct.query(
    `select 1 from pg_locks where relation = 'work.dispatches'::regclass and not granted`,
  );
  expect(looks.rowCount).toBe(1);
  await direct.query('rollback');
});

it('the depth of a foreign channel is nobody’s business', async () => {
  await queue(2);
  const { workspaceId } = await bench.stranger();
  expect(await createFinders(bench).queueDepths(workspaceId, [bench.channelId])).toEqual([undefined]);
  expect(await createFinders(bench).queueDepths(bench.caller.workspaceId, [bench.channelId])).toEqual([2]);
});

function failing(): never {
  throw new Error('The bench has no channel.');
}
