import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { ROLES } from '../../src/config.js';
import { eventually } from '../support/eventually.js';
import { untilReady } from '../support/parley-process.js';
import { answerToSigned, type CarrierCall } from '../support/scripted-carrier.js';
import { withClient } from '../support/with-client.js';
import { checkEverything, untilLagIsZero } from './checks.js';
import { describeFault } from './describe-fault.js';
import { incoming, rounds, type Rig } from './rig.js';
import { rigPerTest } from './rig-per-test.js';

/** In the long form longer than every time-out on the way. */
const AWAY_MS = rounds(60_000, 6_000);
/** 25 webhooks a second, however long their answers take. */
const POST_EVERY_MS = 40;
const ASK_EVERY_MS = 1_000;
/** Promised are 5 s; the rest is for a busy machine. */
const ANSWER_WITHIN_MS = 5_500;
/** Webhooks are answered from memory and the log: nothing waits for what is away. */
const WEBHOOK_WITHIN_MS = 2_000;

describeFault(
  'F9 Postgres away under webhooks',
  () => {
    let rig: Rig;
    rigPerTest({ log: 'kafka' }, (opened) => (rig = opened));

    it('answers each 200 and processes it once, refuses sends in time, and recovers alone (rule 4)', async () => {
      const call = await firstCall(rig);
      const posting = postOnAndOn(rig, call);
      await eventually(() => expect(posting.count()).toBeGreaterThan(20));
      rig.proxy.cut();
      const told = await lookAround(rig);
      rig.proxy.heal();
      await untilAllAreReady(rig);
      const posted = await posting.stop();
      expect(posted.filter(({ status }) => status !== 200)).toEqual([]);
      expect(Math.max(...posted.map(({ ms }) => ms))).toBeLessThan(WEBHOOK_WITHIN_MS);
      expectUnavailable(told);
      await untilLagIsZero(rig);
      expect(await receivedIds(rig)).toEqual(posted.map(({ id }) => id).sort());
      await checkEverything(rig);
    });
  },
  ['kafka'],
);

describeFault(
  'F21 Kafka away under webhooks and sends',
  () => {
    let rig: Rig;
    rigPerTest({ log: 'kafka' }, (opened) => (rig = opened));

    it('answers webhooks 503 and sends UNAVAILABLE in time, goes on answering queries, and recovers alone', async () => {
      const call = await firstCall(rig);
      rig.kafka?.cut();
      const posting = postOnAndOn(rig, call);
      const told = await lookAround(rig);
      const refused = await posting.stop();
      rig.kafka?.heal();
      for (const { status, retryAfter, ms } of refused) {
        expect([status, retryAfter]).toEqual([503, '1']);
        expect(ms).toBeLessThan(ANSWER_WITHIN_MS);
      }
      expectUnavailable(told);
      expect(told.queries.filter((answer) => !answer.includes('"status":"PROCESSING"'))).toEqual([]);
      await eventually(async () => expect((await post(rig, call, 'afterwards')).status).toBe(200), {
        timeoutMs: 15_000,
      });
      await untilAllAreReady(rig);
      await untilLagIsZero(rig);
      expect(await receivedIds(rig)).toContain('afterwards');
      await checkEverything(rig);
    });
  },
  ['kafka'],
);

async function firstCall(rig: Rig): Promise<CarrierCall> {
  const sent = await rig.send('+15550100000');
  await rig.untilStatus(sent.messageId ?? '', 'PROCESSING');
  return eventually(() => {
    const [call] = rig.carrier.calls;
    if (call === undefined) throw new Error('no call yet');
    return call;
  });
}

/** A message of a contact, as its provider posts it. */
async function post(rig: Rig, call: CarrierCall, id: string) {
  const began = performance.now();
  const url = `${rig.process('api').url}${new URL(call.callbackUrl).pathname}`;
  const answer = await answerToSigned(url, call.token, incoming(id, '+15550100001', 'Hello?'));
  return { id, status: answer.status, retryAfter: answer.headers.get('retry-after'), ms: performance.now() - began };
}

function postOnAndOn(rig: Rig, call: CarrierCall) {
  const stopping = new AbortController();
  const posts: ReturnType<typeof post>[] = [];
  const going = (async () => {
    while (!stopping.signal.aborted) {
      posts.push(post(rig, call, `number ${posts.length}`));
      await pause(POST_EVERY_MS);
    }
  })();
  return {
    count: () => posts.length,
    async stop() {
      stopping.abort();
      await going;
      return Promise.all(posts);
    },
  };
}

type Told = Awaited<ReturnType<typeof lookAround>>;

/** What clients and supervisors are told while something is away. */
async function lookAround(rig: Rig) {
  const { url } = rig.process('api');
  const sends: Awaited<ReturnType<typeof trySend>>[] = [];
  const queries: string[] = [];
  const healthz: number[] = [];
  const until = performance.now() + AWAY_MS;
  while (performance.now() < until) {
    const [sent, found, health] = await Promise.all([
      trySend(rig, `+1555010${2_000 + sends.length}`),
      rig.client().ask('{ messages: conversations(first: 1) { nodes { lastMessage { status } } } }'),
      fetch(`${url}/healthz`),
    ]);
    sends.push(sent);
    queries.push(JSON.stringify(found));
    healthz.push(health.status);
    await pause(ASK_EVERY_MS);
  }
  return { sends, queries, healthz, readyz: (await fetch(`${url}/readyz`)).status };
}

async function trySend(rig: Rig, phoneNumber: string) {
  const began = performance.now();
  const input = { channelId: rig.channelId(), to: { phoneNumber }, content: { text: { text: 'while away' } } };
  const query = 'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } } }';
  const { errors } = await rig.client().ask(query, { input });
  return { said: errors?.[0]?.extensions, ms: performance.now() - began };
}

function expectUnavailable({ sends, healthz, readyz }: Told): void {
  expect(sends.length).toBeGreaterThan(1);
  for (const { said, ms } of sends) {
    expect(said).toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: expect.any(Number) as number });
    expect(ms).toBeLessThan(ANSWER_WITHIN_MS);
  }
  expect(readyz).toBe(503);
  expect(new Set(healthz)).toEqual(new Set([200]));
}

const untilAllAreReady = (rig: Rig) => Promise.all(ROLES.map((role) => untilReady(rig.process(role).url)));

/** The providers' ids of the journal, with repeats, sorted. */
const receivedIds = (rig: Rig) =>
  withClient(rig.directUrl, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      `select value->'data'->>'providerMessageId' as id from read.events where type = 'message.received'`,
    );
    return rows.map(({ id }) => id).sort();
  });
