import {
  cut,
  ignored,
  interpretChanges,
  interpretParsedEntries,
  uninterpreted,
  type GraphChange,
} from '../meta/entries.js';
import { parseJson } from '../parse-json.js';
import type { Interpretation } from '../provider.js';
import { contactsOf } from './contacts.js';
import { interpretEcho, interpretMessage } from './messages.js';
import { interpretStatus } from './statuses.js';
import * as wire from './wire.js';

/** Of numbers and accounts, and nothing that is kept here. */
const IGNORED: ReadonlySet<string> = new Set([
  ...['message_template_status_update', 'message_template_quality_update', 'message_template_components_update'],
  ...['template_category_update', 'account_update', 'account_alerts', 'account_review_update', 'security'],
  ...['phone_number_quality_update', 'phone_number_name_update', 'business_capability_update', 'calls'],
]);

/** What is read of messages; a field of another name has the same form. */
const MESSAGES: ReadonlySet<string> = new Set(['messages', 'smb_message_echoes']);

/** Reads one webhook. Pure, and never throws on any bytes. */
export const interpret = (body: Buffer): readonly Interpretation[] => interpretParsed(parseJson(body));

/** Reads one that was parsed already. */
export const interpretParsed = (json: unknown): readonly Interpretation[] =>
  interpretParsedEntries(json, 'whatsapp_business_account', (entry) => interpretChanges(entry, interpretChange));

function interpretChange({ field, value }: GraphChange): readonly Interpretation[] {
  if (IGNORED.has(field)) return [ignored(`${field} changes nothing here.`)];
  if (field === 'user_preferences') return [uninterpreted('What a contact wants to be sent is not taken in yet.')];
  if (!MESSAGES.has(field)) return [uninterpreted(`A change of another field: ${cut(field)}.`)];
  const read = wire.value.safeParse(value);
  if (!read.success) return [uninterpreted('A change of another form.')];
  const { metadata, messages = [], statuses = [], errors = [], message_echoes: echoes = [] } = read.data;
  const contacts = contactsOf(read.data.contacts);
  const said = [
    ...messages.map((one) => interpretMessage(one, contacts)),
    ...echoes.map(interpretEcho),
    ...statuses.map(interpretStatus),
    ...errors.map(faultOf),
  ];
  if (said.length === 0) return [uninterpreted('A change that says nothing.')];
  return said.map((one) => ({ ...one, account: metadata.phone_number_id }));
}

/** Of the account, and of no message. */
function faultOf(said: unknown): Interpretation {
  const read = wire.error.safeParse(said);
  return uninterpreted(`An error of the account: ${read.success ? read.data.code : 'of another form'}.`);
}
