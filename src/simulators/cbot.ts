import { z } from 'zod';
import { ON_PREMISES_FORMS } from './cbot-forms.js';
import { MESSAGE_FORMS, readMark } from './meta-whatsapp-forms.js';
import type { ReceivedCall } from './read-call.js';
import type { SimulatedAnswer, SimulatedProvider } from './simulator.js';
import type { PostedWebhook } from './webhook-poster.js';

export type CbotFlavour = 'ON_PREMISES' | 'CLOUD';

export interface CbotSimulatorOptions {
  readonly flavour: CbotFlavour;
  readonly apiKey: string;
  /** Lower case; default: d360-api-key. */
  readonly apiKeyHeader?: string;
  /** Templates that it knows; default: `order_ready`. */
  readonly templates?: readonly string[];
  /** Answers each text with one of the contact's own; default: false. */
  readonly replies?: boolean;
}

export interface CbotSimulator extends SimulatedProvider {
  /** A message of a contact, as it goes to the webhook that was set. @throws before there is one */
  messageFrom(waId: string, said: Readonly<Record<string, unknown>>): PostedWebhook;
  /** Keeps a file, as if a contact had sent it. @returns its id */
  addFile(bytes: Buffer): string;
  /** What became of a message. @throws before there is a webhook */
  statusOf(id: string, waId: string, status: string, more?: Readonly<Record<string, unknown>>): PostedWebhook;
}

const webhookForm = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  headers: z.record(z.string(), z.string()).optional(),
});
type Webhook = z.infer<typeof webhookForm>;

const given = z.object({
  to: z.string(),
  type: z.string(),
  text: z.object({ body: z.string() }).optional().catch(undefined),
  template: z.object({ name: z.string() }).optional().catch(undefined),
  biz_opaque_callback_data: z.string().optional().catch(undefined),
});
type Given = z.infer<typeof given>;

/** Numbers that end so: not on WhatsApp; last wrote more than a day ago; fails after it was taken. */
const [NOT_THERE, WINDOW_CLOSED, FAILS_LATER] = ['1013', '0470', '0480'];

/** CBOT's API from the other side: the paths, bodies and errors of the flavour that it is told to be. */
export function createCbotSimulator(options: CbotSimulatorOptions): CbotSimulator {
  const { flavour, apiKey, apiKeyHeader = 'd360-api-key', templates = ['order_ready'], replies = false } = options;
  const speech = SPEECHES[flavour];
  const { configure, isHeard, messageFrom, statusOf } = createTelling(speech);
  const files = createFiles(flavour);
  let numbers = 0;
  const webhooksOf = (id: string, { to, text, biz_opaque_callback_data: reference }: Given): PostedWebhook[] => {
    if (!isHeard()) return [];
    const echo = reference === undefined ? {} : { biz_opaque_callback_data: reference };
    if (to.endsWith(FAILS_LATER)) return [statusOf(id, to, 'failed', { ...echo, errors: [speech.windowClosed] })];
    const statuses = ['sent', 'delivered', 'read'].map((status) => statusOf(id, to, status, echo));
    if (!replies || text === undefined) return statuses;
    const body = `You said: ${text.body.slice(0, 1_000)}`;
    return [...statuses, messageFrom(to, { type: 'text', text: { body } })];
  };
  const answerSend = (json: unknown): SimulatedAnswer => {
    const { data: read } = given.safeParse(json);
    const form = speech.forms.get(read?.type ?? '')?.safeParse(json);
    if (read === undefined || form === undefined) return speech.badParameter('type');
    if (!form.success) return speech.badParameter(form.error.issues[0]?.path.join('.') ?? '');
    if (read.to.endsWith(NOT_THERE)) return speech.notThere;
    if (read.to.endsWith(WINDOW_CLOSED) && read.type !== 'template') return speech.outside;
    if (read.template !== undefined && !templates.includes(read.template.name)) return speech.noTemplate;
    const id = `${speech.sentId}${(numbers += 1)}`;
    return { ...speech.taken(id, read.to), webhooks: webhooksOf(id, read) };
  };
  return {
    ...{ messageFrom, statusOf, addFile: files.add },
    throttled: () => speech.throttled,
    failed: () => speech.failed,
    isSend: (call) => call.method === 'POST' && call.path.endsWith('/messages') && !isRead(flavour, call),
    answer(call) {
      if (call.headers[apiKeyHeader] !== apiKey) return gatewayError(401, 'Invalid api key');
      if (call.path === '/v1/configs/webhook') return configure(call);
      if (call.method === 'GET') return files.answer(call) ?? gatewayError(404, 'Not Found');
      if (isRead(flavour, call)) return { status: 200, body: flavour === 'CLOUD' ? { success: true } : { meta } };
      if (call.path !== speech.sendPath || call.method !== 'POST') return gatewayError(404, 'Not Found');
      return answerSend(call.json);
    },
  };
}

