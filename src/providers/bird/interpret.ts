import { parseJson } from '../parse-json.js';
import type { Interpretation } from '../provider.js';
import { parseReference } from '../reference.js';
import { addressOf } from './address.js';
import { contentOf } from './content.js';
import { receiptOf } from './receipt.js';
import { accountOf, type BirdSettings } from './settings.js';
import { timeOf } from './time.js';
import { envelope, interaction, message, type BirdMessage } from './wire.js';

/** Reads one event. Pure, and never throws on any bytes. */
export function interpret(body: Buffer, settings: BirdSettings): readonly Interpretation[] {
  const read = envelope.safeParse(parseJson(body));
  if (!read.success) return [unread('Not an event of the Channels API.')];
  const { event, payload } = read.data;
  if (event.startsWith('channel.')) return [{ kind: 'ignored', reason: 'The channel itself changed.' }];
  const said = interpretKind(event.slice(event.lastIndexOf('.') + 1), payload, settings);
  return said ?? [unread(`An event of another kind or form: ${event.slice(0, 100)}.`)];
}

const unread = (reason: string): Interpretation => ({ kind: 'uninterpreted', reason });

function interpretKind(kind: string, payload: unknown, settings: BirdSettings): readonly Interpretation[] | undefined {
  if (kind === 'interaction') {
    const read = interaction.safeParse(payload);
    if (!read.success) return undefined;
    const { messageId, channelId, type, createdAt } = read.data;
    return ofAccount(channelId, [interactionSaid(messageId, type, createdAt)]);
  }
  if (kind !== 'inbound' && kind !== 'outbound') return undefined;
  const read = message.safeParse(payload);
  if (!read.success) return undefined;
  const said = kind === 'inbound' ? [inboundSaid(read.data, settings)] : outboundSaid(read.data, settings);
  return ofAccount(read.data.channelId, said);
}

/** A subscription without a filter tells of all channels of the workspace. */
const ofAccount = (channelId: string, said: readonly Interpretation[]): readonly Interpretation[] =>
  said.map((one) => ({ ...one, account: accountOf({ channelId }) }));

/** Of these only one is a status with us; the others are mail's. */
function interactionSaid(messageId: string, type: string, createdAt: string | undefined): Interpretation {
  if (type === 'read' || type === 'opened')
    return { kind: 'receipt', providerMessageId: messageId, status: 'read', occurredAt: timeOf(createdAt) };
  if (type === 'clicked' || type === 'reported-as-spam' || type === 'unsubscribed')
    return { kind: 'ignored', reason: `${type} is no status of a message.` };
  return unread(`An interaction of another kind: ${type.slice(0, 100)}.`);
}

function inboundSaid(said: BirdMessage, settings: BirdSettings): Interpretation {
  const contact = said.sender?.contact;
  const address = contact && addressOf(contact);
  if (address === undefined) return unread('An incoming message of nobody.');
  return {
    ...{ kind: 'received', providerMessageId: said.id, address },
    displayName: contact?.annotations?.name,
    providerContactId: contact?.id,
    occurredAt: writtenAt(said),
    content: inboundContent(said, settings),
    replyToProviderMessageId: said.replyTo?.id,
    providerData: dataOf(said),
  };
}

/** An order may stand there without words: what was ordered is in `providerData`. */
function inboundContent({ body, meta }: BirdMessage, settings: BirdSettings) {
  if (body === undefined && meta?.order !== undefined)
    return { kind: 'unsupported' as const, text: '', providerKind: 'order' };
  return contentOf(body, 'contact', settings);
}

/** By the platform's clock where it is handed on, in unix seconds; else by Bird's. */
function writtenAt({ meta, createdAt }: BirdMessage): Date | undefined {
  const seconds = meta?.extraInformation?.timestamp ?? '';
  return /^\d{9,10}$/.test(seconds) ? new Date(Number(seconds) * 1_000) : timeOf(createdAt);
}

/** What is said beyond the content. */
function dataOf({ meta }: BirdMessage): Readonly<Record<string, unknown>> | undefined {
  const { referral, order, referredProduct } = meta ?? {};
  const given = Object.entries({ referral, order, referredProduct }).filter(([, value]) => value !== undefined);
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

/**
 * Bird tells of every message that leaves the channel, also of those that people and flows send from Bird itself: they
 * don't carry a reference of ours, and are told as what they are, once they surely left.
 */
function outboundSaid(said: BirdMessage, settings: BirdSettings): readonly Interpretation[] {
  const contact = said.receiver?.contacts[0];
  const address = contact && addressOf(contact);
  if (said.status === 'deleted') return [deletedSaid(said, address)];
  const receipt = receiptOf(said);
  const isOurs = parseReference(said.reference ?? '') !== undefined;
  if (isOurs || receipt.kind !== 'receipt') return [receipt];
  if (receipt.stage === 'SENDING') return [{ kind: 'ignored', reason: 'What was not sent from elsewhere.' }];
  if (address === undefined) return [unread('An outgoing message to nobody.')];
  const echoed: Interpretation = {
    ...{ kind: 'echoed', providerMessageId: said.id, address, providerContactId: contact?.id },
    occurredAt: timeOf(said.createdAt),
    content: contentOf(said.body, 'us', settings),
    replyToProviderMessageId: said.replyTo?.id,
  };
  return [echoed, receipt];
}

function deletedSaid(
  { id: providerMessageId, lastStatusAt }: BirdMessage,
  address: string | undefined,
): Interpretation {
  if (address === undefined) return unread('A message that was taken back, to nobody.');
  return { kind: 'deleted', providerMessageId, address, occurredAt: timeOf(lastStatusAt) };
}
