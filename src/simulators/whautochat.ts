import { z } from 'zod';
import type { ReceivedCall } from './read-call.js';
import type { SimulatedAnswer, SimulatedProvider } from './simulator.js';
import type { PostedWebhook } from './webhook-poster.js';

export interface WhautochatSimulatorOptions {
  readonly apiKey: string;
  readonly workspaceId: string;
  /** Templates that it knows; default: `order_ready`. */
  readonly templates?: readonly string[];
  /** Calls that it takes within a minute; default: 100. */
  readonly callsPerMinuteMax?: number;
  /** Where there is a hook: answers each text with one of the contact's own; default: false. */
  readonly replies?: boolean;
}

export interface WhautochatSimulator extends SimulatedProvider {
  /**
   * Where an operator's own hook posts from now on, and the secret that it shows: WhautoChat itself has no webhooks. People
   * say it by `POST /hook`.
   */
  hook(url: string, secret: string): void;
  /** What such a hook says. @throws before there is one */
  saying(said: Readonly<Record<string, unknown>>): PostedWebhook;
}

const id = z.strictObject({ id: z.string().min(1) });
const byContact = { contact: id, workspace: id };
/** The field is spelled so. */
const recepient = z.strictObject({ phoneNumber: z.string().regex(/^\+?[1-9]\d{6,14}$/) });
const byNumber = { recepient, workspace: id };
const later = { scheduleDateTime: z.iso.datetime({ offset: true }).optional() };
const text = (max: number) => ({ textMessage: z.string().min(1).max(max), ...later });
const media = {
  mediaUrl: z.url({ protocol: /^https?$/ }),
  mimeType: z.string().regex(/^[\w.+-]+\/[\w.+-]+/),
  ...later,
};
const button = z.union([
  z.strictObject({ title: z.string().min(1), payload: z.string().min(1) }),
  z.strictObject({ title: z.string().min(1), url: z.url() }),
]);
const elements = {
  elements: z
    .array(z.strictObject({ title: z.string().min(1).max(80), buttons: z.array(button).max(3) }))
    .min(1)
    .max(10),
};
const name = z.string().min(1);
/** Parameters stand at the root, under names of the template's own. */
const template = { template: z.union([name, z.strictObject({ name, language: name })]) };
const parameters = z.string().max(1_024);

/** Exactly one of the two, or a contact alone. */
const toEither = (fields: z.core.$ZodLooseShape) => [
  z.strictObject({ ...byContact, ...fields }),
  z.strictObject({ ...byNumber, ...fields }),
];
const toContact = (fields: z.core.$ZodLooseShape) => [z.strictObject({ ...byContact, ...fields })];

/** What each endpoint must be given, in one of these forms. */
const ENDPOINTS: Readonly<Record<string, readonly z.ZodType[]>> = {
  'whatsapp/sendtext': toEither(text(4_096)),
  'whatsapp/sendmedia': toEither(media),
  'whatsapp/sendtemplate': [
    z.object({ ...byContact, ...template, recepient: z.never().optional() }).catchall(parameters),
    z.object({ ...byNumber, ...template, contact: z.never().optional() }).catchall(parameters),
  ],
  'messenger/sendtext': toContact(text(2_000)),
  'messenger/sendmedia': toContact(media),
  'messenger/sendtemplate': toContact(elements),
  'instagram/sendtext': toContact(text(1_000)),
  'instagram/sendtemplate': toContact(elements),
  'telegram/sendtemplate': toContact({ textMessage: z.string().min(1).max(4_096), buttons: z.array(button).max(100) }),
};

const given = z.object({
  workspace: id,
  contact: id.optional(),
  recepient: recepient.optional(),
  textMessage: z.string().optional(),
  template: z.union([name, z.object({ name })]).optional(),
});
type Given = z.infer<typeof given>;

/** Contacts of which it says so: nobody there; one that doesn't take it, which is a 200. */
const [NOBODY, REFUSING] = ['c-404', 'c-refuses'];
const MINUTE_MS = 60_000;

