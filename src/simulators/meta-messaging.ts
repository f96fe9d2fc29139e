import { z } from 'zod';
import { isAddressConfirmed } from './meta.js';
import { sentMessage, type messagingForms, type SentMessage } from './meta-messaging-forms.js';
import { createThreads, type SimulatedAccount, type Threads, type Told } from './meta-messaging-thread.js';
import type { ReceivedCall } from './read-call.js';
import type { SimulatedAnswer, SimulatedProvider } from './simulator.js';
import type { PostedWebhook } from './webhook-poster.js';

/** One of the two products, from the other side. */
export interface SimulatedProduct extends SimulatedAccount {
  readonly accessToken: string;
  /** Answers each text with one of the contact's own. */
  readonly replies: boolean;
  readonly forms: ReturnType<typeof messagingForms>;
  readonly subscribable: readonly string[];
  /** Contacts who are refused: each with the code and the subcode. */
  readonly refused: Readonly<Record<string, readonly [code: number, subcode?: number]>>;
  /** More than 24 hours. */
  readonly lateSubcode: number;
  /** Approved, by `name/language`. */
  readonly templates: readonly string[];
  /** What an account is, beside its id. */
  readonly account: Readonly<Record<string, unknown>>;
  /** What is posted after a message was taken, beside its echo. */
  receiptsOf(told: Told, threads: Threads): readonly PostedWebhook[];
}

export interface MessagingSimulator extends SimulatedProvider, Pick<Threads, 'event' | 'messageFrom'> {
  /** The echo of a message that was taken, by its text. @throws when none was */
  echoOf(text: string): PostedWebhook;
}

/** Contacts whose telephones are off: what is sent there is taken, and no more is heard of it. */
const OFF = /^692\d+$/;
const TAKEN_KEPT_MAX = 10_000;

export function createMessagingSimulator(product: SimulatedProduct): MessagingSimulator {
  const threads = createThreads(product);
  const taken: Told[] = [];
  const take = (said: SentMessage): SimulatedAnswer => {
    const { text, metadata } = said.message;
    const told: Told = {
      ...{ id: threads.nextId(), contact: said.recipient.id },
      said: { ...(text === undefined ? {} : { text }), ...(metadata === undefined ? {} : { metadata }) },
    };
    taken.push(told);
    if (taken.length > TAKEN_KEPT_MAX) taken.shift();
    const body = { recipient_id: told.contact, message_id: told.id };
    if (!threads.isHeard() || OFF.test(told.contact)) return { status: 200, body };
    const isAnswered = product.replies && text !== undefined;
    const answer = isAnswered ? [threads.messageFrom(told.contact, { text: `You said: ${text.slice(0, 500)}` })] : [];
    return { status: 200, body, webhooks: [threads.echo(told), ...product.receiptsOf(told, threads), ...answer] };
  };
  return {
    ...{ event: threads.event, messageFrom: threads.messageFrom },
    echoOf(text) {
      const told = taken.find(({ said }) => said['text'] === text);
      if (told === undefined) throw new Error('No message had this text.');
      return threads.echo(told);
    },
    throttled: () => messagingError(400, 613, 'Calls to this api have exceeded the rate limit.'),
    failed: () => messagingError(500, 1, 'An unknown error has occurred.'),
    isSend: ({ path, json }) =>
      path.endsWith('/messages') && z.object({ message: z.unknown() }).safeParse(json).success,
    answer: (call) => answer(call, { product, threads, take }),
  };
}

/** An error of the Graph API, in its own form. */
const messagingError = (status: number, code: number, words: string, subcode?: number): SimulatedAnswer => ({
  status,
  body: {
    error: {
      ...{ message: `(#${code}) ${words}`, type: 'OAuthException', code, fbtrace_id: 'Bsimulated' },
      ...(subcode === undefined ? {} : { error_subcode: subcode }),
    },
  },
});

interface Door {
  readonly product: SimulatedProduct;
  readonly threads: Threads;
  take(said: SentMessage): SimulatedAnswer;
}

/** Where the app's address is set, which on the real platform is done by hand. */
const DASHBOARD = '/dashboard/webhook';

