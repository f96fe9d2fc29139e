import type { ParleyEvent } from '../../src/events/catalog.js';
import type { MessageContent } from '../../src/events/message/content.js';
import { channelIds, contactIds, conversationIds, eventIds, messageIds, workspaceIds } from '../product.js';

const nth = (kind: number, n: number) => `0000000${kind}-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;

/** As many as write to a busy channel at the same time. */
const CONVERSATIONS = 1_000;
const TEXT = 'x'.repeat(80);
const BEGAN_AT = Date.UTC(2026, 0, 1);

/** What an ordinary message leaves in the log: six events, one after another. */
export const EVENTS_EACH = 6;

/** @param first number of the first message: messages of different numbers are different ones */
export function historyOf(first: number, messages: number): readonly ParleyEvent[] {
  return Array.from({ length: messages }, (_, index) => storyOf(first + index)).flat();
}

function storyOf(message: number): readonly ParleyEvent[] {
  const providerMessageId = `provider-${message.toString(32).padStart(26, '0')}`;
  const call = { attempt: 1, part: 0, call: 1 };
  const receipt = { attempt: 1, part: 0, providerMessageId };
  const content = { address: '+15550100000' };
  const text: MessageContent = { kind: 'text', text: TEXT, actions: [], attachments: [] };
  const facts = { contentKind: 'text', textBytes: TEXT.length, mediaCount: 0, author: 'AGENT', parts: 1 } as const;
  const step = envelopesOf(message);
  return [
    { ...step(0), type: 'message.accepted', data: { ...facts, content: { ...content, message: text } } },
    { ...step(1), type: 'message.dispatched', data: call },
    {
      ...step(2),
      type: 'message.submitted',
      data: { ...call, providerMessageIds: [providerMessageId], content: { providerAddress: content.address } },
    },
    { ...step(3), type: 'message.sent', data: receipt },
    { ...step(4), type: 'message.delivered', data: receipt },
    { ...step(5), type: 'message.read', data: receipt },
  ];
}

const envelopesOf = (message: number) => (step: number) => {
  const at = new Date(BEGAN_AT + message * 1_000 + step).toISOString();
  const thread = message % CONVERSATIONS;
  return {
    id: eventIds.fromUuid(nth(6, message * EVENTS_EACH + step)),
    version: 1,
    workspaceId: workspaceIds.fromUuid(nth(1, 1)),
    channelId: channelIds.fromUuid(nth(2, 1)),
    conversationId: conversationIds.fromUuid(nth(3, thread)),
    contactId: contactIds.fromUuid(nth(4, thread)),
    messageId: messageIds.fromUuid(nth(5, message)),
    occurredAt: at,
    recordedAt: at,
  };
};
