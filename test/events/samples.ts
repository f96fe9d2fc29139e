import type { ParleyEvent } from '../../src/events/catalog.js';
import {
  acceptedData,
  contactId,
  conversationId,
  event,
  eventId,
  messageId,
  noteId,
  receivedData,
} from '../support/events.js';

const place = { attempt: 1, part: 0 };
const call = { ...place, call: 1 };
const failure = { code: 'RECIPIENT_NOT_ON_PLATFORM' as const, isRetryable: false, providerCode: '1013' };

/** One event of each type, with every field that version 1 has. */
export const SAMPLES: readonly ParleyEvent[] = [
  event({
    type: 'message.accepted',
    n: 1,
    data: {
      ...acceptedData(1, 'Grüße 👋'),
      authorId: 'agent-7',
      reference: 'order-1',
      replyToMessageId: messageId(2),
      idempotencyKey: 'key-1',
      requestHash: 'ab'.repeat(32),
      content: {
        address: '+15550100000',
        message: {
          ...{ kind: 'text', text: 'Grüße 👋', attachments: [] },
          actions: [{ kind: 'LINK', text: 'Open', url: 'https://example.com' }],
        },
        metadata: { order: 1 },
      },
    },
  }),
  event({
    type: 'message.scheduled',
    n: 21,
    data: { ...acceptedData(2), reference: 'order-2', scheduledAt: '2026-06-02T09:00:00.000Z' },
  }),
  event({ type: 'message.schedule_cancelled', n: 22, data: { parts: 2 } }),
  event({ type: 'message.resolved', n: 23, data: { attempt: 1, parts: [0], as: 'FAILED' } }),
  event({
    type: 'message.resend_requested',
    n: 24,
    data: { attempt: 2, parts: [0], content: acceptedData().content },
  }),
  event({
    type: 'message.reacted',
    n: 25,
    data: { author: 'AGENT', authorId: 'agent-7', reactionMessageId: messageId(3), content: { emoji: '👍' } },
  }),
  event({ type: 'message.dispatched', n: 2, data: call }),
  event({
    type: 'message.deferred',
    n: 3,
    data: { ...call, reason: 'log_unavailable', nextAt: '2026-06-01T12:00:08.000Z' },
  }),
  event({
    type: 'message.submitted',
    n: 4,
    data: { ...call, providerMessageIds: ['p-1'], content: { providerAddress: '15550100000' } },
  }),
  event({ type: 'message.sent', n: 5, data: { ...place, providerMessageId: 'p-1' } }),
  event({
    type: 'message.send_failed',
    n: 6,
    data: { ...place, failure, content: { providerMessage: 'Not a user.' } },
  }),
  event({ type: 'message.outcome_unknown', n: 7, data: { ...call, reason: 'no_answer' } }),
  event({ type: 'message.delivered', n: 8, data: { ...place, providerMessageId: 'p-1' } }),
  event({ type: 'message.read', n: 9, data: { ...place, providerMessageId: 'p-1' } }),
  event({
    type: 'message.delivery_failed',
    n: 10,
    data: { ...place, providerMessageId: 'p-1', stage: 'UNKNOWN', failure, content: { providerMessage: 'Gone.' } },
  }),
  event({
    type: 'message.received',
    n: 11,
    data: {
      ...receivedData('in-1'),
      replyToMessageId: messageId(1),
      content: { ...receivedData('in-1').content, providerData: { referral: 'ad-1' } },
    },
  }),
  event({ type: 'message.deleted', n: 40, data: { ...place, providerMessageId: 'in-1' } }),
  event({
    type: 'message.edited',
    n: 41,
    data: {
      ...{ contentKind: 'text', textBytes: 5, mediaCount: 0, providerMessageId: 'in-1' },
      content: { message: { kind: 'text', text: 'hello', actions: [], attachments: [] } },
    },
  }),
  event({
    type: 'message.echoed',
    n: 39,
    data: {
      ...receivedData('echo-1'),
      replyToMessageId: messageId(1),
      content: { ...receivedData('echo-1').content, providerData: { app: 'phone' } },
    },
  }),
  {
    ...event({
      type: 'message.corrected',
      n: 26,
      data: {
        correctedEventId: eventId(10),
        says: { type: 'message.delivery_failed', ...place, providerMessageId: 'p-1', stage: 'DELIVERY', failure },
        content: { providerMessage: 'Gone.' },
      },
    }),
    reinterpreted: true,
  },
  event({ type: 'conversation.opened', n: 12, data: { content: { address: '+15550100000' } } }),
  event({
    type: 'conversation.address_changed',
    n: 52,
    data: { content: { from: '+15550100000', address: '+15550100001' } },
  }),
  event({
    type: 'conversation.merged',
    n: 53,
    data: {
      intoConversationId: conversationId(2),
      content: { from: '+15550100000', address: '+15550100001' },
    },
  }),
  event({ type: 'conversation.absorbed', n: 54, data: { fromConversationId: conversationId(2) } }),
  event({ type: 'contact.address_added', n: 55, data: { content: { address: '+15550100001' } } }),
  event({ type: 'conversation.read', n: 13, data: { upToMessageId: messageId(2), incomingCount: 3 } }),
  event({ type: 'conversation.closed', n: 27, data: { actorId: 'agent-7' } }),
  event({ type: 'conversation.reopened', n: 28, data: { actorId: 'agent-7' } }),
  event({
    type: 'conversation.snoozed',
    n: 29,
    data: { until: '2026-06-02T09:00:00.000Z', actorId: 'agent-7' },
  }),
  event({
    type: 'conversation.assigned',
    n: 30,
    data: { agentId: 'agent-7', teamId: null, actorId: 'agent-8' },
  }),
  event({
    type: 'conversation.labels_changed',
    n: 31,
    data: { added: ['vip'], removed: ['new'], actorId: 'agent-7' },
  }),
  event({
    type: 'conversation.attributes_changed',
    n: 32,
    data: { actorId: 'agent-7', content: { attributes: { order: { id: 7 }, tier: null } } },
  }),
  event({
    type: 'conversation.note_added',
    n: 33,
    data: { noteId: noteId(), authorId: 'agent-7', content: { text: 'Calls back.' } },
  }),
  event({
    type: 'contact.created',
    n: 14,
    data: { content: { address: '+15550100000', displayName: 'Ada' } },
  }),
  event({ type: 'contact.blocked', n: 34, data: { revision: 1, actorId: 'agent-7' } }),
  event({ type: 'contact.unblocked', n: 35, data: { revision: 2, actorId: 'agent-7' } }),
  event({ type: 'contact.opted_out', n: 36, data: { revision: 1, actorId: 'agent-7' } }),
  event({ type: 'contact.opted_in', n: 37, data: { revision: 2, actorId: 'agent-7' } }),
  event({
    type: 'contact.merged',
    n: 48,
    data: { intoContactId: contactId(2), revision: 1, actorId: 'agent-7' },
  }),
  event({ type: 'contact.absorbed', n: 49, data: { fromContactId: contactId(2), actorId: 'agent-7' } }),
  event({
    type: 'contact.attributes_changed',
    n: 38,
    data: { actorId: 'agent-7', content: { attributes: { tier: 'gold', old: null } } },
  }),
  event({ type: 'contact.profile_changed', n: 15, data: { content: { displayName: 'Ada Lovelace' } } }),
  event({
    type: 'channel.created',
    n: 16,
    data: { name: 'Demo', provider: 'SANDBOX', platform: 'WHATSAPP' },
  }),
  event({
    type: 'receipt.orphaned',
    n: 17,
    data: { providerMessageId: 'p-9', status: 'failed', failureCode: 'EXPIRED' },
  }),
  event({ type: 'webhook.uninterpreted', n: 18, data: { reason: 'unknown_kind', index: 0 } }),
  event({
    type: 'audit.recorded',
    n: 19,
    data: { action: 'channel.create', actorKeyId: null, subjectId: messageId(3) },
  }),
];
