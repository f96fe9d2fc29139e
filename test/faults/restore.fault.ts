import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import type { CarrierAnswer, CarrierCall } from '../support/scripted-carrier.js';
import { withClient } from '../support/with-client.js';
import { emptyDatabase, takeBackup } from './backups.js';
import { checkEverything, checkStores, untilLagIsZero } from './checks.js';
import { describeFault } from './describe-fault.js';
import { casesOf, rounds, SETTINGS, type Rig } from './rig.js';
import { rigPerTest } from './rig-per-test.js';
import { startLoad, type SteadyLoad } from './steady-load.js';

// Postgres is set back to a backup while the log goes on: what waits in it was sent long ago, and of what was promised
// since it knows nothing (rule 16). On the embedded log, which is in the same Postgres, a restore takes the log back too.

const SENDS_BEFORE = rounds(100, 40);
const SENDS_AFTER = rounds(300, 100);
const MINUTES = 60_000;
/** Whose receipts come only after the restore, and name nothing but the provider's own id. */
const LATE = '+15550100600';
const LATE_SENDS = 5;
const RUNNING = 'under running processes';
const STOPPED = 'while all processes are stopped';

let rig: Rig;

describeFault(
  'restore of an earlier Postgres',
  () => {
    rigPerTest({ log: 'kafka', processes: { dispatcher: 2 } }, (opened) => (rig = opened));

    it.each(casesOf([RUNNING, STOPPED], [RUNNING]))(
      '%s sends nothing again, answers keys as before, and receipts find theirs',
      async (when) => {
        const load = startLoad(rig);
        const backup = await backupUnderLoad(load);
        await untilSent(load, SENDS_AFTER);
        const late = await sendLate();
        if (when === RUNNING) {
          await backup.restore();
          await untilSent(load, SENDS_BEFORE);
          await load.pause();
        } else {
          await load.pause();
          await rig.kill('all');
          await backup.restore();
          await rig.start();
        }
        await checkRestored(load, late);
      },
      5 * MINUTES,
    );
  },
  ['kafka'],
);

describeFault(
  'restore of nothing',
  () => {
    rigPerTest({ log: 'kafka' }, (opened) => (rig = opened));

    it(
      'beside a full log is refused with what it needs; the imported instance secret sends nothing again',
      async () => {
        const { exported, waiting, sent } = await fillLog();
        const empty = await emptyDatabase(rig);
        await empty.restore();
        const { fingerprint } = JSON.parse(exported) as { fingerprint: string };
        const refused = rig.startRole('dispatcher');
        await expect(refused).rejects.toThrow(`belongs to instance ${fingerprint}`);
        await expect(refused).rejects.toThrow('parley secret import');
        expect(instance(['import', '-'], exported)).toContain(fingerprint);
        await rig.start();
        await eventually(async () => expect(await statesOf(waiting)).toEqual(['waiting']), { timeoutMs: 30_000 });
        const told = () => rig.output().match(/messages wait for a channel that is not known/g);
        await eventually(() => expect(told()).toHaveLength(1), { timeoutMs: 30_000 });
        await settleWaiting(waiting);
        await untilLagIsZero(rig);
        await rig.kill('all', 'SIGTERM');
        await checkStores(rig);
        expect(rig.carrier.calls, 'H4: not one call more').toHaveLength(sent);
      },
      5 * MINUTES,
    );
  },
  ['kafka'],
);

async function backupUnderLoad(load: SteadyLoad) {
  await untilSent(load, SENDS_BEFORE);
  return takeBackup(rig);
}

async function untilSent(load: SteadyLoad, more: number): Promise<void> {
  const { sends } = load.counts();
  await eventually(() => expect(load.counts().sends).toBeGreaterThan(sends + more), {
    ...{ timeoutMs: 2 * MINUTES, everyMs: 50 },
  });
}

/** Sends that the provider took and says nothing of yet; its own ids of them. */
async function sendLate(): Promise<readonly CarrierCall[]> {
  const calls = () => rig.carrier.calls.filter(({ to }) => to === LATE);
  const script = rig.carrier.script;
  rig.carrier.script = (call): CarrierAnswer | Promise<CarrierAnswer> => (call.to === LATE ? 'accept' : script(call));
  for (let n = 0; n < LATE_SENDS; n += 1) await rig.send(LATE);
  await rig.repeatUnanswered();
  await eventually(() => expect(calls()).toHaveLength(LATE_SENDS), { timeoutMs: MINUTES });
  for (const call of calls()) await rig.untilStatus(messageOf(call), 'PROCESSING');
  return calls();
}

const messageOf = ({ reference }: CarrierCall): string => reference.split('.')[0] ?? '';

async function checkRestored(load: SteadyLoad, late: readonly CarrierCall[]): Promise<void> {
  for (const call of late) {
    const silent = { type: 'receipt', id: call.id, status: 'delivered', occurredAt: new Date().toISOString() };
    await eventually(async () => expect(await rig.post(call, silent)).toBe(200), { timeoutMs: MINUTES });
  }
  expect(await rig.repeatAnswered(), 'keys that stand for another message now').toEqual([]);
  for (const call of late) await rig.untilStatus(messageOf(call), 'DELIVERED');
  await checkEverything(rig);
  await load.check(late.length);
  expect(await count(`select 1 from read.events where type = 'receipt.orphaned'`), 'no receipt was given up').toBe(0);
}

/** Something of each kind in the log, and everything stopped. */
async function fillLog() {
  const load = startLoad(rig);
  await untilSent(load, SENDS_BEFORE);
  await load.pause();
  await rig.repeatUnanswered();
  await untilLagIsZero(rig);
  await rig.kill('dispatcher');
  const { messageId: waiting = '' } = await rig.send('+15550100601');
  await rig.kill('all');
  return { exported: instance(['export']), waiting, sent: rig.carrier.calls.length };
}

/** Runs `parley secret`; answers what it printed. */
function instance(args: readonly string[], input?: string): string {
  const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'secret', ...args], {
    env: { PATH: process.env['PATH'], DATABASE_URL: rig.directUrl, ...SETTINGS },
    encoding: 'utf8',
    input,
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout;
}

async function statesOf(messageId: string): Promise<readonly string[]> {
  return withClient(rig.directUrl, async (client) => {
    const { rows } = await client.query<{ state: string }>(
      `select state from work.dispatches where message_id = (
         select message_id from read.events where value->>'messageId' = $1 limit 1)`,
      [messageId],
    );
    return rows.map(({ state }) => state);
  });
}

/** Nobody will send it, and the checks wait for what waits. */
const settleWaiting = (messageId: string) =>
  withClient(rig.directUrl, (client) =>
    client.query(
      `with gone as (update work.dispatches set state = 'settled', payload = null where message_id = (
           select message_id from read.events where value->>'messageId' = $1 limit 1) returning conversation_id)
       delete from work.lanes where conversation_id in (select conversation_id from gone)`,
      [messageId],
    ),
  );

const count = (sql: string) => withClient(rig.directUrl, async (client) => (await client.query(sql)).rowCount ?? 0);
