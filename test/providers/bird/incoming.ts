import type { IncomingSample } from '../../contracts/provider.contract.js';

const AT = new Date('2026-05-01T10:00:05.000Z');
export const REFERENCE = 'msg_01h455vb4pex5vsknk084sn02q.1.0';
const MESSAGE = '5f1c2b9e-0000-4000-8000-000000000012';
const CONTACT = '5f1c2b9e-0000-4000-8000-000000000077';

const mia = {
  id: CONTACT,
  identifierKey: 'phonenumber',
  identifierValue: '+31600000001',
  annotations: { name: 'Mia' },
};
const frame = {
  ...{ id: MESSAGE, channelId: 'CH-1', reference: '', reason: '', parts: [{ platformReference: 'wamid.A' }] },
  ...{ lastStatusAt: '2026-05-01T10:00:05.000Z', createdAt: '2026-05-01T10:00:00.000Z' },
  updatedAt: '2026-05-01T10:00:05.000Z',
};
const event = (name: string, payload: object) => ({ service: 'channels', event: name, payload });
const inbound = (said: object, sender: object = mia) =>
  event('whatsapp.inbound', {
    ...frame,
    sender: { contact: sender },
    receiver: { connector: { id: 'c-1', identifierValue: '' } },
    ...{ status: 'delivered', direction: 'incoming', meta: { extraInformation: { timestamp: '1777629600' } } },
    ...said,
  });
export const outbound = (said: object) =>
  event('whatsapp.outbound', {
    ...frame,
    sender: { connector: { id: 'c-1', identifierValue: '+31200000000', annotations: { name: 'Shop' } } },
    receiver: { contacts: [{ id: CONTACT, identifierKey: 'phonenumber', identifierValue: '+31600000001' }] },
    ...{ body: { type: 'text', text: { text: 'hi' } }, direction: 'outgoing', reference: REFERENCE, failure: null },
    ...said,
  });
const interaction = (said: object) =>
  event('whatsapp.interaction', {
    messageId: MESSAGE,
    channelId: 'ch-1',
    createdAt: '2026-05-01T10:00:05.000Z',
    ...said,
  });

const received = (content: object) => ({
  ...{ kind: 'received', account: 'ch-1', providerMessageId: MESSAGE, address: '+31600000001', displayName: 'Mia' },
  occurredAt: new Date(1_777_629_600_000),
  content,
});
const receipt = (status: string, said: object = {}) => ({
  ...{ kind: 'receipt', account: 'ch-1', providerMessageId: MESSAGE, status, occurredAt: AT, ...said },
});
const failed = (status: string, failure: object | null, code: string, isRetryable: boolean, providerCode?: string) => ({
  name: `${status}: ${providerCode ?? 'no code'}`,
  body: outbound({ status, failure, reason: 'why', details: 'why' }),
  says: [
    receipt('failed', {
      ...{ reference: REFERENCE, stage: status === 'sending_failed' ? 'SENDING' : 'DELIVERY', providerMessage: 'why' },
      failure: { code, isRetryable, ...(providerCode && { providerCode }) },
    }),
  ],
});
const group = (code: number, means: string, isRetryable: boolean) =>
  failed('sending_failed', { code }, means, isRetryable, String(code));
const onWhatsApp = (code: string, means: string, isRetryable = false) =>
  failed('delivery_failed', { code: 15_099, source: { code, name: 'whatsapp' } }, means, isRetryable, `15099/${code}`);

const kept = 'https://media.nest.messagebird.com/workspaces/ws-1/media/m-1';
const reference = (url: string) => `provider-media:${encodeURIComponent(url)}`;