/** The REST API from the other side. */
export function createWhautochatSimulator(options: WhautochatSimulatorOptions): WhautochatSimulator {
  const { apiKey, workspaceId, templates = ['order_ready'], callsPerMinuteMax = 100, replies = false } = options;
  const { hook, isHeard, saying } = createHook();
  const isOverLimit = createLimit(callsPerMinuteMax);
  let numbers = 0;
  const webhooksOf = (id: string, { contact, recepient: number, textMessage }: Given): PostedWebhook[] => {
    if (!isHeard()) return [];
    const statuses = ['sent', 'delivered', 'read'].map((status) => saying({ type: 'status', id, status }));
    if (!replies || textMessage === undefined) return statuses;
    const text = `You said: ${textMessage.slice(0, 900)}`;
    return [...statuses, saying({ type: 'message', id: `in-${id}`, contact: { ...contact, ...number }, text })];
  };
  const answerSend = (asked: Given): SimulatedAnswer => {
    if (asked.workspace.id !== workspaceId) return errorOf(404, 'Workspace not found');
    if (asked.contact?.id === NOBODY) return errorOf(404, 'Contact not found');
    const named = typeof asked.template === 'object' ? asked.template.name : asked.template;
    if (named !== undefined && !templates.includes(named)) return refused('Template not found');
    if (asked.contact?.id === REFUSING) return refused('The contact does not take messages');
    const id = `m${(numbers += 1)}`;
    return { status: 200, body: { id, status: 'queued', error: '' }, webhooks: webhooksOf(id, asked) };
  };
  return {
    ...{ hook, saying },
    throttled: () => errorOf(429, 'Too many requests'),
    failed: () => errorOf(500, 'Internal server error'),
    isSend: ({ path }) => /\/send\w+$/.test(path),
    answer(call) {
      if (call.path === '/hook') return setHook(call, hook);
      const refusal = judge(call, apiKey);
      if (refusal !== undefined) return refusal;
      return isOverLimit() ? errorOf(429, 'Too many requests') : answerSend(given.parse(call.json));
    },
  };
}

interface Hook extends Pick<WhautochatSimulator, 'hook' | 'saying'> {
  isHeard(): boolean;
}

function createHook(): Hook {
  let hooked: { readonly url: string; readonly secret: string } | undefined;
  return {
    hook: (url, secret) => void (hooked = { url, secret }),
    isHeard: () => hooked !== undefined,
    saying(said) {
      if (hooked === undefined) throw new Error('There is no hook.');
      return { url: hooked.url, headers: { 'x-webhook-secret': hooked.secret }, body: JSON.stringify(said) };
    },
  };
}

const hookForm = z.strictObject({ url: z.url({ protocol: /^https?$/ }), secret: z.string().regex(/^[\x21-\x7e]+$/) });

/** No part of WhautoChat: it stands for what an operator sets up there by hand. */
function setHook({ method, json }: ReceivedCall, hook: WhautochatSimulator['hook']): SimulatedAnswer {
  const read = hookForm.safeParse(json);
  if (method !== 'POST' || !read.success) return errorOf(400, 'A url and a secret are needed');
  hook(read.data.url, read.data.secret);
  return { status: 200, body: {} };
}

/** Whether it is one call too many within the last minute; each call that is asked for counts. */
function createLimit(callsPerMinuteMax: number): () => boolean {
  let taken: readonly number[] = [];
  return () => {
    const now = Date.now();
    taken = [...taken.filter((at) => now - at < MINUTE_MS), now].slice(-callsPerMinuteMax - 1);
    return taken.length > callsPerMinuteMax;
  };
}

/** Why a call isn't taken at the door; undefined: it is. */
function judge({ method, path, headers, json }: ReceivedCall, apiKey: string): SimulatedAnswer | undefined {
  if (headers['x-api-key'] === undefined) return errorOf(401, 'Unauthorized');
  if (headers['x-api-key'] !== apiKey) return errorOf(403, 'Forbidden');
  const [, endpoint = ''] = /^\/v1\/messages\/(\w+\/\w+)$/.exec(path) ?? [];
  const forms = Object.hasOwn(ENDPOINTS, endpoint) ? ENDPOINTS[endpoint] : undefined;
  if (forms === undefined || method !== 'POST') return errorOf(404, 'Not found');
  if (!/^application\/json\b/.test(headers['content-type'] ?? '')) return errorOf(400, 'No JSON');
  const tried = forms.map((form) => form.safeParse(json));
  if (tried.some(({ success }) => success)) return undefined;
  // What the form wants that was meant: the one with the fewest faults.
  const [nearest] = tried.map(({ error }) => error?.issues ?? []).sort((a, b) => a.length - b.length);
  const issue = nearest?.[0];
  return errorOf(400, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'wrong'}`);
}

const errorOf = (status: number, error: string): SimulatedAnswer => ({
  status,
  body: { id: '', status: 'failed', error },
});
/** As it may come too. */
const refused = (error: string): SimulatedAnswer => errorOf(200, error);
