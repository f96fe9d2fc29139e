import { z } from 'zod';
import { messagingForms } from './meta-messaging-forms.js';
import { createMessagingSimulator, type MessagingSimulator } from './meta-messaging.js';

export interface InstagramSimulatorOptions {
  readonly accountId: string;
  readonly accessToken: string;
  readonly appSecret: string;
  /** Answers each text with one of the contact's own; default: false. */
  readonly replies?: boolean;
}

const TEXT_BYTES_MAX = 1_000;
const FORMS = messagingForms({
  text: z
    .string()
    .min(1)
    .refine((text) => Buffer.byteLength(text) <= TEXT_BYTES_MAX),
  mediaPayload: z.strictObject({ url: z.url({ protocol: /^https?$/ }) }),
  reaction: z.literal('love'),
  more: {},
});

const SUBSCRIBABLE = [
  ...['messages', 'messaging_postbacks', 'messaging_seen', 'message_reactions', 'messaging_referral'],
  ...['messaging_optins', 'message_edit', 'standby'],
];

/** Instagram's messaging from the other side. It tells of no delivery, and of the last message that was read. */
export function createInstagramSimulator(options: InstagramSimulatorOptions): MessagingSimulator {
  const { accountId, accessToken, appSecret, replies = false } = options;
  return createMessagingSimulator({
    ...{ object: 'instagram', accountId, accessToken, appSecret, replies, idPrefix: 'aWd' },
    ...{ forms: FORMS, subscribable: SUBSCRIBABLE, templates: [], account: { username: 'simulated' } },
    refused: { 551: [551, 1_545_041], 1200: [1_200], 2534014: [100, 2_534_014] },
    lateSubcode: 2_534_022,
    receiptsOf: ({ id, contact }, threads) => [threads.event(contact, { read: { mid: id } })],
  });
}