interface Telling extends Pick<CbotSimulator, 'messageFrom' | 'statusOf'> {
  configure(call: ReceivedCall): SimulatedAnswer;
  isHeard(): boolean;
}

/** Knows the webhook that was set, and says things to it as the flavour does. */
function createTelling(speech: Speech): Telling {
  let numbers = 0;
  let webhook: Webhook | undefined;
  const told = (said: Readonly<Record<string, unknown>>): PostedWebhook => {
    if (webhook === undefined) throw new Error('No webhook was set.');
    return { url: webhook.url, headers: webhook.headers ?? {}, body: JSON.stringify(speech.envelope(said)) };
  };
  return {
    isHeard: () => webhook !== undefined,
    configure({ method, json }) {
      if (method === 'GET') return { status: 200, body: { url: webhook?.url ?? '' } };
      const read = webhookForm.safeParse(json);
      if (method !== 'POST' || !read.success) return speech.badParameter('url');
      webhook = read.data;
      return { status: 200, body: read.data };
    },
    messageFrom: (waId, said) =>
      told({
        contacts: [{ profile: { name: 'Mia' }, wa_id: waId }],
        messages: [{ from: waId, id: `${speech.incomingId}${(numbers += 1)}`, timestamp: now(), ...said }],
      }),
    statusOf: (id, waId, status, more = {}) =>
      told({ statuses: [{ id, recipient_id: waId, status, timestamp: now(), ...more }] }),
  };
}

interface Files {
  add(bytes: Buffer): string;
  answer(call: ReceivedCall): SimulatedAnswer | undefined;
}

/** In the cloud Meta's address of a file is told, whose path is the partner's too. */
const ATTACHMENTS = '/whatsapp_business/attachments/';

function createFiles(flavour: CbotFlavour): Files {
  const files = new Map<string, Buffer>();
  const bytesOf = (id: string): SimulatedAnswer | undefined => {
    const bytes = files.get(id);
    return bytes && { status: 200, body: bytes, headers: { 'content-type': 'application/octet-stream' } };
  };
  return {
    add(bytes) {
      const id = flavour === 'CLOUD' ? `90000${files.size}` : `f043afd0-f0ae-4b9c-ab3d-${files.size}`;
      files.set(id, bytes);
      return id;
    },
    answer({ path, query }) {
      if (flavour === 'ON_PREMISES') return bytesOf(path.replace('/v1/media/', ''));
      if (path === ATTACHMENTS) return bytesOf(query.get('mid') ?? '');
      const id = path.slice(1);
      if (!files.has(id)) return undefined;
      const url = `https://lookaside.fbsbx.com${ATTACHMENTS}?mid=${id}`;
      return { status: 200, body: { messaging_product: 'whatsapp', id, url } };
    },
  };
}

/** That a message was read: on premises by its address, in the cloud as Meta has it. */
const isRead = (flavour: CbotFlavour, { method, path, json }: ReceivedCall): boolean =>
  flavour === 'CLOUD'
    ? method === 'POST' && path === '/messages' && readMark.safeParse(json).success
    : method === 'PUT' && /^\/v1\/messages\/[^/]+$/.test(path) && ON_PREMISES_READ.safeParse(json).success;
