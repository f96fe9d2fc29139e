import { z } from 'zod';
import { FORMS, isForm, publicUrl, type Form } from './botmaker-forms.js';
import type { ReceivedCall } from './read-call.js';
import type { SimulatedAnswer, SimulatedProvider } from './simulator.js';
import type { PostedWebhook } from './webhook-poster.js';

export interface BotmakerSimulatorOptions {
  /** `{project}-whatsapp-{line}`. */
  readonly channelId: string;
  readonly webhookToken: string;
  readonly credentials: BotmakerCredentials;
  /** Answers each text with one of the contact's own; default: false. */
  readonly replies?: boolean;
}

export interface BotmakerCredentials {
  readonly clientId: string;
  readonly secretId: string;
  readonly accessToken: string;
  readonly refreshToken: string;
}

export interface BotmakerSimulator extends SimulatedProvider {
  /** What is set in the console: where webhooks go. By hand: `PUT /console/webhook {"url": "…"}`. */
  connect(webhookUrl: string): void;
  /** A message of a contact, as it goes there. @throws before it is connected */
  messageFrom(contactId: string, said: Readonly<Record<string, unknown>>): PostedWebhook;
  /** The access token ends; default: five years from now. */
  expire(): void;
}

/** Intents that this project has. */
const INTENTS: ReadonlySet<string> = new Set(['order_ready', 'welcome']);
/** Contacts of whom something is wrong: no such chat; unknown; one who isn't reached after all. */
const [BAD_CONTACT, UNKNOWN_CONTACT, UNREACHED_CONTACT] = ['31600000400', '31600000404', '31600000131'];
const REFRESHES_A_MINUTE = 3;
const LIFE_S = 5 * 365 * 86_400;

/** The API v2.0 from the other side. */
export function createBotmakerSimulator(options: BotmakerSimulatorOptions): BotmakerSimulator {
  const account = createAccount(options.credentials);
  const project = createProject(options);
  return {
    ...{ connect: project.connect, messageFrom: project.messageFrom },
    expire: () => account.expire(),
    throttled: () => ({ status: 429 }),
    failed: () => ({ status: 500 }),
    isSend: ({ path }) => /\/chats-actions\/(send-messages|trigger-intent)$/.test(path),
    answer(call) {
      const { method, path, json } = call;
      if (method === 'PUT' && path === '/console/webhook') return setInConsole(project, json);
      if (!path.startsWith(VERSION)) return { status: 404 };
      const said = `${method} ${path.slice(VERSION.length)}`;
      if (said === 'POST /auth/credentials') return account.refresh(call);
      if (!account.knows(call)) return { status: 401 };
      if (said === 'GET /auth/credentials') return { status: 200, body: account.credentials() };
      if (said === 'GET /channels') return { status: 200, body: { items: [project.channel] } };
      const [, chat] = /^GET \/chats\/([^/]+)$/.exec(said) ?? [];
      if (chat !== undefined) return project.chat(decodeURIComponent(chat));
      return isForm(said) ? answerForm(project, said, json) : { status: 404 };
    },
  };
}

const VERSION = '/v2.0';

function setInConsole(project: Project, json: unknown): SimulatedAnswer {
  const read = z.strictObject({ url: publicUrl }).safeParse(json);
  if (!read.success) return errorOf('url', 'It is no URL.');
  project.connect(read.data.url);
  return { status: 204 };
}

type Project = ReturnType<typeof createProject>;

/** A project with one channel, and what its console was told. */
function createProject({ channelId, webhookToken, replies = false }: BotmakerSimulatorOptions) {
  let numbers = 0;
  let webhookUrl: string | undefined;
  const nextId = (): string => `MSG${String((numbers += 1)).padStart(17, '0')}`;
  const posted = (json: unknown): PostedWebhook => {
    if (webhookUrl === undefined) throw new Error('No webhook was set in the console.');
    return { url: webhookUrl, headers: { 'auth-bm-token': webhookToken }, body: JSON.stringify(json) };
  };
  const frameOf = (contactId: string) => ({
    ...{ v: '1.1', chatPlatform: 'whatsapp', contactId, chatChannelId: channelId, chatIdInChatPlatform: '' },
    ...{ whatsappNumber: lineOf(channelId), customerId: `CUST${contactId}`, firstName: 'Mia', lastName: 'Jansen' },
  });
  const chats = createChats(channelId);
  const messageFrom = (contactId: string, said: Readonly<Record<string, unknown>>) => {
    const message = { _id: nextId(), date: chats.hear(contactId), fromName: 'Mia Jansen', from: 'user', ...said };
    return posted({ ...frameOf(contactId), type: 'message', messages: [message] });
  };
  const statusesOf = (contactId: string, txId: string, webhookPayload: string | undefined) => {
    const sent = { ...frameOf(contactId), type: 'status', _id: nextId(), txId, webhookPayload };
    const said = contactId === UNREACHED_CONTACT ? UNREACHED : REACHED;
    return said.map((status) => posted({ ...sent, date: new Date().toISOString(), ...status }));
  };
  return {
    ...{ messageFrom, channel: { id: channelId, platform: 'whatsapp', name: 'Shop', active: true } },
    chat: chats.answer,
    connect: (url: string) => void (webhookUrl = url),
    /** Makes a job of it; what becomes of that is told later. */
    take(contactId: string, webhookPayload: string | undefined, text: string | undefined): SimulatedAnswer {
      const webhookNotificationId = `job-${(numbers += 1)}`;
      const answered = { status: 202, body: { webhookNotificationId } };
      if (webhookUrl === undefined) return answered;
      const reply = replies && text !== undefined ? [{ message: `You said: ${text.slice(0, 1_000)}` }] : [];
      const webhooks = [
        ...statusesOf(contactId, webhookNotificationId, webhookPayload),
        ...reply.map((said) => messageFrom(contactId, said)),
      ];
      return { ...answered, webhooks };
    },
  };
}

