import type { Interpretation } from '../../provider.js';
import { cut, ignored, uninterpreted, type GraphEntry } from '../entries.js';
import { timeOf } from '../time.js';
import { interpretMessage } from './messages.js';
import { interpretDelivery, interpretRead } from './receipts.js';
import type { Frame, Reader } from './frame.js';
import { interpretEdit, interpretPostback, interpretReaction, interpretReferral } from './doings.js';
import * as wire from './wire.js';

/** By the name of an event's own part; the first that is there counts: a tap carries a referral of its own. */
const READERS: Readonly<Record<string, Reader>> = {
  message: interpretMessage,
  message_edit: interpretEdit,
  postback: interpretPostback,
  reaction: interpretReaction,
  delivery: interpretDelivery,
  read: interpretRead,
  referral: interpretReferral,
};

/** Of threads and apps, and nothing that is kept here. */
const IGNORED: readonly string[] = [
  ...['account_linking', 'policy-enforcement', 'policy_enforcement', 'app_roles'],
  ...['pass_thread_control', 'take_thread_control', 'request_thread_control'],
];

/** What happened in an entry's threads, also in those that another app has at the moment: the contact wrote to this account. */
export function interpretMessaging({ id, messaging = [], standby = [] }: GraphEntry): readonly Interpretation[] {
  return [
    ...messaging.flatMap((one) => interpretEvent(id, one, false)),
    ...standby.flatMap((one) => interpretEvent(id, one, true)),
  ];
}

/** @param account the page or the Instagram account that the entry is of */
export function interpretEvent(account: string, said: unknown, isStandby = false): readonly Interpretation[] {
  return readEvent(account, said, isStandby).map((one) => ({ ...one, account }));
}

function readEvent(account: string, said: unknown, isStandby: boolean): readonly Interpretation[] {
  const read = wire.event.safeParse(said);
  if (!read.success) return [uninterpreted('An event of another form.')];
  const { sender, recipient, timestamp, ...parts } = read.data;
  const kind = Object.keys(READERS).find((name) => Object.hasOwn(parts, name));
  if (kind === undefined) return [withoutKind(Object.keys(parts))];
  const isOwn = sender?.id === account;
  const address = isOwn ? recipient?.id : sender?.id;
  if (address === undefined) return [uninterpreted(`An event that says of nobody: ${kind}.`)];
  const frame: Frame = { address, isOwn, isStandby, at: timeOf(timestamp), timestamp: String(timestamp ?? '') };
  return READERS[kind]?.(parts[kind], frame) ?? [uninterpreted(`An event of another form: ${kind}.`)];
}

function withoutKind(parts: readonly string[]): Interpretation {
  const [known] = IGNORED.filter((name) => parts.includes(name));
  if (known !== undefined) return ignored(`${known} changes nothing here.`);
  if (parts.includes('optin')) return uninterpreted('What a contact wants to be sent is not taken in yet.');
  return uninterpreted(`An event of another kind: ${cut(parts[0] ?? 'none')}.`);
}