function answer(call: ReceivedCall, door: Door): SimulatedAnswer | Promise<SimulatedAnswer> {
  const { accessToken, accountId, account } = door.product;
  if (call.method === 'POST' && call.path === DASHBOARD) return setAddress(call, door.threads);
  if (call.headers['authorization'] !== `Bearer ${accessToken}`)
    return messagingError(401, 190, 'Invalid OAuth access token.');
  const [, id, rest = ''] = /^\/v\d+\.\d+\/(\d+|me)(\/\w+)?$/.exec(call.path) ?? [];
  const isOurs = id === accountId || id === 'me';
  switch (isOurs ? `${call.method} ${rest}` : undefined) {
    case 'POST /messages':
      return answerMessage(call, door);
    case 'POST /subscribed_apps':
      return subscribe(call, door);
    case 'GET ':
      return { status: 200, body: { id: accountId, ...account } };
    default:
      return messagingError(400, 100, 'Object does not exist, or does not support this operation.', 33);
  }
}

const address = z.strictObject({ url: z.url({ protocol: /^https?$/ }), verifyToken: z.string().min(1) });

async function setAddress({ json }: ReceivedCall, threads: Threads): Promise<SimulatedAnswer> {
  const read = address.safeParse(json);
  if (!read.success) return messagingError(400, 100, 'A url and a verifyToken are needed.');
  if (!(await isAddressConfirmed(read.data)))
    return messagingError(400, 100, 'The callback URL or verify token could not be validated.', 2_200_000);
  threads.setAddress(read.data);
  return { status: 200, body: { success: true } };
}

function subscribe({ query }: ReceivedCall, { product, threads }: Door): SimulatedAnswer {
  const fields = (query.get('subscribed_fields') ?? '').split(',');
  const strange = fields.find((field) => !product.subscribable.includes(field));
  if (strange !== undefined) return messagingError(400, 100, `Param subscribed_fields has no ${strange}.`);
  threads.subscribe();
  return { status: 200, body: { success: true } };
}

/** Judges a message as Meta does: its form, whom it goes to, its template, the contact's window. */
function answerMessage({ headers, json }: ReceivedCall, { product, threads, take }: Door): SimulatedAnswer {
  if (!/^application\/json\b/.test(headers['content-type'] ?? '')) return messagingError(400, 100, 'No JSON.');
  const act = product.forms.act.safeParse(json);
  if (act.success) return { status: 200, body: { recipient_id: act.data.recipient.id } };
  const form = product.forms.send.safeParse(json);
  if (!form.success) return messagingError(400, 100, `Invalid parameter: ${pathOf(form.error)}.`);
  const said = sentMessage.parse(json);
  const refused = product.refused[said.recipient.id];
  if (refused !== undefined) return messagingError(400, refused[0], 'It was meant to fail.', refused[1]);
  return refuseLate(said, product, threads) ?? take(said);
}

const pathOf = ({ issues: [first] }: z.ZodError): string => first?.path.join('.') ?? '';

/** For how long after the contact last wrote. */
const TAG_HOURS: ReadonlyMap<string | undefined, number> = new Map([['HUMAN_AGENT', 7 * 24]]);

/** Beyond the window only what was approved, or an exception. */
function refuseLate(said: SentMessage, product: SimulatedProduct, threads: Threads): SimulatedAnswer | undefined {
  const { template } = said.message;
  if (template !== undefined) {
    const isKnown = product.templates.includes(`${template.name}/${template.language.code}`);
    return isKnown && said.messaging_type === 'UTILITY'
      ? undefined
      : messagingError(400, 100, 'The template does not exist in this language.');
  }
  const hours =
    said.messaging_type === 'RESPONSE'
      ? 24
      : said.messaging_type === 'MESSAGE_TAG'
        ? TAG_HOURS.get(said.tag)
        : undefined;
  if (hours !== undefined && threads.wroteWithin(said.recipient.id, hours)) return undefined;
  return messagingError(400, 10, 'This message is sent outside of allowed window.', product.lateSubcode);
}
