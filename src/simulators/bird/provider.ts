import { createHash, createHmac, randomUUID } from 'node:crypto';
import type { ReceivedCall } from '../read-call.js';
import type { SimulatedAnswer, SimulatedProvider } from '../simulator.js';
import type { PostedWebhook } from '../webhook-poster.js';
import { messageForm, subscriptionForm, type MessageForm, type SubscriptionForm } from './forms.js';
import { addressIn, contactIdOf, storyOf, type Payload } from './story.js';

export interface BirdSimulatorOptions {
  readonly organizationId: string;
  readonly workspaceId: string;
  readonly channelId: string;
  readonly accessKey: string;
  /** The projects of templates that there are. */
  readonly templates?: readonly string[];
  /** Answers each message that was read with one of the contact's own; default: false. */
  readonly replies?: boolean;
  /** Where an address of the subscriptions lies, as a proxy in front of it would know; what is signed is the address itself. */
  readonly reach?: (url: string) => string;
}

export interface BirdSimulator extends SimulatedProvider {
  /** A contact's message, for each subscription to such; from now on the window is open. */
  messageFrom(address: string, said: Payload): readonly PostedWebhook[];
  /** An event as it goes to each subscription to it. */
  event(name: string, payload: Payload): readonly PostedWebhook[];
}

const WINDOW_MS = 24 * 3_600_000;
const REQUEST_BYTES_MAX = 200 * 1024;
const KEPT_MAX = 1_000;

/** The Channels API from the other side: one workspace with one channel of WhatsApp. */
export function createBirdSimulator(options: BirdSimulatorOptions): BirdSimulator {
  const { channelId, replies = false, reach = (url: string) => url } = options;
  const known: Known = { subscriptions: [], windows: new Map(), messages: new Map() };
  const event = (name: string, payload: Payload) =>
    known.subscriptions.filter((one) => one.event === name).map((one) => signed(one, payload, reach));
  const messageFrom = (address: string, said: Payload) => {
    const expiresAt = Date.now() + WINDOW_MS;
    for (const key of [address, contactIdOf(address)]) keep(known.windows, key, expiresAt);
    return event('whatsapp.inbound', { ...incoming(address, channelId), ...said });
  };
  const tellOf = (form: MessageForm, message: Payload): readonly PostedWebhook[] => {
    const address = addressIn(form.receiver.contacts[0]);
    const story = storyOf(message, form, (known.windows.get(address) ?? 0) > Date.now());
    const last = story.at(-1) ?? message;
    keep(known.messages, String(message['id']), last);
    const told = [message, ...story].flatMap((moment) => event('whatsapp.outbound', moment));
    if (last['status'] !== 'delivered') return told;
    const read = { messageId: message['id'], channelId, type: 'read', createdAt: new Date().toISOString() };
    const reply = { body: { type: 'text', text: { text: answerTo(form) } } };
    return [...told, ...event('whatsapp.interaction', read), ...(replies ? messageFrom(address, reply) : [])];
  };
  const places = placesOf(options, known, (form) => {
    const message = outgoing(form, channelId);
    return { status: 202, body: message, webhooks: tellOf(form, message) };
  });
  return {
    ...{ messageFrom, event },
    throttled: () => errorOf(429, 'TooManyRequests', 'Rate limit exceeded'),
    failed: () => errorOf(500, 'InternalError', 'Something went wrong'),
    isSend: ({ method, path }) => method === 'POST' && path.endsWith('/messages'),
    answer: (call) => answer(call, places, options.accessKey),
  };
}

const answerTo = ({ body }: MessageForm): string =>
  body?.type === 'text' ? `You said: ${body.text.text.slice(0, 1_000)}` : 'Thank you!';

/** What it remembers of itself. */
interface Known {
  readonly subscriptions: SubscriptionForm[];
  /** Until when each contact may be written to, by address and by Bird's id. */
  readonly windows: Map<string, number>;
  /** The latest moment of each. */
  readonly messages: Map<string, Payload>;
}

function placesOf(
  { organizationId, workspaceId, channelId, templates = [] }: BirdSimulatorOptions,
  { subscriptions, windows, messages }: Known,
  take: (form: MessageForm) => SimulatedAnswer,
): readonly Place[] {
  const channel = ['workspaces', workspaceId, 'channels', channelId];
  const subscribe = (form: SubscriptionForm) => {
    subscriptions.push(form);
    return { status: 201, body: { id: randomUUID(), ...form, signingKey: undefined, status: 'active' } };
  };
  const send = (form: MessageForm) =>
    form.template !== undefined && !templates.includes(form.template.projectId)
      ? errorOf(422, 'InvalidPayload', 'template.projectId: there is no such project')
      : take(form);
  const latest = ({ query }: ReceivedCall) => [...messages.values()].slice(-Number(query.get('limit') ?? 10));
  return [
    ['POST', [...channel, 'messages'], (call) => read(messageForm, call, send)],
    ['GET', [...channel, 'messages'], (call) => ok({ results: latest(call) })],
    ['GET', [...channel, 'messages', ANY], (_call, id) => (messages.has(id) ? ok(messages.get(id)) : NOT_FOUND)],
    ['GET', [...channel, 'contacts', ANY], (_call, id) => ok(windowOf(windows.get(id)))],
    [
      'POST',
      ['organizations', organizationId, 'workspaces', workspaceId, 'webhook-subscriptions'],
      (call) => read(subscriptionForm, call, subscribe),
    ],
  ];
}

