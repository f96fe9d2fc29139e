import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { untilReady } from '../support/parley-process.js';
import { openSmallDisk, whyNoSmallDisk, type SmallDisk } from '../support/small-disk.js';
import { checkEverything } from './checks.js';
import { describeFault } from './describe-fault.js';
import { expectAnsweredInTime, startLoad } from './load.js';
import { casesOf, openRig, type LogKind, type Rig, type RigOptions } from './rig.js';

// The disk under the broker, or under Postgres, is full while messages are sent. What is acknowledged is durable: it is
// there afterwards. What isn't is UNAVAILABLE within 5 s. When there is space again it goes on, Postgres by itself; a
// broker ends when its disk is full, and is started again by whoever watches over it.

const whyNot = whyNoSmallDisk();
const isRequired = (process.env['PARLEY_REQUIRE'] ?? '').split(',').includes('disk');
if (whyNot !== undefined) console.warn(`F35 is skipped: ${whyNot}. With PARLEY_REQUIRE=disk that is a failure.`);

/** An empty cluster has 40 MiB and its WAL 16 at once; a broker's files are mostly holes. */
const DISK_MIB = 256;
const LOAD = { senders: 5, pauseMs: 50 };

let rig: Rig;
let disk: SmallDisk;

function begin(options: Omit<RigOptions, 'ownDataDir'>): void {
  beforeEach(async () => {
    disk = await openSmallDisk(DISK_MIB);
    rig = await openRig({ ...options, ownDataDir: disk.path });
    await rig.start();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') console.error(rig.output());
    await rig.close();
    await disk.close();
  });
}

const onSmallDisk = describe.skipIf(whyNot !== undefined && !isRequired);

describeFault(
  'F35 disk full under Postgres',
  () => {
    onSmallDisk('of its own', () => {
      begin({ log: 'embedded', ownPostgres: true });

      it('acknowledges only what is durable, and is back when there is space', { timeout: 5 * 60_000 }, async () => {
        await underLoad(() => Promise.resolve());
      });
    });
  },
  ['embedded'],
);

describeFault(
  'F35 disk full under the broker',
  () => {
    onSmallDisk('of its own', () => {
      begin({ log: 'kafka', ownBroker: true });

      it('acknowledges only what is durable, and is back when there is space', { timeout: 5 * 60_000 }, async () => {
        await underLoad(async () => {
          await rig.broker?.kill('SIGKILL');
          await rig.broker?.restart();
        });
      });
    });
  },
  // A broker that ends and is started again is F3's in each run.
  casesOf<LogKind>(['kafka'], []),
);

/** @param restart what must be started again by somebody */
async function underLoad(restart: () => Promise<void>): Promise<void> {
  const load = startLoad(rig, LOAD);
  await load.untilAcknowledged(20);
  await disk.fill();
  const full = performance.now();
  await eventually(() => expect(refusedSince(full).length).toBeGreaterThanOrEqual(LOAD.senders), { timeoutMs: 60_000 });
  // What was on the way when it became full may have been written; what began later found no space.
  const acknowledged = rig.history.filter(({ startedAt, acknowledgedAt }) => startedAt > full && acknowledgedAt);
  console.log(`F35: ${acknowledged.length} were acknowledged, ${refusedSince(full).length} were not`);
  await disk.free();
  const freeAt = performance.now();
  await restart();
  const firstAt = await load.firstAcknowledgedAfter(freeAt, 60_000);
  console.log(`F35: acknowledged again after ${Math.round(firstAt - freeAt)} ms`);
  await load.stop();
  expectAnsweredInTime(load);
  await untilReady(rig.process('api').url);
  await checkEverything(rig);
}

const refusedSince = (time: number) =>
  rig.history.filter(({ startedAt, failure }) => startedAt > time && failure?.includes('"UNAVAILABLE"'));
