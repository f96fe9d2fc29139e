import { expect } from 'vitest';
import type { IncomingSample } from '../../contracts/provider.contract.js';

export const REFERENCE = 'msg_01h455vb4pex5vsknk084sn02q.1.0';
const AT = new Date('2026-05-01T09:00:01.000Z');

const frame = {
  ...{ v: '1.1', type: 'message', chatPlatform: 'whatsapp', contactId: '31600000001', whatsappNumber: '31200000000' },
  ...{ chatIdInChatPlatform: '', chatChannelId: 'shop-whatsapp-31200000000', customerId: 'CUST1' },
  ...{ firstName: 'Mia', lastName: 'Jansen', customerCreationTime: '2026-01-01T10:00:00.000Z' },
  ...{ sessionCreationTime: '2026-05-01T09:00:00.000Z', whatsappNickName: 'Mia', txId: 'tx1' },
};
const entry = { _id: 'MSG1', date: '2026-05-01T09:00:01.000Z', fromName: 'Mia Jansen', from: 'user' };
const message = (said: object) => ({ ...frame, messages: [{ ...entry, ...said }] });
const received = (content: object) => ({
  ...{ kind: 'received', providerMessageId: 'MSG1', address: '31600000001', displayName: 'Mia Jansen' },
  ...{ occurredAt: AT, account: '31200000000', content },
});
const status = (said: object) => ({ ...frame, type: 'status', _id: 'MSG9', date: entry.date, ...said });
const receipt = (said: object) => ({ kind: 'receipt', providerMessageId: 'MSG9', occurredAt: AT, ...said });
const file = 'https://storage.example.net/a';

const flat = {
  ...{ date: '2021-05-01T09:00:01.000Z', chatPlatform: 'whatsapp', contactId: '+31600000001', customerId: 'CUST1' },
  ...{ fromName: 'Mia', _id_: 'OLD1', WHATSAPP_NUMBER: '31200000000', fromCustomer: true },
};
const flatStatus = {
  ...{ CHAT_PLATFORM_ID: 'whatsapp', CREATION_TIME: '2021-05-01T09:00:01.000Z', CUSTOMER_ID: 'CUST1' },
  ...{ _id_: 'OLD2', FROM: '31600000001', STATUS: 'delivered' },
};

