import { z } from 'zod';
import { messagingForms } from './meta-messaging-forms.js';
import { createMessagingSimulator, type MessagingSimulator } from './meta-messaging.js';

export interface MessengerSimulatorOptions {
  readonly pageId: string;
  readonly accessToken: string;
  readonly appSecret: string;
  /** Answers each text with one of the contact's own; default: false. */
  readonly replies?: boolean;
}

const FORMS = messagingForms({
  text: z.string().min(1).max(2_000),
  mediaPayload: z.strictObject({ url: z.url({ protocol: /^https?$/ }), is_reusable: z.boolean().optional() }),
  reaction: z.string().min(1).max(20),
  more: { metadata: z.string().max(1_000).optional() },
});

const SUBSCRIBABLE = [
  ...['messages', 'messaging_postbacks', 'message_deliveries', 'message_reads', 'message_reactions', 'message_edits'],
  ...['message_echoes', 'messaging_referrals', 'messaging_optins'],
];

/** The Messenger platform from the other side. Receipts say a time, and of deliveries a message as well. */
export function createMessengerSimulator(options: MessengerSimulatorOptions): MessagingSimulator {
  const { pageId, accessToken, appSecret, replies = false } = options;
  return createMessagingSimulator({
    ...{ object: 'page', accountId: pageId, accessToken, appSecret, replies, idPrefix: 'm_' },
    ...{ forms: FORMS, subscribable: SUBSCRIBABLE, templates: ['order_ready/nl'], account: { name: 'Simulated' } },
    refused: { 551: [551, 1_545_041], 1200: [1_200], 2018001: [100, 2_018_001], 2018008: [100, 2_018_008] },
    lateSubcode: 2_018_278,
    receiptsOf: ({ id, contact }, threads) => [
      threads.event(contact, { delivery: { mids: [id], watermark: Date.now() } }),
      threads.event(contact, { read: { watermark: Date.now() } }),
    ],
  });
}
