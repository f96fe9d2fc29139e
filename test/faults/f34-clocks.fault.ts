import { expect, it } from 'vitest';
import { ROLES, type Role } from '../../src/config.js';
import { pause } from '../../src/lifecycle.js';
import { eventually } from '../support/eventually.js';
import { answerToSigned, type CarrierAnswer } from '../support/scripted-carrier.js';
import { checkEverything } from './checks.js';
import { describeFault } from './describe-fault.js';
import { startLoad } from './load.js';
import { rigPerTest } from './rig-per-test.js';
import { incoming, receipt, rounds, type Rig } from './rig.js';

// Clocks that are ten minutes off, before and behind, between the processes, and set back by an hour while they run.
// Order is by position. What waits (a call put off, a scheduled message, a lease) waits by the one clock that all share,
// the database's: so nothing comes ten minutes late or early, and nothing twice. Only the signature of a webhook is judged
// by the clock of the process that takes it: who is off by more than the window refuses what is right, until it is set.

const MINUTES_10 = 600_000;
const FOR_MS = rounds(20_000, 2_000);
const AHEAD_MS = { api: 0, interpreter: MINUTES_10, projector: -MINUTES_10, dispatcher: 0 } satisfies Record<
  Role,
  number
>;
/** The first API has the right time: the carrier posts there. */
const aheadOf = (role: Role, index: number) =>
  index === 0 && role !== 'dispatcher' ? AHEAD_MS[role] : index === 0 ? MINUTES_10 : -MINUTES_10;
const SCHEDULED_IN_MS = 4_000;
const NOT_LATER_THAN_MS = 30_000;

let rig: Rig;

describeFault(
  'F34 clocks ten minutes off, and an hour back',
  () => {
    rigPerTest(
      {
        ...{ log: 'kafka', processes: { api: 2, dispatcher: 2 } },
        startWith: (role, index) => ({
          ...{ program: 'other-clock', env: { OTHER_CLOCK_AHEAD_MS: String(aheadOf(role, index)) } },
        }),
      },
      (opened) => (rig = opened),
    );

    it('orders by position, and loses and doubles nothing', { timeout: 5 * 60_000 }, async () => {
      const turns = turnAwaySome();
      const scheduled = await schedule();
      const load = startLoad(rig, { senders: 4, pauseMs: 50 });
      await load.untilAcknowledged(20);
      await pause(FOR_MS);
      for (const { role, index } of everyone()) process.kill(rig.process(role, index).pid, 'SIGUSR2');
      await load.untilAcknowledged(20);
      await pause(FOR_MS);
      // What it held is taken over at once, not after the hour.
      await rig.kill('dispatcher', 'SIGKILL', 1);
      await load.untilAcknowledged(20);
      await load.stop();
      expect(turns.count(), 'some were put off').toBeGreaterThan(0);
      const calledAt = await eventually(() => turns.calledAt(scheduled.id), { timeoutMs: NOT_LATER_THAN_MS });
      expect(calledAt, 'a scheduled message is not called before its time').toBeGreaterThanOrEqual(scheduled.at - 50);
      await eventually(() => expect(turns.waiting()).toEqual([]), { timeoutMs: NOT_LATER_THAN_MS });
      await expectSignaturesByRealTime();
      await checkEverything(rig);
    });
  },
  ['kafka'],
);

const everyone = () =>
  ROLES.flatMap((role) => (role === 'api' || role === 'dispatcher' ? [0, 1] : [0]).map((index) => ({ role, index })));

/** Each puts the whole channel off, for a second and more: most of the time that this takes. */
const TURNS_MAX = rounds(20, 5);

/** Puts every seventh call off for a second, once each, and remembers when each message was called. */
function turnAwaySome() {
  const away = new Set<string>();
  const called = new Map<string, number>();
  let calls = 0;
  rig.carrier.script = ({ reference }): CarrierAnswer => {
    calls += 1;
    if (calls % 7 === 0 && away.size < TURNS_MAX && !away.has(reference)) {
      away.add(reference);
      return { status: 429, body: {}, headers: { 'retry-after': '1' } };
    }
    called.set(reference, Date.now());
    return 'accept';
  };
  return {
    count: () => away.size,
    /** What was put off and did not come again yet. */
    waiting: () => [...away].filter((reference) => !called.has(reference)),
    calledAt(messageId: string) {
      const found = [...called].find(([reference]) => reference.startsWith(messageId));
      if (found === undefined) throw new Error('It was not called yet.');
      return found[1];
    },
  };
}

const SCHEDULE = `mutation ($input: SendMessageInput!) {
  sendMessage(input: $input) { message { id status } userErrors { code message } }
}`;

/** Through the API with the right time, to a contact that nobody else writes to. */
async function schedule() {
  const at = Date.now() + SCHEDULED_IN_MS;
  // In the history, for it is in the log: the key is asked again at the end.
  const entry = await rig.send('+15550134000');
  expect(entry.messageId).toBeDefined();
  const input = {
    ...{ channelId: rig.channelId(), to: { phoneNumber: '+15550134001' }, content: { text: { text: 'later' } } },
    scheduledAt: new Date(at).toISOString(),
  };
  const said = await rig.client(0).run<{ sendMessage: { message: { id: string; status: string } | null } }>(SCHEDULE, {
    input,
  });
  expect(said.sendMessage.message?.status).toBe('SCHEDULED');
  return { id: said.sendMessage.message?.id ?? '', at };
}

/** All clocks are an hour back now. A provider's are right, or as wrong as the API's. */
async function expectSignaturesByRealTime(): Promise<void> {
  const [call] = rig.carrier.calls;
  if (call === undefined) throw new Error('Nothing was called.');
  const url = `${rig.process('api').url}${new URL(call.callbackUrl).pathname}`;
  const post = async (webhook: unknown, signedAt?: Date) =>
    (await answerToSigned(url, call.token, webhook, signedAt)).status;
  expect(await post(incoming('in-1', call.to, 'Hello'))).toBe(401);
  expect(await post(incoming('in-2', call.to, 'Hello'), new Date(Date.now() - 3_600_000))).toBe(200);
  expect(await post(receipt(call, 'delivered'), new Date(Date.now() - 3_600_000))).toBe(200);
  await rig.untilStatus(call.reference.slice(0, 'msg_'.length + 26), 'DELIVERED');
}