/** Written from the vendor's documentation; where that ends, in the forms that others met. */
export const INCOMING: readonly IncomingSample[] = [
  {
    name: 'text',
    body: message({ message: 'hi' }),
    says: [{ ...received({ kind: 'text', text: 'hi' }), providerData: { customerId: 'CUST1' } }],
  },
  {
    name: 'several messages in one webhook, one of them without an id',
    body: {
      ...frame,
      messages: [{ ...entry, message: 'one' }, { message: 'two' }, { ...entry, _id: 'MSG3', message: '3' }],
    },
    says: [
      received({ text: 'one' }),
      { kind: 'uninterpreted', account: '31200000000' },
      { kind: 'received', providerMessageId: 'MSG3' },
    ],
  },
  {
    name: 'a number with its plus',
    body: { ...message({ message: 'hi' }), contactId: '+31600000001' },
    says: [{ kind: 'received', address: '+31600000001' }],
  },
  {
    name: 'a picture',
    body: message({ image: file, caption: 'Look' }),
    says: [received({ kind: 'image', text: 'Look', images: [{ url: file }] })],
  },
  ...(['audio', 'video', 'file'] as const).map((kind) => ({
    name: kind,
    body: message({ [kind]: file }),
    says: [received({ kind: 'file', text: '', files: [{ url: file }] })],
  })),
  {
    name: 'a place, with its numbers as text',
    body: message({ location: { latitude: '52.1', longitude: 4.9, name: 'Shop', address: 'Main street 1' } }),
    says: [
      received({
        kind: 'location',
        text: 'Shop',
        latitude: 52.1,
        longitude: 4.9,
        label: 'Shop',
        address: 'Main street 1',
      }),
    ],
  },
  {
    name: 'contacts',
    body: message({
      contacts: [
        {
          ...{ name: { formatted_name: 'Bo Li', first_name: 'Bo' }, phones: [{ phone: '+31600000002', type: 'CELL' }] },
          ...{ emails: [{ email: 'bo@example.net' }], org: { company: 'Bo' } },
        },
      ],
    }),
    says: [
      received({
        ...{ kind: 'contacts', text: 'Bo Li' },
        contacts: [{ name: 'Bo Li', phoneNumbers: ['+31600000002'], emails: ['bo@example.net'], organization: 'Bo' }],
      }),
    ],
  },
  {
    name: 'a tap on a row',
    body: message({ message: 'Soup', buttonPayload: 'row-1' }),
    says: [received({ kind: 'text', text: 'Soup', tapped: { kind: 'POSTBACK', text: 'Soup', payload: 'row-1' } })],
  },
  {
    name: 'what Botmaker itself does not know',
    body: message({ error: 'Unsupported message' }),
    says: [received({ kind: 'unsupported', providerKind: 'unknown' })],
  },
  {
    name: 'a kind that is not known here',
    body: message({ sticker: file }),
    says: [received({ kind: 'unsupported', providerKind: 'sticker' })],
  },
  {
    name: 'variables that were set: told with the first of its messages',
    body: { ...frame, messages: [entry, { ...entry, _id: 'MSG2' }], variables: { size: 'M' } },
    says: [
      { kind: 'received', providerData: { customerId: 'CUST1', variables: { size: 'M' } } },
      {
        kind: 'received',
        providerMessageId: 'MSG2',
        providerData: expect.not.objectContaining({ variables: { size: 'M' } }),
      },
    ],
  },
  {
    name: 'another platform: its own ids',
    body: {
      ...{ ...message({ message: 'hi' }), chatPlatform: 'messenger', chatIdInChatPlatform: '998877' },
      ...{ chatChannelId: 'shop-messenger-5125186904100', whatsappNumber: '' },
    },
    says: [{ kind: 'received', address: '998877', account: '5125186904100' }],
  },
  ...(['bot', 'agent', 'Operator'] as const).map((from) => ({
    name: `what the ${from} wrote`,
    body: message({ message: 'Hello', from, webhookPayload: REFERENCE }),
    says: [{ kind: 'echoed', providerMessageId: 'MSG1', address: '31600000001', reference: REFERENCE }],
  })),
  {
    name: 'a sender of another sort',
    body: message({ message: 'hi', from: 'oracle' }),
    says: [{ kind: 'uninterpreted' }],
  },
  { name: 'no messages', body: { ...frame, messages: [] }, says: [{ kind: 'ignored' }] },
  {
    name: 'the old flat form',
    body: { ...flat, message: 'hi' },
    says: [
      {
        ...{ kind: 'received', providerMessageId: 'OLD1', address: '+31600000001', displayName: 'Mia' },
        ...{ account: '31200000000', content: { kind: 'text', text: 'hi' } },
      },
    ],
  },
  {
    name: 'the old flat form, of ours',
    body: { ...flat, fromCustomer: false, message: 'hi' },
    says: [{ kind: 'echoed', providerMessageId: 'OLD1' }],
  },
  {
    name: 'the old flat status',
    body: flatStatus,
    says: [
      {
        ...{ kind: 'receipt', providerMessageId: 'OLD2', status: 'delivered' },
        occurredAt: new Date('2021-05-01T09:00:01.000Z'),
      },
    ],
  },
  ...(
    [
      ...[['Received', 'sent'] as const, ['sent', 'sent'] as const, ['Delivered', 'delivered'] as const],
      ...[['READ', 'read'] as const, ['answered', 'read'] as const],
    ] as const
  ).map(([word, said]) => ({
    name: `a status: ${word}`,
    body: status({ status: word, webhookPayload: REFERENCE }),
    says: [receipt({ status: said, reference: REFERENCE, account: '31200000000' })],
  })),
  {
    name: 'an error, in words',
    body: status({ status: 'Error', webhookPayload: REFERENCE, reason: 'Not delivered' }),
    says: [
      receipt({
        ...{ status: 'failed', stage: 'UNKNOWN', providerMessage: 'Not delivered' },
        failure: { code: 'UNKNOWN', isRetryable: false },
      }),
    ],
  },
  {
    name: "an error, by WhatsApp's code",
    body: status({ status: 'error', webhookPayload: REFERENCE, info: { reason: '131047.0' } }),
    says: [receipt({ status: 'failed', failure: { code: 'SERVICE_WINDOW_CLOSED', providerCode: '131047' } })],
  },
  {
    name: 'a status without our reference: by the job',
    body: status({ status: 'read' }),
    says: [{ kind: 'receipt', providerMessageId: 'tx1', status: 'read' }],
  },
  {
    name: 'a status that names the message elsewhere',
    body: { type: 'status', messageId: 'MSG7', STATUS: 'Read' },
    says: [{ kind: 'receipt', providerMessageId: 'MSG7', status: 'read' }],
  },
  {
    name: 'statuses below their envelope',
    body: { ...frame, type: 'status', messages: [{ _id: 'MSG8', status: 'read', webhookPayload: REFERENCE }] },
    says: [{ kind: 'receipt', providerMessageId: 'MSG8', status: 'read', reference: REFERENCE }],
  },
  { name: 'a status of no message', body: { type: 'status', status: 'read' }, says: [{ kind: 'uninterpreted' }] },
  { name: 'a status of another word', body: status({ status: 'queued' }), says: [{ kind: 'uninterpreted' }] },
  {
    name: 'a template that failed, among the events of a session',
    body: { ...frame, type: 'event', name: 'notification-error', info: { reason: '131049.0' } },
    says: [
      {
        ...{ kind: 'receipt', providerMessageId: 'tx1', status: 'failed', stage: 'UNKNOWN' },
        failure: { code: 'POLICY', providerCode: '131049' },
      },
    ],
  },
  {
    name: 'a failure of no message',
    body: { type: 'event', name: 'notification-error' },
    says: [{ kind: 'uninterpreted' }],
  },
  {
    name: 'an event of the platform',
    body: { ...frame, type: 'event', name: 'user-blocked' },
    says: [{ kind: 'ignored' }],
  },
  {
    name: 'the result of a job',
    body: { webhookNotificationId: 'abc123', result: 'ok' },
    says: [{ kind: 'uninterpreted' }],
  },
  { name: 'neither message nor status', body: { hello: 1 }, says: [{ kind: 'uninterpreted' }] },
  { name: 'no object', body: [1, 2], says: [{ kind: 'uninterpreted' }] },
];
