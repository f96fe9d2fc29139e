import { expect, it } from 'vitest';
import { ROLES, type Role } from '../../src/config.js';
import { messageIds } from '../../src/events/kernel/ids.js';
import type { DispatchState } from '../../src/events/workers/dispatcher/dispatch.js';
import { DISPATCH_LIMITS } from '../../src/events/workers/dispatcher/dispatcher.js';
import { pause } from '../../src/lifecycle.js';
import { eventually } from '../support/eventually.js';
import { answerToSigned, type CarrierAnswer } from '../support/scripted-carrier.js';
import { withClient } from '../support/with-client.js';
import { checkEverything } from './checks.js';
import { describeFault } from './describe-fault.js';
import { startLoad } from './load.js';
import { rigPerTest } from './rig-per-test.js';
import { incoming, letLeasesRunOut, receipt, rounds, type Rig } from './rig.js';

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
      const calledAt = await eventually(() => turns.calledAt(scheduled.id), { timeoutMs: NOT_LATER_THAN_MS });
      expect(calledAt, 'a scheduled message is not called before its time').toBeGreaterThanOrEqual(scheduled.at - 50);
      const lost = await killUnderCalls();
      await load.untilAcknowledged(20);
      await load.stop();
      expect(turns.count(), 'some were put off').toBeGreaterThan(0);
      await eventually(() => turns.expectCalledAgain(lost), { timeoutMs: NOT_LATER_THAN_MS });
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
    /** What was put off came again; but for what a killed dispatcher was calling, if nobody knows what became of it. */
    async expectCalledAgain(lost: ReadonlySet<string>) {
      const unknown = await idsIn('unknown');
      const inexplicable = unknown.filter((id) => !lost.has(id));
      expect(inexplicable, 'unknown, and not by the kill').toEqual([]);
      const waiting = [...away].filter((reference) => !called.has(reference));
      expect(waiting.filter((reference) => !unknown.includes(messageIdOf(reference)))).toEqual([]);
    },
    calledAt(messageId: string) {
      const found = [...called].find(([reference]) => reference.startsWith(messageId));
      if (found === undefined) throw new Error('It was not called yet.');
      return found[1];
    },
  };
}

const messageIdOf = (reference: string) => reference.slice(0, 'msg_'.length + 26);

const idsIn = (state: DispatchState): Promise<readonly string[]> =>
  withClient(rig.directUrl, async (client) => {
    const found = await client.query<{ id: string }>('select message_id as id from work.dispatches where state = $1', [
      state,
    ]);
    return found.rows.map(({ id }) => messageIds.fromUuid(id));
  });

/**
 * Kills the second dispatcher with what it holds. That is free within a lease by the clock that all share, however far
 * its own was off: held to what the rows say, and then their time is over, for that minute would be most of this test.
 * Answers the messages that were being called: of those that it called itself nobody knows more, and none is called again.
 */
async function killUnderCalls(): Promise<ReadonlySet<string>> {
  const { pid } = rig.process('dispatcher', 1);
  await rig.kill('dispatcher', 'SIGKILL', 1);
  await withClient(rig.directUrl, async (client) => {
    // What it asked of Postgres last may be committed after its death.
    await eventually(async () => expect((await client.query(SESSIONS, [pid])).rows).toEqual([]));
    const tooLong = await client.query(TOO_LONG_LEASES, [DISPATCH_LIMITS.leaseMs]);
    expect(tooLong.rows, 'no lease is longer than a lease').toEqual([]);
  });
  const calling = await idsIn('calling');
  await letLeasesRunOut(rig.directUrl);
  return new Set(calling);
}

const SESSIONS = `select state from pg_stat_activity where application_name ~ ('^parley ' || $1::int || '( |$)')`;
const TOO_LONG_LEASES = `select message_id, state from work.dispatches
  where lease_until > clock_timestamp() + make_interval(secs => $1 / 1000.0)`;

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
  await rig.untilStatus(messageIdOf(call.reference), 'DELIVERED');
}
