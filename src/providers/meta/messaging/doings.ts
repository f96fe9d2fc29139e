import { createHash } from 'node:crypto';
import { ignored } from '../entries.js';
import { tappedOf } from './content.js';
import { dataOf, type Reader } from './frame.js';
import { edit, postback, reaction, referral } from './wire.js';

/** The contact changed his words. */
export const interpretEdit: Reader = (said, { address, at, timestamp }) => {
  const read = edit.safeParse(said);
  if (!read.success) return undefined;
  const { mid: providerMessageId, text, num_edit: number } = read.data;
  return [
    {
      ...{ kind: 'edited', providerMessageId, address, occurredAt: at },
      occasion: number === undefined ? timestamp : String(number),
      content: { kind: 'text', text, actions: [], attachments: [] },
    },
  ];
};

/** A tap on a button, on what a thread begins with, or in a menu. */
export const interpretPostback: Reader = (said, { address, at, timestamp, isStandby }) => {
  const read = postback.safeParse(said);
  if (!read.success) return undefined;
  const { mid, payload, title, referral: from } = read.data;
  if (payload === undefined && title === undefined) return undefined;
  const text = title ?? payload ?? '';
  return [
    {
      ...{ kind: 'received', address, occurredAt: at },
      // Without an id of its own it is known by who, when and what: the same three when it comes again.
      providerMessageId: mid ?? `postback:${address}:${timestamp}:${digest(payload ?? text)}`,
      content: tappedOf(text, payload ?? text),
      providerData: dataOf({ referral: from, standby: isStandby ? true : undefined }),
    },
  ];
};

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 22);

/** What the platform calls some emoji. */
const EMOJI: Readonly<Record<string, string | undefined>> = {
  ...{ love: '❤️', like: '👍', dislike: '👎', smile: '😆', haha: '😆', wow: '😮', sad: '😢', angry: '😠' },
};

export const interpretReaction: Reader = (said, { address, at, timestamp, isOwn }) => {
  const read = reaction.safeParse(said);
  if (!read.success) return undefined;
  const { mid: providerMessageId, action, emoji, reaction: word = '' } = read.data;
  if (isOwn) return [ignored('A reaction of the account itself.')];
  const isTaken = action === 'unreact';
  const shown = isTaken ? null : (emoji ?? (Object.hasOwn(EMOJI, word) ? EMOJI[word] : undefined));
  if (shown === undefined) return undefined;
  return [
    { kind: 'reacted', providerMessageId, address, emoji: shown, occasion: `${timestamp}:${action}`, occurredAt: at },
  ];
};

/** Somebody came into the thread by a link or an ad, and said nothing yet. */
export const interpretReferral: Reader = (said, { address, at, timestamp, isStandby }) => {
  const read = referral.safeParse(said);
  if (!read.success) return undefined;
  return [
    {
      ...{ kind: 'received', address, occurredAt: at },
      providerMessageId: `referral:${address}:${timestamp}:${digest(JSON.stringify(read.data))}`,
      content: { kind: 'unsupported', text: '', providerKind: 'referral' },
      providerData: dataOf({ referral: read.data, standby: isStandby ? true : undefined }),
    },
  ];
};