/** Written from the contract. */
export const INCOMING: readonly IncomingSample[] = [
  {
    name: 'text',
    body: inbound({ body: { type: 'text', text: { text: 'hi' } } }),
    says: [received({ kind: 'text', text: 'hi', actions: [] })],
  },
  {
    name: 'an answer to a message',
    body: inbound({ body: { type: 'text', text: { text: 'yes' } }, replyTo: { id: 'm-10', type: 'message' } }),
    says: [{ ...received({ text: 'yes' }), replyToProviderMessageId: 'm-10' }],
  },
  {
    name: 'a tap on a button, or a row',
    body: inbound({
      body: {
        type: 'text',
        text: { text: 'Yes', actions: [{ type: 'postback', postback: { text: 'Yes', payload: 'ok-14' } }] },
      },
    }),
    says: [
      received({ kind: 'text', text: 'Yes', actions: [], tapped: { kind: 'POSTBACK', text: 'Yes', payload: 'ok-14' } }),
    ],
  },
  {
    name: 'a tap that has no words beside its label',
    body: inbound({ body: { type: 'text', text: { actions: [{ type: 'reply', reply: { text: 'No' } }] } } }),
    says: [received({ kind: 'text', text: 'No', tapped: { kind: 'REPLY', text: 'No' } })],
  },
  {
    name: 'pictures, in both spellings, kept by Bird and elsewhere',
    body: inbound({
      body: {
        type: 'image',
        image: {
          images: [
            { mediaUrl: kept, contentType: 'image/jpeg' },
            { mediaURL: 'https://example.net/b.png', altText: 'B' },
          ],
          text: 'Look',
        },
      },
    }),
    says: [
      received({
        ...{ kind: 'image', text: 'Look' },
        images: [
          { url: reference(kept), contentType: 'image/jpeg' },
          { url: 'https://example.net/b.png', altText: 'B' },
        ],
      }),
    ],
  },
  ...['audio/ogg; codecs=opus', 'video/mp4', 'application/pdf'].map((contentType) => ({
    name: contentType,
    body: inbound({ body: { type: 'file', file: { files: [{ contentType, mediaUrl: kept, filename: 'a' }] } } }),
    says: [received({ kind: 'file', text: '', files: [{ url: reference(kept), contentType, filename: 'a' }] })],
  })),
  {
    name: 'a place',
    body: inbound({
      body: {
        type: 'location',
        location: {
          coordinates: { latitude: 52.1, longitude: 4.9 },
          location: { address: 'Main street 1', label: 'Shop' },
        },
      },
    }),
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
    name: 'a referral',
    body: inbound({
      body: { type: 'text', text: { text: 'hi' } },
      meta: { referral: { source: 'ad', metadata: { source_id: '9' } } },
    }),
    says: [
      {
        ...received({ text: 'hi' }),
        occurredAt: new Date('2026-05-01T10:00:00.000Z'),
        providerData: { referral: { source: 'ad', metadata: { source_id: '9' } } },
      },
    ],
  },
  {
    name: 'an order',
    body: inbound({
      meta: {
        order: { products: [{ externalCatalogId: 'c', externalProductId: 'p', price: { currencyCode: 'EUR' } }] },
      },
    }),
    says: [
      {
        ...{ ...received({ kind: 'unsupported', providerKind: 'order' }), occurredAt: new Date(frame.createdAt) },
        providerData: {
          order: { products: [{ externalCatalogId: 'c', externalProductId: 'p', price: { currencyCode: 'EUR' } }] },
        },
      },
    ],
  },
  {
    name: 'a kind that is not known',
    body: inbound({ body: { type: 'sticker', sticker: {} } }),
    says: [received({ kind: 'unsupported', providerKind: 'sticker' })],
  },
  {
    name: 'a known kind in a form that is not',
    body: inbound({ body: { type: 'image', image: {} } }),
    says: [received({ kind: 'unsupported', providerKind: 'image' })],
  },
  {
    name: 'somebody whose number is known beside another name',
    body: inbound(
      { body: { type: 'text', text: { text: 'hi' } } },
      {
        ...{ id: CONTACT, identifierKey: 'whatsappbsuid', identifierValue: 'NL.1349' },
        identifiers: [{ identifierKey: 'phonenumber', identifierValue: '+31600000001' }],
      },
    ),
    says: [{ kind: 'received', address: '+31600000001', displayName: undefined }],
  },
  {
    name: 'somebody without a number',
    body: inbound(
      { body: { type: 'text', text: { text: 'hi' } } },
      { id: CONTACT, identifierKey: 'whatsappbsuid', identifierValue: 'NL.1349' },
    ),
    says: [{ kind: 'received', address: 'NL.1349' }],
  },
  {
    name: 'somebody whom only Bird can name',
    body: inbound(
      { body: { type: 'text', text: { text: 'hi' } } },
      { id: CONTACT, identifierKey: 'whatsappusername', identifierValue: 'mia' },
    ),
    says: [{ kind: 'received', address: CONTACT }],
  },
  { name: 'nobody', body: inbound({ sender: {} }), says: [{ kind: 'uninterpreted' }] },

  ...['accepted', 'processing', 'pending'].map((status) => ({
    name: status,
    body: outbound({ status }),
    says: [{ kind: 'ignored' }],
  })),
  ...(
    [
      ['sent', 'sent'],
      ['transmitted', 'sent'],
      ['delivered', 'delivered'],
      ['read', 'read'],
    ] as const
  ).map(([status, means]) => ({
    name: status,
    body: outbound({ status }),
    says: [receipt(means, { reference: REFERENCE })],
  })),
  ...['rejected', 'failed', 'unsupported'].map((status) => ({
    name: status,
    body: outbound({ status }),
    says: [
      receipt('failed', { reference: REFERENCE, stage: 'UNKNOWN', failure: { code: 'UNKNOWN', isRetryable: false } }),
    ],
  })),
  {
    name: 'deleted',
    body: outbound({ status: 'deleted' }),
    says: [
      {
        ...{ kind: 'deleted', account: 'ch-1', providerMessageId: MESSAGE, address: '+31600000001', occurredAt: AT },
      },
    ],
  },
  {
    name: 'deleted, of nobody',
    body: outbound({ status: 'deleted', receiver: {} }),
    says: [{ kind: 'uninterpreted' }],
  },
  { name: 'a status that is not known', body: outbound({ status: 'floating' }), says: [{ kind: 'uninterpreted' }] },
  {
    name: 'read: an interaction',
    body: interaction({ type: 'read' }),
    says: [receipt('read')],
  },
  { name: 'opened', body: interaction({ type: 'opened' }), says: [receipt('read')] },
  ...['clicked', 'reported-as-spam', 'unsubscribed'].map((type) => ({
    name: type,
    body: interaction({ type }),
    says: [{ kind: 'ignored' }],
  })),
  { name: 'another interaction', body: interaction({ type: 'danced' }), says: [{ kind: 'uninterpreted' }] },

  {
    name: 'what somebody sent from Bird itself',
    body: outbound({
      ...{ reference: 'flow-7', status: 'sent' },
      body: { type: 'text', text: { text: 'OK?', actions: [{ type: 'reply', reply: { text: 'Yes' } }] } },
    }),
    says: [
      {
        ...{ kind: 'echoed', account: 'ch-1', providerMessageId: MESSAGE, address: '+31600000001' },
        content: { kind: 'text', text: 'OK?', actions: [{ kind: 'REPLY', text: 'Yes' }], tapped: undefined },
      },
      receipt('sent', { reference: 'flow-7' }),
    ],
  },
  {
    name: 'a list that somebody sent from Bird itself',
    body: outbound({
      ...{ reference: '', status: 'delivered' },
      body: {
        type: 'list',
        list: {
          title: 'Menu',
          text: 'Pick',
          items: [{ title: 'A', actions: [{ type: 'postback', postback: { text: 'One' } }] }],
        },
      },
    }),
    says: [
      {
        kind: 'echoed',
        content: {
          ...{ kind: 'list', title: 'Menu', text: 'Pick' },
          sections: [{ title: 'A', actions: [{ kind: 'POSTBACK', text: 'One' }] }],
        },
      },
      receipt('delivered'),
    ],
  },
  {
    name: 'what could not be sent from Bird itself',
    body: outbound({ reference: '', status: 'sending_failed' }),
    says: [{ kind: 'ignored' }],
  },
  {
    name: 'what was sent from Bird itself to nobody',
    body: outbound({ reference: '', status: 'sent', receiver: {} }),
    says: [{ kind: 'uninterpreted' }],
  },
  {
    name: 'another channel of the workspace',
    body: outbound({ status: 'sent', channelId: 'ch-2' }),
    says: [{ account: 'ch-2' }],
  },
  { name: 'a change of the channel', body: event('channel.updated', {}), says: [{ kind: 'ignored' }] },
  { name: 'an event that is not known', body: event('whatsapp.dance', {}), says: [{ kind: 'uninterpreted' }] },
  { name: 'a message of another form', body: event('whatsapp.inbound', {}), says: [{ kind: 'uninterpreted' }] },
  {
    name: 'an interaction of another form',
    body: event('whatsapp.interaction', {}),
    says: [{ kind: 'uninterpreted' }],
  },
  { name: 'no event', body: { hello: 1 }, says: [{ kind: 'uninterpreted' }] },
];

