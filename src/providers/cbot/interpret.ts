import { z } from 'zod';
import type { ReceiptStatus } from '../../events/channel/events.js';
import { failureAs } from '../failures.js';
import { cut, ignored, uninterpreted } from '../meta/entries.js';
import { meaningOfCode } from '../meta/failures.js';
import { timeOf } from '../meta/time.js';
import { contactsOf } from '../meta-whatsapp/contacts.js';
import { MEANINGS } from '../meta-whatsapp/failures.js';
import { interpretParsed as interpretCloud } from '../meta-whatsapp/interpret.js';
import { interpretMessage } from '../meta-whatsapp/messages.js';
import { parseJson } from '../parse-json.js';
import type { Interpretation } from '../provider.js';
import { meaningOfClientCode } from './failures.js';

const list = z.array(z.unknown()).optional();
const flat = z.object({ contacts: list, messages: list, statuses: list, errors: list });
const error = z.object({
  code: z.int(),
  title: z.string().optional(),
  details: z.string().optional(),
});
const recipient = z.string().min(1).optional().catch(undefined);
const status = z.object({
  id: z.string().min(1),
  status: z.string(),
  timestamp: z.union([z.string(), z.number()]).optional(),
  recipient_id: recipient,
  message: z.object({ recipient_id: recipient }).optional().catch(undefined),
  errors: z.array(error).optional().catch(undefined),
});

/** Reads one webhook of either flavour, whichever the channel is of. Pure, and never throws on any bytes. */
export function interpret(body: Buffer): readonly Interpretation[] {
  const json = parseJson(body);
  if (typeof json !== 'object' || json === null) return [uninterpreted('Not a webhook of WhatsApp.')];
  // A channel is one number, by its key: whose entry it is needs no telling.
  if ('entry' in json) return interpretCloud(json).map(({ account: _number, ...said }) => said);
  const read = flat.safeParse(json);
  if (!read.success) return [uninterpreted('Not a webhook of WhatsApp.')];
  const { contacts, messages = [], statuses = [], errors = [] } = read.data;
  const known = contactsOf(contacts);
  const said = [
    ...messages.map((one) => interpretMessage(asCloud(one), known)),
    ...statuses.map(interpretStatus),
    ...errors.map(faultOf),
  ];
  if (said.length > 0) return said;
  return contacts === undefined ? [uninterpreted('It says nothing.')] : [ignored('It names contacts alone.')];
}

/** A message in the words of the Cloud API, where those of the On-Premises API differ. Asked of each message: kept plain. */
function asCloud(said: unknown): unknown {
  if (!isThing(said)) return said;
  if (said['type'] === 'voice') return { ...said, type: 'audio', audio: said['voice'] };
  const { system } = said;
  if (said['type'] !== 'system' || !isThing(system)) return said;
  return { ...said, system: { wa_id: system['new_wa_id'], ...system } };
}

const isThing = (said: unknown): said is Readonly<Record<string, unknown>> => typeof said === 'object' && said !== null;

const STATUSES: ReadonlySet<string> = new Set(['sent', 'delivered', 'read', 'failed'] satisfies ReceiptStatus[]);
const isReceiptStatus = (word: string): word is ReceiptStatus => STATUSES.has(word);

/** What became of a message of ours, or of one that the contact took back. */
function interpretStatus(said: unknown): Interpretation {
  const read = status.safeParse(said);
  if (!read.success) return uninterpreted('A status of another form.');
  const { id: providerMessageId, status: word, timestamp, message, errors } = read.data;
  const address = read.data.recipient_id ?? message?.recipient_id;
  const occurredAt = timeOf(timestamp);
  if (word === 'sending') return ignored('It is on its way.');
  if (word === 'warning') return ignored('A warning changes nothing.');
  if (word === 'deleted' && address !== undefined) return { kind: 'deleted', providerMessageId, address, occurredAt };
  if (!isReceiptStatus(word)) return uninterpreted(`A status that is not known: ${cut(word)}.`);
  const receipt = { kind: 'receipt', providerMessageId, status: word, occurredAt } as const;
  return word === 'failed' ? { ...receipt, ...whyItFailed(errors) } : receipt;
}

/** Whether it failed before it was sent or after isn't said. */
function whyItFailed(errors: readonly z.infer<typeof error>[] = []) {
  const [first] = errors;
  // Newer clients pass on Meta's own codes.
  const known = first && (meaningOfClientCode(first.code) ?? meaningOfCode(first.code, undefined, MEANINGS));
  const { code, isRetryable } = known ?? { code: 'UNKNOWN' as const, isRetryable: false };
  const providerMessage = first?.details ?? first?.title;
  return {
    failure: failureAs({ code, isRetryable }, first && String(first.code)),
    ...(providerMessage === undefined ? {} : { providerMessage }),
    stage: 'UNKNOWN' as const,
  };
}

/** Of the client, and of no message. */
function faultOf(said: unknown): Interpretation {
  const read = error.safeParse(said);
  return uninterpreted(`An error of the account: ${read.success ? read.data.code : 'of another form'}.`);
}