const WINDOW_MS = 24 * 3_600_000;
const CHATS_KEPT_MAX = 1_000;

/** Who wrote, and when last. */
function createChats(channelId: string) {
  const writtenAt = new Map<string, string>();
  return {
    /** Answers when that was. */
    hear(contactId: string): string {
      const date = new Date().toISOString();
      writtenAt.delete(contactId);
      writtenAt.set(contactId, date);
      const [oldest] = writtenAt.keys();
      if (writtenAt.size > CHATS_KEPT_MAX && oldest !== undefined) writtenAt.delete(oldest);
      return date;
    },
    /** The state of a chat, by `channelId:contactId`. */
    answer(reference: string): SimulatedAnswer {
      const [channel = '', contactId = ''] = reference.split(':');
      const date = writtenAt.get(contactId);
      if ((channel !== channelId && channel !== lineOf(channelId)) || date === undefined) return { status: 404 };
      const closesAt = new Date(Date.parse(date) + WINDOW_MS).toISOString();
      return { status: 200, body: { lastUserMessageDatetime: date, whatsAppWindowCloseDatetime: closesAt } };
    },
  };
}

const REACHED = [{ status: 'Received' }, { status: 'Delivered' }, { status: 'Read' }] as const;
const UNREACHED = [{ status: 'Error', info: { reason: '131026.0' } }] as const;

const lineOf = (channelId: string): string => channelId.split('-').at(-1) ?? '';

function answerForm(project: Project, form: Form, json: unknown): SimulatedAnswer {
  const refused = judgedBy(FORMS[form], json) ?? judgedChat(json, project.channel.id);
  if (refused !== undefined) return refused;
  if (form.endsWith('/send-reaction')) return { status: 202, body: {} };
  if (form.endsWith('/send-read-typing-feedback')) return { status: 204 };
  const contactId = addressed.safeParse(json).data?.chat.contactId ?? '';
  const intent = FORMS['POST /chats-actions/trigger-intent'].safeParse(json).data;
  if (intent === undefined) {
    const [first] = FORMS['POST /chats-actions/send-messages'].parse(json).messages;
    return project.take(contactId, first?.webhookPayload, first?.text);
  }
  return INTENTS.has(intent.intentIdOrName)
    ? project.take(contactId, intent.webhookPayload, undefined)
    : errorOf('intentIdOrName', 'No such intent.');
}

const errorOf = (source: string, text: string): SimulatedAnswer => ({
  status: 400,
  body: { errors: [{ type: 'INVALID', source, message: text }] },
});

/** Undefined: the form is right. */
function judgedBy(form: z.ZodType, json: unknown): SimulatedAnswer | undefined {
  const [issue] = form.safeParse(json).error?.issues ?? [];
  return issue && errorOf(issue.path.join('.'), issue.message);
}

const addressed = z.object({ chat: z.object({ channelId: z.string(), contactId: z.string() }) });

/** A `+` would open a second, empty chat at the real one: here it is refused, so that nobody does it unseen. */
function judgedChat(json: unknown, channelId: string): SimulatedAnswer | undefined {
  const named = addressed.safeParse(json).data?.chat;
  if (named === undefined) return undefined;
  if (named.channelId !== channelId && named.channelId !== lineOf(channelId)) return { status: 404 };
  if (named.contactId === UNKNOWN_CONTACT) return { status: 404 };
  const isNumber = /^[1-9]\d{6,14}$/.test(named.contactId);
  return isNumber && named.contactId !== BAD_CONTACT ? undefined : errorOf('chat.contactId', 'No such chat.');
}

/** Who may call, and the exchange of credentials: the old ones end with it, and a refresh token is taken once. */
function createAccount(given: BotmakerCredentials) {
  const { clientId, secretId, accessToken, refreshToken } = given;
  let held = { clientId, secretId, accessToken, refreshToken };
  let hasExpired = false;
  let rounds = 0;
  const refreshedAt: number[] = [];
  return {
    credentials: () => held,
    knows: ({ headers }: ReceivedCall): boolean => !hasExpired && headers['access-token'] === held.accessToken,
    expire: () => void (hasExpired = true),
    refresh({ headers, json }: ReceivedCall): SimulatedAnswer {
      const now = Date.now();
      if (refreshedAt.filter((at) => now - at < 60_000).length >= REFRESHES_A_MINUTE) return { status: 429 };
      refreshedAt.push(now);
      if (headers['access-token'] === undefined) return { status: 401 };
      const isOurs = { clientId: z.literal(clientId), secretId: z.literal(secretId) };
      const form = z.strictObject({ ...isOurs, refreshToken: z.literal(held.refreshToken) });
      if (!form.safeParse(json).success) return { status: 401 };
      rounds += 1;
      held = { ...held, accessToken: jwtOf(rounds, now), refreshToken: `refresh-${rounds}` };
      hasExpired = false;
      return { status: 200, body: held };
    },
  };
}

/** In the form of a JSON Web Token; nobody verifies it but who made it. */
function jwtOf(round: number, now: number): string {
  const part = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url');
  const iat = Math.floor(now / 1_000);
  return `${part({ alg: 'HS512' })}.${part({ iat, exp: iat + LIFE_S })}.simulated-${round}`;
}
