import { expect, it } from 'vitest';
import { pause } from '../../src/lifecycle.js';
import { eventually } from '../support/eventually.js';
import { untilReady } from '../support/parley-process.js';
import type { ProxiedStatement } from '../support/postgres-proxy.js';
import type { CarrierAnswer, CarrierCall } from '../support/scripted-carrier.js';
import { withClient } from '../support/with-client.js';
import { holdAppendAnswer } from './appends.js';
import { checkEverything, untilLagIsZero } from './checks.js';
import { describeFault } from './describe-fault.js';
import { casesOf, letLeasesRunOut, receipt, type Rig } from './rig.js';
import { rigPerTest } from './rig-per-test.js';
import { checkNoDeadlock } from './steady-load.js';

// Each of them stands still (SIGSTOP) for longer than its session with Kafka and its leases; another one takes over, and
// then it goes on (SIGCONT) where it stood, with what it holds by then out of date.

const TO = '+15550100000';
/** A lease is looked at by the clock, too: no call begins more than 5 s after it was announced. */
const STANDS_STILL_MS = 6_000;
const TAKES_OVER_MS = 60_000;

const isProjectorsCommit = ({ sql, transaction }: ProxiedStatement) =>
  /^\s*commit/i.test(sql) && transaction.some((earlier) => /insert into "?read"?\."?events/i.test(earlier));
const isProjectorsBegin = ({ sql }: ProxiedStatement) => /^\s*begin; set local synchronous_commit/i.test(sql);
const isBeginOfCall = ({ sql, values }: ProxiedStatement) =>
  /update "?work"?\."?dispatches/i.test(sql) && /'calling'/.test(sql + values);

type Moment = readonly [string, (statement: ProxiedStatement) => boolean];

let rig: Rig;

describeFault(
  'F14 a projector that stands still',
  () => {
    rigPerTest({ log: 'kafka' }, (opened) => (rig = opened));

    it.each(
      casesOf<Moment>(
        [
          ['before its commit', isProjectorsCommit],
          ['before its transaction', isProjectorsBegin],
        ],
        [['before its commit', isProjectorsCommit]],
      ),
    )('loses its partitions and commits nothing late: %s', async (_moment, matches) => {
      const hold = rig.proxy.holdStatement(matches);
      await rig.send(TO);
      await hold.reached;
      await rig.kill('projector', 'SIGSTOP', 0);
      await sendSome();
      await rig.startRole('projector', { index: 1 });
      await untilLagIsZero(rig);
      const before = await journalSize();
      await rig.kill('projector', 'SIGCONT', 0);
      hold.release();
      await untilReady(rig.process('projector', 0).url);
      // Both of them share the partitions again.
      await sendSome();
      await untilLagIsZero(rig);
      expect(await journalSize()).toBeGreaterThan(before);
      await checkEverything(rig);
      await checkNoDeadlock(rig);
    });
  },
  ['kafka'],
);

describeFault(
  'F14 a dispatcher that stands still',
  () => {
    rigPerTest({ log: 'kafka' }, (opened) => (rig = opened));

    it.each(casesOf(['after another one said that nobody knows'], []))(
      'may still say what its call came to, %s (rule 17)',
      async () => {
        const { answer } = answerWhenTold();
        const { messageId = '' } = await rig.send(TO);
        const call = await firstCall();
        await standStill();
        await rig.untilStatus(messageId, 'OUTCOME_UNKNOWN');
        answer('accept');
        await goOn();
        await rig.untilStatus(messageId, 'PROCESSING');
        expect(await rig.post(call, receipt(call, 'delivered'))).toBe(200);
        await rig.untilStatus(messageId, 'DELIVERED');
        await checkCalled(1);
      },
    );

    it.each(casesOf(['a receipt was faster'], []))('changes nothing any more where %s', async () => {
      const { answer } = answerWhenTold();
      const { messageId = '' } = await rig.send(TO);
      const call = await firstCall();
      await standStill();
      await rig.untilStatus(messageId, 'OUTCOME_UNKNOWN');
      expect(await rig.post(call, receipt(call, 'delivered'))).toBe(200);
      await rig.untilStatus(messageId, 'DELIVERED');
      answer({ status: 400, body: { code: 'too_late', message: 'Too late.' } });
      await goOn();
      await untilLagIsZero(rig);
      expect(await rig.status(messageId)).toBe('DELIVERED');
      await checkCalled(1);
    });

    it('begins no call whose claim another one has by then', async () => {
      const hold = rig.proxy.holdStatement(isBeginOfCall);
      const { messageId = '' } = await rig.send(TO);
      await hold.reached;
      await standStill();
      await eventually(() => expect(rig.carrier.calls).toHaveLength(1), { timeoutMs: TAKES_OVER_MS });
      await rig.untilStatus(messageId, 'PROCESSING');
      hold.release();
      await goOn();
      await checkCalled(1);
    });

    it.each(casesOf(['it announced before it stood still'], []))('makes no call that %s', async () => {
      const hold = holdAppendAnswer(rig, 'message.dispatched');
      const { messageId = '' } = await rig.send(TO);
      await hold.reached;
      await standStill();
      await rig.untilStatus(messageId, 'OUTCOME_UNKNOWN');
      hold.release();
      await goOn();
      await checkCalled(0);
    });
  },
  ['kafka'],
);

async function standStill(): Promise<void> {
  await rig.kill('dispatcher', 'SIGSTOP', 0);
  const stopped = pause(STANDS_STILL_MS);
  await letLeasesRunOut(rig.directUrl);
  await rig.startRole('dispatcher', { index: 1 });
  await stopped;
}

async function goOn(): Promise<void> {
  await rig.kill('dispatcher', 'SIGCONT', 0);
  await untilReady(rig.process('dispatcher', 0).url);
  await sendSome();
}

async function sendSome(): Promise<void> {
  await Promise.all(Array.from({ length: 12 }, (_, n) => rig.send(`+1555010050${String(n % 4)}`)));
}

/** Of the first message; `sendSome` makes calls of its own. */
async function checkCalled(count: number): Promise<void> {
  await checkEverything(rig);
  expect(rig.carrier.calls.filter(({ to }) => to === TO)).toHaveLength(count);
  await checkNoDeadlock(rig);
}

const firstCall = (): Promise<CarrierCall> =>
  eventually(
    () => {
      const [first] = rig.carrier.calls;
      if (first === undefined) throw new Error('no call yet');
      return first;
    },
    { timeoutMs: 30_000 },
  );

/** The first call's answer waits; those after it are accepted. */
function answerWhenTold() {
  let answer: (given: CarrierAnswer) => void = () => undefined;
  const told = new Promise<CarrierAnswer>((resolve) => (answer = resolve));
  rig.carrier.script = ({ to }) => (to === TO ? told : 'accept');
  return { answer };
}

const journalSize = () =>
  withClient(rig.directUrl, async (client) => (await client.query('select 1 from read.events')).rowCount ?? 0);
