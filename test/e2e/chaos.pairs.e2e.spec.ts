import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stopAll, type Running } from '../../src/lifecycle.js';
import { startSandboxCarrier } from '../../src/providers/sandbox/carrier.js';
import { eventually } from '../support/eventually.js';
import { testLog } from '../support/log.js';
import { startRecordingProxy, type RecordingProxy } from '../support/recording-proxy.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { judge, newWebhooksWithin, truthOf, type Truth } from './chaos-truth.js';

const SEED = Number(process.env['PARLEY_FAULTS_SEED'] ?? randomInt(2 ** 31));
const CHAOS = { seed: SEED, duplicates: 0.3, reorders: 0.3, delays: 0.3, drops: 0.15 };
/** Each story, and fifty who have none of their own: more at once, and less in a row, is over sooner. */
const NUMBERS = [...Array.from({ length: 10 }, (_, n) => `+1555010000${n}`)].concat(
  Array.from({ length: 50 }, (_, n) => `+155501010${String(n).padStart(2, '0')}`),
);
const MESSAGES_EACH = 5;
const FORGETFUL = '+15550100006';
/** A webhook is up to 5 s late, and comes again up to a second later: nothing follows a longer silence. */
const SILENCE_MS = 6_500;

interface Message {
  readonly id: string;
  readonly direction: string;
  readonly status: string;
  readonly content: { readonly text: string };
}
interface Conversation {
  readonly unreadCount: number;
  readonly messages: { readonly nodes: readonly Message[] };
}

const CREATE = `mutation ($input: CreateChannelInput!) { createChannel(input: $input) {
  channel { id } userErrors { code field message } } }`;
const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) {
  message { id } userErrors { code field message } } }`;
const MESSAGE = `query ($id: ID!) { message(id: $id) { conversation { id } } }`;
const CONVERSATION = `query ($id: ID!) { conversation(id: $id) { unreadCount
  messages(last: 100) { nodes { id direction status content { text } } } } }`;

const running: Running[] = [];
/** Between Parley and the carrier, and the other way round. */
let calls: RecordingProxy;
let webhooks: RecordingProxy;
let app: TestApp;
let channelId: string;
beforeAll(async () => {
  console.info(`chaos: PARLEY_FAULTS_SEED=${SEED}`);
  webhooks = await startRecordingProxy();
  running.push({ stop: () => webhooks.close() });
  app = await startTestApp({ PARLEY_PUBLIC_URL: webhooks.baseUrl });
  running.push(app);
  webhooks.target = app.url;
  const carrier = await startSandboxCarrier({ seed: SEED, logger: testLog });
  running.push(carrier);
  calls = await startRecordingProxy(carrier.baseUrl);
  running.push({ stop: () => calls.close() });
  const settings = { apiBaseUrl: calls.baseUrl, chaos: CHAOS };
  const input = { name: 'chaos', provider: 'SANDBOX', platform: 'WHATSAPP', settings };
  const made = await app.client.run<{ createChannel: { channel: { id: string } } }>(CREATE, { input });
  channelId = made.createChannel.channel.id;
});
afterAll(() => stopAll(running));

interface Sent {
  readonly sendMessage: {
    readonly message: { readonly id: string };
    readonly userErrors: readonly unknown[];
  };
}
interface Found {
  readonly message: { readonly conversation: { readonly id: string } };
}
async function send(phoneNumber: string, text: string) {
  const input = { channelId, to: { phoneNumber }, content: { text: { text } } };
  const { sendMessage } = await app.client.run<Sent>(SEND, { input });
  expect(sendMessage.userErrors).toEqual([]);
  return { id: sendMessage.message.id, phoneNumber };
}

/** Once it is projected; a payload of many at once may not wait for it. */
const conversationOf = (id: string) =>
  eventually(async () => (await app.client.run<Found>(MESSAGE, { id })).message.conversation.id, { everyMs: 100 });

const read = async (id: string) =>
  (await app.client.run<{ conversation: Conversation }>(CONVERSATION, { id })).conversation;

it('rules 13, 17, 19: whatever a carrier does to its webhooks and lines, nothing is sent twice and every status is true', async () => {
  const sent = await Promise.all(
    NUMBERS.flatMap((to) => Array.from({ length: MESSAGES_EACH }, (_, n) => send(to, `${to}, ${n}`))),
  );
  const firsts = sent.filter((_, index) => index % MESSAGES_EACH === 0);
  const conversations = await Promise.all(
    firsts.map(async ({ id, phoneNumber }) => [await conversationOf(id), phoneNumber] as const),
  );
  const truth = await eventually(
    async () => {
      expect(newWebhooksWithin(webhooks.exchanges, SILENCE_MS)).toBe(0);
      const now = truthOf(calls.exchanges, webhooks.exchanges);
      const statuses = new Map<string, string>();
      for (const [id, phoneNumber] of conversations) {
        const conversation = await read(id);
        for (const message of conversation.messages.nodes) statuses.set(message.id, message.status);
        expectReplies(conversation, now.replies.get(phoneNumber) ?? new Map());
      }
      // What the carrier took or refused is found by a look-up if nothing else tells; it forgot only what this number got.
      const unknown = sent.filter(({ id }) => judge(now.messages.get(id)) === 'OUTCOME_UNKNOWN');
      expect(unknown.map(({ phoneNumber }) => phoneNumber)).toEqual(Array(MESSAGES_EACH).fill(FORGETFUL));
      const told = sent.map(({ id }) => `${id} ${statuses.get(id) ?? 'missing'}`);
      expect(told).toEqual(sent.map(({ id }) => `${id} ${judge(now.messages.get(id))}`));
      return now;
    },
    { timeoutMs: 90_000, everyMs: 500 },
  );
  expectOnce(sent, truth);
}, 120_000);

/** Each that Parley took is there once, and unread. */
function expectReplies({ messages, unreadCount }: Conversation, replies: ReadonlyMap<string, string>) {
  const incoming = messages.nodes.filter(({ direction }) => direction === 'INCOMING');
  expect(incoming.map(({ content }) => content.text).sort()).toEqual([...replies.values()].sort());
  expect(unreadCount).toBe(replies.size);
  expect(messages.nodes.length - incoming.length).toBe(MESSAGES_EACH);
}

/** By the calls that reached the carrier: those that it turned away apart, one for each message. */
function expectOnce(sent: readonly { readonly id: string }[], { messages, counts }: Truth) {
  expect(messages.size).toBe(sent.length);
  for (const [id, { judged }] of messages) expect([id, judged]).toEqual([id, 1]);
  // That there was chaos: else nothing above means anything.
  expect(Math.min(counts.repeated, counts.reordered, counts.lost, counts.dropped)).toBeGreaterThan(0);
  console.info('chaos:', JSON.stringify(counts));
}
