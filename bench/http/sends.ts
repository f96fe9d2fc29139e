import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { request, type Dispatcher } from 'undici';
import type { Side } from '../compared-path.js';
import { ask, type Server } from './ask.js';
import { postRepeatedly, type Posted } from './post-repeatedly.js';

/** Clients who send messages to contacts whom the workspace knows. */
export interface SendsSettings extends Server {
  readonly kind: 'sends';
  readonly channelId: string;
  readonly isKeyed: boolean;
  /** In one request: 1 is `sendMessage`, more are `sendMessages`. */
  readonly messages: number;
  readonly connections: number;
  /** Whether the server is Parley, and must be told the contacts first. */
  readonly isOurs: boolean;
}

const CONTACTS = 1_000;
/** What is sent: a text of the length that people write. */
const TEXT = 'x'.repeat(80);

const PAYLOAD = `message { id status createdAt } cursor userErrors { code message field }`;
const SEND = `mutation Send($input: SendMessageInput!) { sendMessage(input: $input) { ${PAYLOAD} } }`;
const SEND_BATCH = `mutation SendBatch($input: SendMessagesInput!) {
  sendMessages(input: $input) { results { ${PAYLOAD} } cursor userErrors { code message field } }
}`;

const phoneNumber = (contact: number) => `+1555${String(contact).padStart(7, '0')}`;

const MET_AT_ONCE = 100;

/** To the n-th of the contacts in turn. */
const sendInput = (
  { channelId, isKeyed }: Pick<SendsSettings, 'channelId' | 'isKeyed'>,
  n: number,
  contacts = CONTACTS,
) => ({
  channelId,
  to: { phoneNumber: phoneNumber(n % contacts) },
  content: { text: { text: TEXT } },
  ...(isKeyed && { idempotencyKey: randomUUID() }),
});

/** Writes to each for the first time, so that later sends find their address. */
export async function meetContacts(
  settings: Server & Pick<SendsSettings, 'channelId'>,
  contacts = CONTACTS,
): Promise<void> {
  const { channelId } = settings;
  for (let met = 0; met < contacts; met += MET_AT_ONCE) {
    const messages = Array.from({ length: MET_AT_ONCE }, (_, n) => sendInput({ channelId, isKeyed: false }, met + n));
    await ask(settings, SEND_BATCH, { input: { messages } });
  }
}

/** At one try a second: a machine that is busy for a moment must not end a run of an hour. */
const TRIES_MAX = 30;
const TRY_AGAIN_MS = 1_000;

/** Sends one with a key; told UNAVAILABLE, sends it again under the same, as everybody should. Answers the message's id. */
export async function sendOne(
  dispatcher: Dispatcher,
  { url, apiKey, channelId }: Server & Pick<SendsSettings, 'channelId'>,
  n: number,
  contacts = CONTACTS,
): Promise<string> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` };
  const input = sendInput({ channelId, isKeyed: true }, n, contacts);
  const json = JSON.stringify({ query: SEND, variables: { input } });
  for (let attempt = 1; ; attempt += 1) {
    const { statusCode, body } = await request(`${url}/graphql`, { method: 'POST', dispatcher, headers, body: json });
    const text = await body.text();
    const [, id] = /"id":"(msg_\w+)"/.exec(text) ?? [];
    if (id !== undefined) return id;
    if (!text.includes('"code":"UNAVAILABLE"') || attempt === TRIES_MAX)
      throw new Error(`Answered ${statusCode}: ${text}`);
    await pause(TRY_AGAIN_MS);
  }
}

export async function openSends(settings: SendsSettings): Promise<Side> {
  const { url, apiKey, messages, connections } = settings;
  let sent = 0;
  const nextInput = () => sendInput(settings, (sent += 1));
  const nextBatch = (size: number) => ({ messages: Array.from({ length: size }, nextInput) });
  if (settings.isOurs) await meetContacts(settings);
  return postRepeatedly({
    url: `${url}/graphql`,
    connections,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
    operationsEach: messages,
    next: (): Posted => {
      const [query, input] = messages === 1 ? [SEND, nextInput()] : [SEND_BATCH, nextBatch(messages)];
      return { body: JSON.stringify({ query, variables: { input } }) };
    },
    isGood: (status, body) => status === 200 && body.split('"status":"ACCEPTED"').length === messages + 1,
  });
}
