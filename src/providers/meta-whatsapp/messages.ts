import { cut, ignored, uninterpreted } from '../meta/entries.js';
import { timeOf } from '../meta/time.js';
import type { Interpretation } from '../provider.js';
import { senderOf } from './address.js';
import type { Contacts } from './contacts.js';
import { contentOf } from './content.js';
import * as wire from './wire.js';

const ofAnotherForm = (type: string): Interpretation => uninterpreted(`A message of another form: ${cut(type)}.`);

/** A message of a contact, or what a contact did to one. */
export function interpretMessage(said: unknown, contacts: Contacts): Interpretation {
  const read = wire.message.safeParse(said);
  if (!read.success) return uninterpreted('A message of another form.');
  const message = read.data;
  const address = senderOf(message);
  if (address === undefined) return uninterpreted('A message of nobody.');
  return interpretAct(message, address) ?? interpretReceived(message, address, contacts);
}

/** Undefined: it is a message. */
function interpretAct(message: wire.WireMessage, address: string): Interpretation | undefined {
  const { type, id, timestamp } = message;
  const occurredAt = timeOf(timestamp);
  switch (type) {
    case 'reaction': {
      const read = wire.reaction.safeParse(message[type]);
      if (!read.success) return ofAnotherForm(type);
      const { message_id: providerMessageId, emoji = '' } = read.data;
      return {
        kind: 'reacted',
        providerMessageId,
        address,
        emoji: emoji === '' ? null : emoji,
        occasion: id,
        occurredAt,
      };
    }
    case 'revoke': {
      const read = wire.revoke.safeParse(message[type]);
      if (!read.success) return ofAnotherForm(type);
      return { kind: 'deleted', providerMessageId: read.data.original_message_id, address, occurredAt };
    }
    case 'edit':
      return interpretEdit(message, address);
    case 'system':
      return interpretSystem(message, address);
    case 'request_welcome':
      return ignored('A contact opened the chat.');
    default:
      return undefined;
  }
}

function interpretEdit({ type, id, timestamp, ...said }: wire.WireMessage, address: string): Interpretation {
  const read = wire.edit.safeParse(said[type]);
  const content = read.success ? contentOf(read.data.message) : undefined;
  if (!read.success || content === undefined) return ofAnotherForm(type);
  return {
    ...{ kind: 'edited', providerMessageId: read.data.original_message_id, address, occasion: id },
    ...{ occurredAt: timeOf(timestamp), content },
  };
}

function interpretSystem({ type, timestamp, ...said }: wire.WireMessage, address: string): Interpretation {
  const read = wire.system.safeParse(said[type]);
  if (!read.success) return ofAnotherForm(type);
  const { type: what, wa_id: to } = read.data;
  if (what === 'user_changed_number' && to !== undefined)
    return { kind: 'address_changed', from: address, to, occurredAt: timeOf(timestamp) };
  return ignored(`What WhatsApp itself says of the chat: ${cut(what)}.`);
}

function interpretReceived(message: wire.WireMessage, address: string, contacts: Contacts): Interpretation {
  const { id, type, timestamp, context } = message;
  const content = contentOf(message);
  if (content === undefined) return ofAnotherForm(type);
  return {
    ...{ kind: 'received', providerMessageId: id, address, occurredAt: timeOf(timestamp), content },
    // A group isn't called as whoever writes in it.
    displayName: message.group_id === undefined ? contacts.nameOf(message) : undefined,
    replyToProviderMessageId: context?.id,
    providerData: dataOf(message, contacts),
  };
}

/** What is known beyond the content; which message it answers stands apart. */
function dataOf(message: wire.WireMessage, contacts: Contacts) {
  const { from, from_user_id, group_id, referral, errors, context = {} } = message;
  const { id: _answered, from: _author, user_id: _user, ...circumstances } = context;
  const member = group_id === undefined ? undefined : { from, from_user_id, name: contacts.nameOf(message) };
  const data = Object.entries({
    ...{ member, referral, errors, order: message.type === 'order' ? message['order'] : undefined },
    context: Object.keys(circumstances).length > 0 ? circumstances : undefined,
  }).filter(([, value]) => value !== undefined);
  return data.length === 0 ? undefined : Object.fromEntries(data);
}

/** A message that somebody sent from the business's own telephone, or what he did to one. */
export function interpretEcho(said: unknown): Interpretation {
  const read = wire.message.safeParse(said);
  if (!read.success) return uninterpreted('An echo of another form.');
  const { id, type, to: address, timestamp, context } = read.data;
  if (address === undefined) return uninterpreted('An echo to nobody.');
  if (type === 'reaction') return ignored('A reaction of the account itself.');
  const act = interpretAct(read.data, address);
  if (act !== undefined) return act;
  const content = contentOf(read.data);
  if (content === undefined) return ofAnotherForm(type);
  return {
    ...{ kind: 'echoed', providerMessageId: id, address, occurredAt: timeOf(timestamp), content },
    replyToProviderMessageId: context?.id,
  };
}