const ON_PREMISES_READ = z.strictObject({ status: z.literal('read') });

const now = (): string => String(Math.floor(Date.now() / 1_000));

const gatewayError = (status: number, words: string): SimulatedAnswer => ({
  status,
  body: { meta: { success: false, http_code: status, developer_message: words } },
});

const meta = { api_status: 'stable', version: '2.53' };
/** The client says errors also with a 200. */
const clientError = (code: number, title: string, details: string, status = 400): SimulatedAnswer => ({
  status,
  body: { meta, errors: [{ code, title, details }] },
});
const graphError = (status: number, code: number, message: string, details = message): SimulatedAnswer => ({
  status,
  body: {
    error: {
      ...{ message: `(#${code}) ${message}`, type: 'OAuthException', code },
      ...{ error_data: { messaging_product: 'whatsapp', details }, fbtrace_id: 'A' },
    },
  },
});

/** How a flavour says things. */
interface Speech {
  readonly sendPath: string;
  /** By its type, what a message must be given. */
  readonly forms: ReadonlyMap<string, z.ZodType>;
  readonly incomingId: string;
  readonly sentId: string;
  envelope(said: Readonly<Record<string, unknown>>): unknown;
  taken(id: string, to: string): SimulatedAnswer;
  badParameter(field: string): SimulatedAnswer;
  readonly notThere: SimulatedAnswer;
  readonly outside: SimulatedAnswer;
  readonly noTemplate: SimulatedAnswer;
  readonly throttled: SimulatedAnswer;
  readonly failed: SimulatedAnswer;
  /** As it stands in a status. */
  readonly windowClosed: object;
}

const SPEECHES: Readonly<Record<CbotFlavour, Speech>> = {
  ON_PREMISES: {
    ...{ sendPath: '/v1/messages', forms: ON_PREMISES_FORMS, incomingId: 'ABGG', sentId: 'gBEG' },
    envelope: (said) => said,
    taken: (id) => ({ status: 201, body: { messages: [{ id }], meta } }),
    badParameter: (field) => clientError(1_009, 'Parameter value is not valid', field),
    notThere: clientError(1_013, 'User is not valid', 'The number is not on WhatsApp', 200),
    outside: clientError(470, 'Message failed to send', 'More than 24 hours have passed'),
    noTemplate: clientError(2_001, 'Template does not exist', 'No such template', 404),
    throttled: gatewayError(400, 'You have exceeded the limit of 1 request every 1 seconds'),
    failed: clientError(1_000, 'Generic error', 'Something went wrong', 500),
    windowClosed: { code: 470, title: 'Message failed to send', details: 'More than 24 hours have passed' },
  },
  CLOUD: {
    ...{ sendPath: '/messages', forms: MESSAGE_FORMS, incomingId: 'wamid.in', sentId: 'wamid.out' },
    envelope: (said) => ({
      object: 'whatsapp_business_account',
      entry: [
        {
          id: '1',
          changes: [
            {
              field: 'messages',
              value: {
                ...{ messaging_product: 'whatsapp', ...said },
                metadata: { display_phone_number: '31200000000', phone_number_id: '1100' },
              },
            },
          ],
        },
      ],
    }),
    taken: (id, to) => ({
      status: 200,
      body: { messaging_product: 'whatsapp', contacts: [{ input: to, wa_id: to }], messages: [{ id }] },
    }),
    badParameter: (field) => graphError(400, 131_009, 'Parameter value is not valid', field),
    notThere: graphError(400, 131_026, 'Message undeliverable'),
    outside: graphError(400, 131_047, 'Re-engagement message'),
    noTemplate: graphError(404, 132_001, 'Template name does not exist in the translation'),
    throttled: graphError(400, 130_429, 'Rate limit hit'),
    failed: graphError(500, 131_000, 'Something went wrong'),
    windowClosed: { code: 131_047, title: 'Re-engagement message', error_data: { details: 'More than 24 hours' } },
  },
};
