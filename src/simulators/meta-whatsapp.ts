import { z } from 'zod';
import { graphError, isAddressConfirmed, refuseToken } from './meta.js';
import { MESSAGE_FORMS, numberWebhook, readMark, subscription } from './meta-whatsapp-forms.js';
import { createWhatsAppFiles, type WhatsAppFiles } from './meta-whatsapp-files.js';
import { createLine, type Line, type SimulatedNumber } from './meta-whatsapp-line.js';
import type { ReceivedCall } from './read-call.js';
import {
  answerTemplates,
  refuseTemplate,
  saidTemplate,
  TEMPLATES,
  type SimulatedTemplate,
} from './meta-whatsapp-templates.js';
import type { SimulatedAnswer, SimulatedProvider } from './simulator.js';
import type { PostedWebhook } from './webhook-poster.js';

export type { SimulatedTemplate } from './meta-whatsapp-templates.js';

export interface WhatsAppSimulatorOptions extends SimulatedNumber {
  readonly accessToken: string;
  /** Answers each text and each template with a text of the contact's own; default: false. */
  readonly replies?: boolean;
  /** Approved, each with the number of blanks in its words; default: `hello_world` and `order_ready`. */
  readonly templates?: readonly SimulatedTemplate[];
}

export interface WhatsAppSimulator extends SimulatedProvider {
  /** A change as it goes to the webhook that was registered. @throws before there is one */
  change(field: string, value: Readonly<Record<string, unknown>>): PostedWebhook;
  /** A message of a contact, with the frame that every message has. It opens the contact's window. */
  messageFrom(from: string, said: Readonly<Record<string, unknown>>): PostedWebhook;
  /** What became of a message that was taken, by its reference. @throws when none was */
  statusOf(reference: string, status: string): PostedWebhook;
  /** Keeps a file that a message of a contact can name by its id. */
  readonly addFile: WhatsAppFiles['add'];
}

/** Numbers that are refused: they end in the error's code. */
const REFUSED = /^31691(\d{6})$/;

/** The Cloud API from the other side. */
export function createWhatsAppSimulator(options: WhatsAppSimulatorOptions): WhatsAppSimulator {
  const { phoneNumberId, wabaId, accessToken, templates = TEMPLATES, replies = false } = options;
  const line = createLine(options);
  const files = createWhatsAppFiles();
  const { change, messageFrom, statusOf } = line;
  return {
    ...{ change, messageFrom, statusOf, addFile: files.add },
    throttled: () => graphError(429, 130_429, 'Rate limit hit.'),
    failed: () => graphError(500, 131_000, 'Something went wrong.'),
    isSend: ({ method, path, json }) =>
      method === 'POST' && path.endsWith('/messages') && !readMark.safeParse(json).success,
    answer(call) {
      const refused = refuseToken(call, accessToken);
      if (refused !== undefined) return refused;
      const file = files.answer(call);
      if (file !== undefined) return file;
      const [, id, rest = ''] = /^\/v\d+\.\d+\/(\d+)(\/\w+)?$/.exec(call.path) ?? [];
      const whose = id === phoneNumberId ? 'number' : id === wabaId ? 'account' : 'stranger';
      switch (`${call.method} ${whose}${rest}`) {
        case 'POST number/messages':
          return answerMessage(call, { line, templates, replies });
        case 'GET number':
          return { status: 200, body: { id, display_phone_number: '+31 20 000 0000', verified_name: 'Simulated' } };
        case 'POST account/subscribed_apps':
          return register(line, subscription.safeParse(call.json).data);
        case 'POST number':
          return register(line, numberWebhook.safeParse(call.json).data?.webhook_configuration);
        case 'GET account/message_templates':
          return answerTemplates(call, templates);
        default:
          return graphError(400, 100, 'Object does not exist, or does not support this operation.', 33);
      }
    },
  };
}

/** Only an address that knows the token is posted to. */
async function register(line: Line, said: z.infer<typeof subscription> | undefined): Promise<SimulatedAnswer> {
  if (said === undefined) return graphError(400, 100, 'Invalid parameter.');
  const webhook = { url: said.override_callback_uri, verifyToken: said.verify_token };
  if (!(await isAddressConfirmed(webhook)))
    return graphError(400, 100, 'The callback URL or verify token could not be validated.', 2_200_000);
  line.register(webhook);
  return { status: 200, body: { success: true } };
}

const message = z.object({
  type: z.string(),
  to: z.string().optional(),
  recipient: z.string().optional(),
  biz_opaque_callback_data: z.string().optional(),
  text: z.object({ body: z.string() }).optional(),
  template: saidTemplate.optional(),
});

interface Door {
  readonly line: Line;
  readonly templates: readonly SimulatedTemplate[];
  readonly replies: boolean;
}

/** Judges a message as Meta does: its form, whom it goes to, its template, the contact's window. */
function answerMessage({ headers, json }: ReceivedCall, { line, templates, replies }: Door): SimulatedAnswer {
  if (!/^application\/json\b/.test(headers['content-type'] ?? '')) return graphError(400, 100, 'No JSON.');
  if (readMark.safeParse(json).success) return { status: 200, body: { success: true } };
  const wrong = refuseForm(json);
  if (wrong !== undefined) return wrong;
  const said = message.parse(json);
  const to = spelledByWhatsApp(said.to ?? said.recipient ?? '');
  const [, code] = REFUSED.exec(to) ?? [];
  if (code !== undefined) return graphError(400, Number(code), 'It was meant to fail.');
  const refused = said.template === undefined ? refuseLate(line, to) : refuseTemplate(said.template, templates);
  const words = (said.text?.body ?? said.template?.name)?.slice(0, 1_000);
  return refused ?? line.take({ to, reference: said.biz_opaque_callback_data, words }, replies);
}

const refuseLate = (line: Line, to: string): SimulatedAnswer | undefined =>
  line.isOpen(to) ? undefined : graphError(400, 131_047, 'More than 24 hours have passed since they last wrote.');

function refuseForm(json: unknown): SimulatedAnswer | undefined {
  const type = z.object({ type: z.string() }).safeParse(json).data?.type ?? 'text';
  const form = MESSAGE_FORMS.get(type);
  if (form === undefined) return graphError(400, 131_051, 'Unsupported message type.');
  const read = form.safeParse(json);
  if (read.success) return undefined;
  const [issue] = read.error.issues;
  const path = issue?.path ?? [];
  const where = path.join('.');
  if (issue?.code === 'unrecognized_keys') return graphError(400, 100, `Unexpected key in ${where}.`);
  return valueAt(json, path) === undefined
    ? graphError(400, 131_008, `The parameter ${where} is required.`)
    : graphError(400, 131_009, `The parameter ${where} is not valid.`);
}

function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    json,
  );
}

/** Without a plus; a mobile number in Brazil without its ninth digit. */
const spelledByWhatsApp = (to: string): string => to.replace(/^\+/, '').replace(/^(55\d\d)9(\d{8})$/, '$1$2');