/** Each code of the contract's tables, as a message that failed after it was accepted tells it. */
export const FAILURES: readonly IncomingSample[] = [
  failed('sending_failed', null, 'UNKNOWN', false),
  group(11_001, 'CREDENTIALS_INVALID', false),
  group(11_002, 'CONTENT_REJECTED', false),
  group(11_099, 'CONTENT_REJECTED', false),
  group(12_001, 'PROVIDER_UNAVAILABLE', true),
  group(12_002, 'CONTENT_REJECTED', false),
  group(12_003, 'RECIPIENT_INVALID', false),
  group(12_099, 'PROVIDER_UNAVAILABLE', true),
  group(14_001, 'POLICY', false),
  group(15_099, 'UNKNOWN', false),
  failed('sending_failed', { code: 14_002, source: { code: '1', name: 'accounting' } }, 'BILLING', false, '14002/1'),
  failed('sending_failed', { code: 14_003, source: { name: 'contact' } }, 'RECIPIENT_OPTED_OUT', false, '14003'),
  failed(
    'sending_failed',
    { code: 15_005, source: { code: '131026', name: 'whatsapp' } },
    'RECIPIENT_NOT_ON_PLATFORM',
    false,
    '15005/131026',
  ),
  failed('sending_failed', { code: 15_001, source: { code: '7', name: 'telegram' } }, 'UNKNOWN', false, '15001/7'),
  onWhatsApp('131047', 'SERVICE_WINDOW_CLOSED'),
  onWhatsApp('131026', 'RECIPIENT_UNREACHABLE'),
  onWhatsApp('131050', 'RECIPIENT_OPTED_OUT'),
  onWhatsApp('131053', 'MEDIA_FAILED', true),
  onWhatsApp('130429', 'RATE_LIMITED', true),
  onWhatsApp('132001', 'TEMPLATE_INVALID'),
  onWhatsApp('131042', 'BILLING'),
  onWhatsApp('131031', 'POLICY'),
  onWhatsApp('131049', 'POLICY', true),
  onWhatsApp('131021', 'RECIPIENT_INVALID'),
  onWhatsApp('131009', 'CONTENT_REJECTED'),
  onWhatsApp('131016', 'PROVIDER_UNAVAILABLE', true),
  onWhatsApp('190', 'CREDENTIALS_INVALID'),
  failed('delivery_failed', { code: 15_099, source: { code: '', name: 'whatsapp' } }, 'UNKNOWN', false, '15099'),
];