const ANY = undefined;

const windowOf = (expiresAt: number | undefined) => ({
  serviceWindowExpireAt: expiresAt === undefined ? null : new Date(expiresAt).toISOString(),
  isPermanentSession: false,
});

/** A method and a path, of which the piece that isn't named is handed on. */
type Place = readonly [
  method: string,
  path: readonly (string | undefined)[],
  answer: (call: ReceivedCall, piece: string) => SimulatedAnswer,
];

function answer(call: ReceivedCall, places: readonly Place[], accessKey: string): SimulatedAnswer {
  if (call.headers['authorization'] !== `AccessKey ${accessKey}`)
    return errorOf(401, 'Unauthorized', 'The access key is not known');
  const pieces = call.path.split('/').slice(1);
  const place = places.find(
    ([method, path]) =>
      method === call.method &&
      path.length === pieces.length &&
      path.every((piece, index) => piece === undefined || piece === pieces[index]),
  );
  return place === undefined ? NOT_FOUND : place[2](call, pieces.at(-1) ?? '');
}

interface Form<Read> {
  safeParse(json: unknown):
    | { readonly success: true; readonly data: Read }
    | {
        readonly success: false;
        readonly error: { readonly issues: readonly { path: PropertyKey[]; message: string }[] };
      };
}

function read<Read>(form: Form<Read>, call: ReceivedCall, then: (read: Read) => SimulatedAnswer): SimulatedAnswer {
  if (Buffer.byteLength(call.body) > REQUEST_BYTES_MAX) return errorOf(413, 'PayloadTooLarge', 'At most 200 KB');
  if (!/^application\/json\b/.test(call.headers['content-type'] ?? ''))
    return errorOf(400, 'InvalidPayload', 'The body must be application/json');
  const result = form.safeParse(call.json);
  if (result.success) return then(result.data);
  const [issue] = result.error.issues;
  return errorOf(422, 'InvalidPayload', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is wrong'}`);
}

/** As the contract has it: time, URL and the body's hash, whose 32 bytes follow as they are. */
function signed(
  { url, signingKey, event }: SubscriptionForm,
  payload: Payload,
  reach: (url: string) => string,
): PostedWebhook {
  const body = JSON.stringify({ service: 'channels', event, payload });
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const hash = createHash('sha256').update(body).digest();
  const signature = createHmac('sha256', signingKey).update(`${timestamp}\n${url}\n`).update(hash).digest('base64');
  const headers = { 'messagebird-signature': signature, 'messagebird-request-timestamp': timestamp };
  return { url: reach(url), headers, body };
}

function outgoing({ receiver, reference = '', replyTo, body }: MessageForm, channelId: string): Payload {
  const [to] = receiver.contacts;
  return {
    ...{ ...frameOf(channelId), reference, replyTo, body, status: 'accepted', direction: 'outgoing', failure: null },
    sender: { connector: { id: randomUUID(), identifierValue: '+31200000000', annotations: { name: 'Shop' } } },
    receiver: { contacts: [{ identifierKey: 'phonenumber', ...to, id: contactIdOf(addressIn(to)) }] },
  };
}

const incoming = (address: string, channelId: string): Payload => ({
  ...{ ...frameOf(channelId), reference: '', status: 'delivered', direction: 'incoming' },
  sender: {
    contact: {
      ...{ id: contactIdOf(address), identifierKey: 'phonenumber', identifierValue: address },
      annotations: { name: 'Mia' },
    },
  },
  receiver: { connector: { id: randomUUID(), identifierValue: '' } },
  meta: { extraInformation: { timestamp: String(Math.floor(Date.now() / 1_000)) } },
});

function frameOf(channelId: string) {
  const at = new Date().toISOString();
  return {
    ...{
      id: randomUUID(),
      channelId,
      reason: '',
      details: '',
      parts: [{ platformReference: `wamid.${randomUUID()}` }],
    },
    ...{ lastStatusAt: at, createdAt: at, updatedAt: at },
  };
}

/** The latest 1,000. */
function keep<Value>(all: Map<string, Value>, key: string, value: Value): void {
  all.set(key, value);
  const [oldest] = all.keys();
  if (all.size > KEPT_MAX && oldest !== undefined) all.delete(oldest);
}

const ok = (body: unknown): SimulatedAnswer => ({ status: 200, body });
const errorOf = (status: number, code: string, message: string): SimulatedAnswer => ({
  ...{ status, body: { code, message, details: {} } },
});
const NOT_FOUND = errorOf(404, 'NotFound', 'There is nothing here');
