import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Database } from '../../src/database/database.js';
import { openDatabase } from '../../src/database/open-database.js';
import type { Running } from '../../src/lifecycle.js';
import { askFor, watchOperation } from '../../src/operations/ask-for.js';
import { OperationRefusedError, type Operation, type OperationHandler } from '../../src/operations/operation.js';
import { askToCancel, findLatest } from '../../src/operations/operation-rows.js';
import { startOperations } from '../../src/operations/runner.js';
import { cloneDatabase, type ClonedDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { testLog } from '../support/log.js';

let clone: ClonedDatabase;
let database: Database;
let runners: Running[];
beforeEach(async () => {
  clone = await cloneDatabase();
  database = openDatabase(clone.url, testLog);
  runners = [];
});
afterEach(async () => {
  await Promise.all(runners.map((runner) => runner.stop()));
  await database.close();
  await clone.drop();
});

function run(rebuild: OperationHandler): Running {
  const runner = startOperations({ database, logger: testLog, handlers: { rebuild } });
  runners.push(runner);
  return runner;
}

const ended = async ({ id }: Operation) =>
  watchOperation(database, id, { onLook: () => undefined, signal: new AbortController().signal });

const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error('told to end'))));

const stateOf = async () => (await findLatest(database.orm, 'rebuild'))?.state;

it('does what was asked for before it began and while it runs, and says what came of it', async () => {
  const before = await askFor(database, 'rebuild', { accept: true });
  run((context) => {
    context.report({ step: 'Folding', done: 1, total: 2 });
    return Promise.resolve({ heard: context.arguments });
  });
  expect(await ended(before.operation)).toMatchObject({ state: 'done', result: { heard: { accept: true } } });
  const after = await askFor(database, 'rebuild', {});
  expect(await ended(after.operation)).toMatchObject({ state: 'done', result: { heard: {} } });
});

it('has one of a kind under way: whoever asks for a second is shown the first', async () => {
  const first = await askFor(database, 'rebuild', { accept: false });
  const second = await askFor(database, 'rebuild', { accept: true });
  expect(first.isNew).toBe(true);
  expect(second).toMatchObject({ isNew: false, operation: { id: first.operation.id, arguments: { accept: false } } });
});

it('shows how far it is while it runs', async () => {
  run(async ({ report, signal }) => {
    report({ step: 'Folding', done: 3, total: 7 });
    return untilAborted(signal);
  });
  await askFor(database, 'rebuild', {});
  await eventually(async () =>
    expect(await findLatest(database.orm, 'rebuild')).toMatchObject({
      state: 'running',
      progress: { step: 'Folding', done: 3, total: 7 },
    }),
  );
});

it('ends one that is cancelled, also one that nobody has begun', async () => {
  await askFor(database, 'rebuild', {});
  await askToCancel(database.orm, 'rebuild');
  run(({ signal }) => untilAborted(signal));
  await eventually(async () => expect(await stateOf()).toBe('cancelled'));
  const { operation } = await askFor(database, 'rebuild', {});
  await eventually(async () => expect(await stateOf()).toBe('running'));
  await askToCancel(database.orm, 'rebuild');
  expect(await ended(operation)).toMatchObject({ state: 'cancelled', failure: null });
});

it('tells why one failed, and what a refusal says as it says it', async () => {
  run(({ arguments: given }) =>
    Promise.reject(given['refused'] ? new OperationRefusedError('Start it elsewhere.') : new RangeError('too far')),
  );
  const refused = await askFor(database, 'rebuild', { refused: true });
  expect(await ended(refused.operation)).toMatchObject({ state: 'failed', failure: 'Start it elsewhere.' });
  const failed = await askFor(database, 'rebuild', {});
  expect(await ended(failed.operation)).toMatchObject({ state: 'failed', failure: 'RangeError: too far' });
});

it('hands over what it can not end when it stops, however often', async () => {
  const { operation } = await askFor(database, 'rebuild', {});
  for (let stops = 0; stops < 4; stops += 1) {
    const runner = run(({ signal }) => untilAborted(signal));
    await eventually(async () => expect(await stateOf()).toBe('running'));
    await runner.stop();
    expect(await stateOf()).toBe('waiting');
  }
  run(() => Promise.resolve({ by: 'another' }));
  expect(await ended(operation)).toMatchObject({ state: 'done', result: { by: 'another' } });
});

it('begins anew what a dead process left; who only seemed dead is told to end, and says nothing more', async () => {
  let wasTold = false;
  run(async ({ signal }) => {
    await database.pool.query(`update work.operations set lease_until = now() - interval '1 minute'`);
    run(() => Promise.resolve({ by: 'the second' }));
    return untilAborted(signal).finally(() => (wasTold = true));
  });
  const { operation } = await askFor(database, 'rebuild', {});
  expect(await ended(operation)).toMatchObject({ state: 'done', result: { by: 'the second' } });
  await eventually(() => expect(wasTold).toBe(true));
  expect(await findLatest(database.orm, 'rebuild')).toMatchObject({ state: 'done', result: { by: 'the second' } });
});

it('is begun anew, and has not failed, where its process only lost it for a while', async () => {
  let beginnings = 0;
  run(async ({ signal }) => {
    beginnings += 1;
    if (beginnings > 1) return { beginnings };
    const { rows } = await database.pool.query<{ lease_token: string }>('select lease_token from work.operations');
    await database.pool.query('update work.operations set lease_token = gen_random_uuid()');
    await untilAborted(signal).catch(() => undefined);
    await database.pool.query('update work.operations set lease_token = $1', [rows[0]?.lease_token]);
    throw new Error('told to end');
  });
  const { operation } = await askFor(database, 'rebuild', {});
  expect(await ended(operation)).toMatchObject({ state: 'done', result: { beginnings: 2 } });
});

it('is not begun again after it took three processes with it', async () => {
  const { operation } = await askFor(database, 'rebuild', {});
  await database.pool.query(`update work.operations set state = 'running', beginnings = 3,
    lease_token = gen_random_uuid(), lease_until = now() - interval '1 second'`);
  run(() => Promise.reject(new Error('It must not begin.')));
  expect(await ended(operation)).toMatchObject({ state: 'failed' });
  expect((await ended(operation))?.failure).toMatch(/3 times/);
});
