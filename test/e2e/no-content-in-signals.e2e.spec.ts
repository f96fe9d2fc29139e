import { randomBytes, randomInt } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { embeddedRigLog, kafkaRigLog, type RigLog } from '../faults/rig-log.js';
import { apiClient, type ApiClient } from '../support/api-client.js';
import { cloneDatabase, type ClonedDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { kafkaBrokers, newTopicPrefix } from '../support/kafka.js';
import { startParley, temporaryDataDir, type ParleyProcess } from '../support/parley-process.js';
import { answerToSigned, startScriptedCarrier, type ScriptedCarrier } from '../support/scripted-carrier.js';
import { topology } from '../support/topology.js';
import { withClient } from '../support/with-client.js';

/**
 * F40: nothing that somebody wrote, no address and no secret in what the process prints at its most talkative, in
 * /metrics, /readyz, or an error's words. All of it is planted, and errors are provoked wherever it passes by.
 */
const word = (what: string) => `${what}${randomBytes(8).toString('hex')}`;
const digits = () => String(randomInt(100_000, 999_999));
const PLANTED = {
  text: word('words'),
  name: word('name'),
  metadata: word('meta'),
  idempotencyKey: word('idem'),
  reference: word('ref'),
  recipient: `+15557${digits()}`,
  sender: `+15558${digits()}`,
  noNumber: word('nonumber'),
  providerMessage: word('refusal'),
  webhook: word('hook'),
  poison: word('poison'),
  wrongKey: `pk_${word('wrong')}`,
  secretKey: randomBytes(32).toString('base64'),
};

const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } userErrors { code message field } } }`;
const CREATE = `mutation ($input: CreateChannelInput!) { createChannel(input: $input) { channel { id } userErrors { code message field } } }`;
const isOnKafka = topology() !== 'embedded';

let database: ClonedDatabase;
let data: Awaited<ReturnType<typeof temporaryDataDir>>;
let carrier: ScriptedCarrier;
let log: RigLog;
let app: ParleyProcess;
let client: ApiClient;
let channelId: string;
beforeAll(async () => {
  database = await cloneDatabase();
  data = await temporaryDataDir();
  carrier = await startScriptedCarrier();
  const prefix = newTopicPrefix();
  const [address = ''] = isOnKafka ? kafkaBrokers().split(',') : [];
  log = isOnKafka ? kafkaRigLog({ address, prefix, isOwn: false }) : embeddedRigLog(database.url);
  app = await startParley({
    databaseUrl: database.url,
    dataDir: data.path,
    env: {
      PARLEY_LOG_LEVEL: 'trace',
      PARLEY_SECRET_KEY: PLANTED.secretKey,
      ...(isOnKafka && { KAFKA_BROKERS: kafkaBrokers(), PARLEY_TOPIC_PREFIX: prefix }),
    },
  });
  client = apiClient(app.url, app.apiKey);
  const settings = { apiBaseUrl: carrier.baseUrl };
  const input = { name: 'one', provider: 'SANDBOX', platform: 'WHATSAPP', settings };
  const made = await client.run<{ createChannel: { channel: { id: string } } }>(CREATE, { input });
  channelId = made.createChannel.channel.id;
});
afterAll(async () => {
  await app.kill('SIGTERM');
  await carrier.close();
  await log.close();
  await database.drop();
  await data.remove();
});

/** What callers are told of errors. */
const told: string[] = [];

async function ask(query: string, variables: object, headers: Readonly<Record<string, string>> = {}) {
  const answer = await client.ask<Record<string, { userErrors?: unknown }>>(query, { ...variables }, headers);
  told.push(JSON.stringify([answer.errors, Object.values(answer.data ?? {}).map((field) => field.userErrors)]));
  return answer;
}

const send = (more: object = {}) =>
  ask(SEND, {
    input: {
      ...{ channelId, to: { phoneNumber: PLANTED.recipient }, content: { text: { text: PLANTED.text } } },
      ...{ metadata: { note: PLANTED.metadata }, reference: PLANTED.reference },
      ...more,
    },
  });

async function webhook(token: string, body: unknown) {
  const answer = await answerToSigned(`${app.url}/webhooks/sandbox/${channelId}`, token, body);
  return answer.status;
}

const sql = (statement: string) => withClient(database.url, (one) => one.query(statement));

/** Sends that are taken, refused, cut off and turned away. */
async function speak() {
  await send({ idempotencyKey: PLANTED.idempotencyKey });
  await send({ idempotencyKey: PLANTED.idempotencyKey, content: { text: { text: `${PLANTED.text} again` } } });
  const refusal = { error: { code: 'recipient_not_on_platform', message: PLANTED.providerMessage } };
  const answers = ['drop', { status: 422, body: refusal }, { status: 500, body: refusal }] as const;
  for (const answer of answers) {
    const calls = carrier.calls.length;
    carrier.script = () => answer;
    await send({ to: { phoneNumber: `+15556${digits()}` } });
    await eventually(() => expect(carrier.calls.length).toBeGreaterThan(calls));
  }
  carrier.script = () => 'accept';
}

/** Requests that are wrong in as many ways as quote what was wrong. */
async function ask4xx() {
  await send({ to: { phoneNumber: PLANTED.noNumber } });
  await send({ to: { phoneNumber: { [PLANTED.noNumber]: PLANTED.recipient } } });
  await send({ author: PLANTED.text });
  await send({ content: { text: { text: [PLANTED.text, { [PLANTED.text]: 1 }] } } });
  await send({ scheduledAt: PLANTED.text });
  await send({ content: { image: { images: [{ url: `not a url ${PLANTED.text}` }] } } });
  await ask(`mutation { sendMessage(input: { channelId: 5, author: "${PLANTED.text}" }) { message { id } } }`, {});
  await ask(`mutation { "${PLANTED.text}" }`, {});
  await ask(CREATE, { input: { name: 'x', provider: 'SANDBOX', platform: 'WHATSAPP', settings: { x: PLANTED.text } } });
  await ask('{ viewer { workspaceId } }', {}, { authorization: `Bearer ${PLANTED.wrongKey}` });
  const broken = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: `{ "query": ${PLANTED.text}`,
  });
  told.push(await broken.text());
}

/** Webhooks that are taken, not understood, forged and not taken at all. */
async function hear(token: string) {
  const content = { kind: 'text', text: PLANTED.text };
  const said = {
    type: 'message',
    from: PLANTED.sender,
    name: PLANTED.name,
    occurredAt: new Date().toISOString(),
    content,
  };
  expect(await webhook(token, { ...said, id: PLANTED.webhook })).toBe(200);
  expect(await webhook(token, { ...said, from: PLANTED.noNumber, id: `${PLANTED.webhook}2` })).toBe(200);
  expect(await webhook(token, { [PLANTED.webhook]: PLANTED.text })).toBe(200);
  expect(await webhook(PLANTED.wrongKey, said)).toBe(401);
  expect(await webhook(token, { ...said, more: PLANTED.text.repeat(60_000) })).toBe(413);
}

/** A statement that fails with what was sent among its parameters: the connection to it is there, the table isn't. */
async function breakPostgres() {
  await sql('alter table work.idempotency_keys rename to gone');
  const { errors } = await send({ idempotencyKey: `${PLANTED.idempotencyKey}-2` });
  expect(errors?.[0]?.extensions.code).toBe('INTERNAL_SERVER_ERROR');
  await sql('alter table work.gone rename to idempotency_keys');
}

/** A foreign record, and then one of ours that can't be read: the projector stops, and says so. */
async function poison() {
  const found = await eventually(async () => {
    const [record] = (await log.read('events')).filter(({ value }) => value?.toString().includes(PLANTED.text));
    if (record === undefined) throw new Error('Nothing was recorded yet.');
    return record;
  });
  await log.write('events', { ...found, value: Buffer.from(`not JSON ${PLANTED.poison}`) });
  const event = JSON.parse(found.value?.toString() ?? '') as { data: object };
  const unreadable = { ...event, data: { ...event.data, contentKind: PLANTED.poison, parts: PLANTED.poison } };
  await log.write('events', { ...found, value: Buffer.from(JSON.stringify(unreadable)) });
  return eventually(
    async () => {
      const answer = await (await fetch(`${app.url}/readyz`)).text();
      expect(answer).toContain('projector: stopped');
      return answer;
    },
    { timeoutMs: 20_000 },
  );
}

it('F40: says nothing of what was written, to whom, or with which secret', async () => {
  await speak();
  const token = carrier.calls[0]?.token ?? '';
  expect(token.length).toBeGreaterThan(20);
  await ask4xx();
  await hear(token);
  await breakPostgres();
  await eventually(async () => expect(await untouched()).toBe(0));
  const ready = await poison();
  const metrics = await (await fetch(`${app.url}/metrics`)).text();
  expect(metrics).toMatch(/^parley_role_stopped\{role="projector"\} 1$/m);

  const printed = app.output();
  const lines = printed.split('\n').filter((line) => line.startsWith('{'));
  const messages = lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
  for (const expected of ['A request failed.', 'Webhooks with a wrong signature were refused.', /projector stopped/])
    expect(
      messages.some((message) => message.search(expected) >= 0),
      String(expected),
    ).toBe(true);
  const places = { printed, metrics, ready, told: told.join('\n') };
  for (const [place, said] of Object.entries(places))
    for (const [what, planted] of Object.entries({ ...PLANTED, token, apiKey: app.apiKey }))
      expect(said.includes(planted), `${what} in ${place}`).toBe(false);
});

/** Webhooks that wait to be interpreted. */
async function untouched(): Promise<number> {
  const lags = (await (await fetch(`${app.url}/metrics`)).text()).matchAll(/^parley_log_consumer_lag\{.*\} (\d+)$/gm);
  return [...lags].reduce((sum, [, lag]) => sum + Number(lag), 0);
}
