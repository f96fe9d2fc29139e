import { readdir } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { toRecord } from '../../src/events/codec.js';
import type { EventLog } from '../../src/events/log/event-log.js';
import { openPostgresLog } from '../../src/events/log/postgres/open-postgres-log.js';
import { parley } from '../support/command-line.js';
import { startPostgresProxy } from '../support/postgres-proxy.js';
import { acceptedData, event } from '../support/events.js';
import { testLog } from '../support/log.js';
import { doctor, startDoctorRig, type DoctorRig } from './doctor-rig.js';

let rig: DoctorRig;
let log: EventLog;
beforeEach(async () => {
  rig = await startDoctorRig();
  log = await openPostgresLog({ database: rig.database, log: testLog, partitions: 12 });
  await rig.belongTo(log);
});
afterEach(async () => {
  await log.close();
  await rig.stop();
});

const run = (text: string) => rig.database.pool.query(text);
const appendEvent = (spoil: (value: string) => string = (value) => value) => {
  const record = toRecord(
    event({ type: 'message.accepted', n: 1, data: acceptedData(1, 'Very private') }),
    rig.fingerprint,
  );
  return log.append('events', { ...record, value: Buffer.from(spoil(record.value.toString())) });
};

describe('parley doctor', () => {
  it('finds nothing wrong where nothing is, with Parley running or not', async () => {
    const resting = await doctor();
    expect(resting.problems).toEqual([]);
    expect(resting.of('PROCESSES')[0]).toMatchObject({ severity: 'remark' });
    for (const code of ['DATABASE', 'DATABASE_MIGRATIONS', 'DATABASE_CLOCK', 'INSTANCE', 'LOG', 'LOG_INSTANCE'])
      expect(resting.of(code)[0], code).toMatchObject({ severity: 'ok' });
    await rig.pretendToRun();
    const running = await doctor();
    expect(running.problems).toEqual([]);
    expect(running.of('PROCESSES')[0]).toMatchObject({ severity: 'ok', message: expect.stringContaining('1 process') });
  });

  it('says what to do about each problem, for people too', async () => {
    await run(`insert into work.dead_letters values ('projector', 'events', 0, 7, 'not JSON')`);
    const { code, output } = await parley(['doctor']);
    expect(code).toBe(1);
    expect(output).toMatch(/^PROBLEM {2}projector: 1 dead letter of events.*\n {9}→ .*parley redrive --list/m);
    expect(output.trimEnd().split('\n').at(-1)).toMatch(/^\d+ problems?\.$/);
  });

  it.each([
    ['a missing migration', `delete from drizzle.__drizzle_migrations where id = 1`, 'DATABASE_MIGRATIONS', 'problem'],
    [
      'a newer database',
      `insert into drizzle.__drizzle_migrations (hash, created_at) values ('', 9999999999999)`,
      'DATABASE_NEWER',
      'problem',
    ],
    [
      'a dead letter of last week',
      `insert into work.dead_letters values ('projector', 'events', 0, 7, '', now() - interval '7 days')`,
      'DEAD_LETTERS',
      'remark',
    ],
    [
      'what waits in the outbox',
      `insert into work.outbox values (gen_random_uuid(), 'events', 'k', '{}', '', 0, now() - interval '2 minutes')`,
      'OUTBOX',
      'problem',
    ],
    [
      'a receipt that is parked for hours',
      `insert into work.parked_receipts values (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'p', '{}', gen_random_uuid(), 1, now(), now() - interval '3 hours')`,
      'PARKED',
      'remark',
    ],
    ['an expired lease', dispatch('calling', `now() - interval '2 minutes'`), 'LEASES', 'problem'],
    ['an unknown outcome', dispatch('unknown', 'null'), 'OUTCOMES', 'remark'],
    [
      'an event that this version knows, unfolded',
      journaled('message.accepted', '{"version":1}'),
      'REBUILD_NEEDED',
      'problem',
    ],
    ['an event of a newer version', journaled('message.accepted', '{"version":99}'), 'UNFOLDED', 'remark'],
    ['a receipt without a message', journaled('receipt.orphaned', '{}', true), 'RECEIPTS_ORPHANED', 'remark'],
    [
      'a webhook that nobody understood',
      journaled('webhook.uninterpreted', '{"data":{"reason":"unknown kind"}}', true),
      'WEBHOOKS_UNINTERPRETED',
      'remark',
    ],
    [
      'a position beyond the log',
      `insert into work.positions values ('dispatcher', 'events', 3, 5)`,
      'CONSUMER_BEYOND',
      'problem',
    ],
    ['a database of another log', `update config.instance set log_id = 'cluster/other'`, 'LOG_OTHER', 'problem'],
    ['a log with other partitions', `update log.identity set partition_count = 7`, 'LOG_PARTITIONS', 'problem'],
  ])('finds %s', async (_what, ruin, code, severity) => {
    await rig.pretendToRun();
    await run(ruin);
    const examined = await doctor();
    expect(examined.of(code)[0]).toMatchObject({ severity });
    expect(examined.of(code)[0]?.remedy).toBeTruthy();
    expect(examined.problems.length > 0).toBe(severity === 'problem');
  });

  it('finds settings of PostgreSQL that lose what was acknowledged', async () => {
    const database = new URL(rig.databaseUrl).pathname.slice(1);
    await run(`alter database ${database} set synchronous_commit = off`);
    const found = (await doctor()).of('DATABASE_SETTINGS').map(({ message }) => message.split(' ')[0]);
    expect(found).toEqual(expect.arrayContaining(['fsync', 'synchronous_commit']));
  });

  it('takes what only waits for Parley to run for no problem', async () => {
    await run(
      `insert into work.outbox values (gen_random_uuid(), 'events', 'k', '{}', '', 0, now() - interval '1 hour')`,
    );
    await appendEvent();
    const { problems, of } = await doctor();
    expect(problems).toEqual([]);
    expect(of('OUTBOX')[0]).toMatchObject({ severity: 'remark' });
    expect(of('CONSUMER_PROJECTOR')[0]?.message).toBe('projector: 1 event before it, and Parley does not run.');
  });

  it('tells a consumer that stands from one that moves, with Parley running', async () => {
    await rig.pretendToRun();
    const { partition, offset } = await appendEvent();
    await run(`insert into read.positions values (${partition}, ${offset + 1n})`);
    const { problems, of } = await doctor();
    expect(problems).toEqual(['CONSUMER_STANDS']);
    expect(of('CONSUMER_PROJECTOR')[0]).toMatchObject({ severity: 'ok' });
    expect(of('CONSUMER_STANDS').map(({ message }) => message)).toEqual([
      `dispatcher: stands with 1 event before it (partition ${partition} at ${offset}).`,
    ]);
  });

  it('rule 14: names the event that can not be read, and nothing of what it says', async () => {
    const { partition, offset } = await appendEvent((value) => value.replace('"parts":', '"pieces":'));
    const { of, text } = await doctor();
    expect(
      of('CONSUMER_POISON')
        .map(({ message }) => message)
        .join(),
    ).toContain(`partition ${partition}, offset ${offset}: message.accepted version 1 (evt_`);
    expect(text).not.toMatch(/Very private|\+1555/);
  });

  it('finds a log of another instance', async () => {
    const { partition } = await appendEvent();
    await run(
      `update log.records set headers = headers || '{"ce_idfingerprint":"abcd"}' where partition = ${partition}`,
    );
    expect((await doctor()).of('LOG_OTHER_INSTANCE')[0]?.message).toContain('instance abcd');
  });

  it('finds that the secret key is another, or absent', async () => {
    vi.stubEnv('PARLEY_SECRET_KEY', Buffer.alloc(32, 1).toString('base64'));
    expect((await doctor()).of('SECRET_KEY')[0]).toMatchObject({ severity: 'problem' });
    vi.stubEnv('PARLEY_SECRET_KEY', '');
    const absent = await doctor();
    expect(absent.of('SECRET_KEY')[0]?.message).toContain('not here');
    expect(await readdir(rig.dataDir), 'a look makes no key').toEqual([]);
  });

  it('with PostgreSQL away says so, and what else can be said', async () => {
    const away = new URL(rig.databaseUrl);
    away.port = '1';
    away.password = 'secret-password';
    vi.stubEnv('DATABASE_URL', away.href);
    const { problems, of, text } = await doctor();
    expect(problems).toEqual(['DATABASE_AWAY']);
    expect(of('CONFIG_VALID')).toHaveLength(1);
    expect(of('DATABASE_AWAY')[0]?.remedy).toContain('DATABASE_URL');
    expect(text).not.toContain('secret-password');
  });

  it('with PostgreSQL lost in the middle says of the rest that it was not seen', async () => {
    const proxy = await startPostgresProxy(rig.databaseUrl);
    vi.stubEnv('DATABASE_URL', proxy.url);
    const hold = proxy.holdStatement(({ sql }) => sql.includes('clock_timestamp'));
    const looking = doctor();
    await hold.reached;
    proxy.cut();
    hold.release();
    const { problems } = await looking;
    await proxy.close();
    expect(problems).toEqual(expect.arrayContaining(['DATABASE_CLOCK_NOT_SEEN', 'DEAD_LETTERS_NOT_SEEN']));
  });

  it('tells all faults of the configuration at once', async () => {
    vi.stubEnv('PORT', 'x');
    vi.stubEnv('PARLEY_ROLES', 'nobody');
    const { of } = await doctor();
    expect(of('CONFIG_INVALID').map(({ message }) => message.split(' ')[0])).toEqual(['PORT', 'PARLEY_ROLES']);
  });

  it('makes no embedded database where there is none', async () => {
    vi.stubEnv('DATABASE_URL', '');
    const { problems, of } = await doctor();
    expect(problems).toEqual([]);
    expect(of('DATABASE_NONE')).toHaveLength(1);
    expect(await readdir(rig.dataDir)).toEqual([]);
  });

  it('answers what it was not made for with 2', async () => {
    expect((await parley(['doctor', '--mend'])).code).toBe(2);
  });
});

function dispatch(state: string, leaseUntil: string): string {
  return `insert into work.dispatches
    (message_id, attempt, part, workspace_id, conversation_id, contact_id, channel_id, state, queue_offset, run_at, lease_until)
    select gen_random_uuid(), 1, 0, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(),
      '${state}', 0, now(), ${leaseUntil}`;
}

/** In a journal whose log has that offset too. */
function journaled(type: string, value: string, isFolded = false): string {
  return `insert into read.events
      (partition, "offset", id, type, workspace_id, channel_id, recorded_at, is_folded, value)
      select 0, 0, gen_random_uuid(), '${type}', gen_random_uuid(), gen_random_uuid(), now(), ${isFolded}, '${value}';
    insert into read.positions values (0, 0)`;
}
