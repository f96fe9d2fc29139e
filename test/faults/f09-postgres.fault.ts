import { expect, it } from 'vitest';
import { ROLES } from '../../src/config.js';
import { pause } from '../../src/lifecycle.js';
import { untilReady } from '../support/parley-process.js';
import { withClient } from '../support/with-client.js';
import { checkEverything, untilLagIsZero } from './checks.js';
import { describeFault } from './describe-fault.js';
import { expectAnsweredInTime, startLoad } from './load.js';
import { firstCall, journaledIds, postMessage, postUntilStopped } from './posts.js';
import { rigPerTest } from './rig-per-test.js';
import { rounds, type Rig } from './rig.js';

// Postgres' backends are ended again and again, or its postmaster is killed as soon as it is started again, for a
// minute. Webhooks of a loaded channel are answered 200 each and processed once; sends are acknowledged or UNAVAILABLE
// within 5 s; /healthz says 200 throughout; the pools come back, and no process died over it. (Postgres cut off from
// the network: f09-f21-away.fault.ts.)

const FOR_MS = rounds(60_000, 5_000);
const END_EVERY_MS = 100;
const KILL_EVERY_MS = 50;
const POST_EVERY_MS = 40;
/** Webhooks are answered from memory and the log: nothing waits for what is away. */
const WEBHOOK_WITHIN_MS = 2_000;
/** At most 25 a second: what is refused meanwhile is repeated, and dispatched, at the end. */
const SEND_LOAD = { senders: 5, pauseMs: 200 };

let rig: Rig;
const take = (opened: Rig) => (rig = opened);

describeFault(
  "F9 kill of Postgres' backends, again and again",
  () => {
    rigPerTest({ log: 'kafka' }, take);

    it('takes each webhook and goes on', { timeout: 10 * 60_000 }, async () => {
      await goOnWhile(async () => {
        await withClient(rig.directUrl, async (client) => {
          const until = performance.now() + FOR_MS;
          let ended = 0;
          while (performance.now() < until) {
            ended += (await client.query(END_ALL)).rows.length;
            await pause(END_EVERY_MS);
          }
          console.log(`F9: ${ended} backends were ended`);
          expect(ended).toBeGreaterThan(50);
        });
      });
    });
  },
  ['kafka'],
);

/** Of the processes under test; only of this rig's database. */
const END_ALL = `
  select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and application_name like 'parley %'`;

describeFault(
  'F9 kill -9 of the postmaster',
  () => {
    rigPerTest({ log: 'kafka', ownPostgres: true }, take);

    it('takes each webhook and goes on when it is back', { timeout: 10 * 60_000 }, async () => {
      await goOnWhile(async () => {
        const until = performance.now() + FOR_MS;
        const readiness = new Set<number>();
        while (performance.now() < until) {
          await rig.postmaster?.kill();
          readiness.add((await fetch(`${rig.process('api').url}/readyz`)).status);
          await pause(KILL_EVERY_MS);
        }
        expect(readiness).toContain(503);
      });
    });
  },
  ['kafka'],
);

/** What must be seen while that happens, and after it. */
async function goOnWhile(disturb: () => Promise<void>): Promise<void> {
  const call = await firstCall(rig);
  const pids = ROLES.map((role) => rig.process(role).pid);
  const posting = postUntilStopped((id) => postMessage(rig, call, id), POST_EVERY_MS);
  const load = startLoad(rig, SEND_LOAD);
  const health = watchHealth();
  await load.untilAcknowledged(10);
  await disturb();
  for (const role of ROLES) await untilReady(rig.process(role).url);
  await load.untilAcknowledged(10);
  await load.stop();
  const posted = await posting.stop();
  console.log(`F9: ${posted.length} webhooks; sends: ${rig.history.length}, tried ${load.tried.length}`);
  expect(posted.filter(({ status }) => status !== 200)).toEqual([]);
  expect(Math.max(...posted.map(({ ms }) => ms))).toBeLessThan(WEBHOOK_WITHIN_MS);
  expectAnsweredInTime(load);
  expect(await health.stop()).toEqual(new Set([200]));
  expect(ROLES.filter((role) => !rig.process(role).isRunning())).toEqual([]);
  expect(ROLES.map((role) => rig.process(role).pid)).toEqual(pids);
  await untilLagIsZero(rig);
  expect(await journaledIds(rig)).toEqual(posted.map(({ id }) => id).sort());
  await checkEverything(rig);
}

/** What every process says to `/healthz`, until it is stopped. */
function watchHealth() {
  const seen = new Set<number>();
  const stopping = new AbortController();
  const watching = (async () => {
    while (!stopping.signal.aborted) {
      const answers = await Promise.all(ROLES.map((role) => fetch(`${rig.process(role).url}/healthz`)));
      for (const { status } of answers) seen.add(status);
      await pause(250);
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await watching;
      return seen;
    },
  };
}
