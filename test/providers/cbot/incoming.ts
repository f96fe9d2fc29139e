import type { IncomingSample } from '../../contracts/provider.contract.js';

const AT = new Date(1_760_000_000_000);
const contacts = [{ profile: { name: 'Mia' }, wa_id: '31600000001' }];
const frame = { from: '31600000001', id: 'ABGGincoming', timestamp: '1760000000' };
const message = (said: object) => ({ contacts, messages: [{ ...frame, ...said }] });
const received = (content: object) => ({
  ...{ kind: 'received', providerMessageId: 'ABGGincoming', address: '31600000001', displayName: 'Mia' },
  ...{ occurredAt: AT, content },
});
const file = (id: string, more: object = {}) => ({ id, mime_type: 'a/b', sha256: 'aa==', ...more });
const status = (word: string, more: object = {}) => ({
  statuses: [
    { id: 'gBEGsent', recipient_id: '31600000001', status: word, timestamp: '1760000005', type: 'message', ...more },
  ],
});
const receipt = (known: string) => ({
  ...{ kind: 'receipt', providerMessageId: 'gBEGsent', status: known, occurredAt: new Date(1_760_000_005_000) },
});
const failure = (code: string, isRetryable: boolean, providerCode: number) => ({
  ...{ ...receipt('failed'), stage: 'UNKNOWN' },
  failure: { code, isRetryable, providerCode: String(providerCode) },
});

/** Written from the contract: the flat body of the On-Premises API. */
export const ON_PREMISES: readonly IncomingSample[] = [
  { name: 'delivered', body: status('delivered'), says: [receipt('delivered')] },
  { name: 'sent', body: status('sent', { conversation: { id: 'c' }, pricing: {} }), says: [receipt('sent')] },
  { name: 'read', body: status('read'), says: [receipt('read')] },
  {
    name: 'failed outside the window',
    body: status('failed', { errors: [{ code: 470, title: 'Re-engagement', details: 'More than 24 hours' }] }),
    says: [{ ...failure('SERVICE_WINDOW_CLOSED', false, 470), providerMessage: 'More than 24 hours' }],
  },
  {
    name: 'failed, and nobody says why',
    body: status('failed'),
    says: [{ ...receipt('failed'), stage: 'UNKNOWN', failure: { code: 'UNKNOWN', isRetryable: false } }],
  },
  { name: 'sending', body: status('sending'), says: [{ kind: 'ignored' }] },
  { name: 'a warning', body: status('warning'), says: [{ kind: 'ignored' }] },
  {
    name: 'deleted',
    body: status('deleted'),
    says: [{ kind: 'deleted', providerMessageId: 'gBEGsent', address: '31600000001' }],
  },
  {
    name: 'deleted, with its recipient in another place; and of nobody',
    body: {
      statuses: [
        { id: 'gBEGsent', status: 'deleted', message: { recipient_id: '31600000001' } },
        { id: 'gBEGsent', status: 'deleted' },
      ],
    },
    says: [{ kind: 'deleted', address: '31600000001' }, { kind: 'uninterpreted' }],
  },
  { name: 'another word', body: status('levitated'), says: [{ kind: 'uninterpreted' }] },
  {
    name: 'text',
    body: message({ type: 'text', text: { body: 'hi' } }),
    says: [received({ kind: 'text', text: 'hi' })],
  },
  {
    name: 'text as an answer, forwarded, from an advertisement',
    body: message({
      ...{ type: 'text', text: { body: 'hi' }, referral: { source_id: '1', source_type: 'ad' } },
      context: { from: '31200000000', id: 'gBEGsent', forwarded: true },
    }),
    says: [
      {
        ...received({ kind: 'text', text: 'hi' }),
        replyToProviderMessageId: 'gBEGsent',
        providerData: { context: { forwarded: true }, referral: { source_id: '1', source_type: 'ad' } },
      },
    ],
  },
  {
    name: 'a picture',
    body: message({ type: 'image', image: file('uuid', { caption: 'Look', file: '/usr/x', status: 'undownloaded' }) }),
    says: [received({ kind: 'image', text: 'Look', images: [{ url: 'provider-media:uuid', contentType: 'a/b' }] })],
  },
  {
    name: 'a sticker',
    body: message({ type: 'sticker', sticker: file('s', { mime_type: 'image/webp' }) }),
    says: [received({ kind: 'image', images: [{ url: 'provider-media:s', contentType: 'image/webp' }] })],
  },
  ...(['video', 'audio', 'voice', 'document'] as const).map((kind) => ({
    name: kind,
    body: message({ type: kind, [kind]: file(kind, { caption: 'Here', filename: 'n' }) }),
    says: [
      received({
        ...{ kind: 'file', text: 'Here' },
        files: [{ url: `provider-media:${kind}`, contentType: 'a/b', filename: 'n' }],
      }),
    ],
  })),
  {
    name: 'a place',
    body: message({ type: 'location', location: { latitude: 52.1, longitude: 4.9, name: 'Shop', address: 'Main 1' } }),
    says: [
      received({ kind: 'location', text: 'Shop', latitude: 52.1, longitude: 4.9, label: 'Shop', address: 'Main 1' }),
    ],
  },
  {
    name: 'contacts',
    body: message({
      type: 'contacts',
      contacts: [
        {
          name: { formatted_name: 'Bo Li', first_name: 'Bo' },
          phones: [{ phone: '+31 6 2', type: 'CELL', wa_id: '316' }],
          emails: [{ email: 'bo@example.net' }],
          org: { company: 'Shop' },
        },
      ],
    }),
    says: [
      received({
        kind: 'contacts',
        contacts: [{ name: 'Bo Li', phoneNumbers: ['+31 6 2'], emails: ['bo@example.net'], organization: 'Shop' }],
      }),
    ],
  },
  {
    name: "a template's button",
    body: message({ type: 'button', button: { payload: 'YES-14', text: 'Yes' }, context: { id: 'gBEGsent' } }),
    says: [
      {
        ...received({ kind: 'text', text: 'Yes', tapped: { kind: 'POSTBACK', text: 'Yes', payload: 'YES-14' } }),
        replyToProviderMessageId: 'gBEGsent',
      },
    ],
  },
  {
    name: 'a button',
    body: message({
      type: 'interactive',
      interactive: { type: 'button_reply', button_reply: { id: 'ok-14', title: 'Yes' } },
    }),
    says: [received({ kind: 'text', text: 'Yes', tapped: { kind: 'POSTBACK', text: 'Yes', payload: 'ok-14' } })],
  },
  {
    name: 'a row of a list',
    body: message({
      type: 'interactive',
      interactive: { type: 'list_reply', list_reply: { id: 'r1', title: 'One', description: 'first' } },
    }),
    says: [received({ kind: 'text', text: 'One', tapped: { text: 'One', payload: 'r1' } })],
  },
  {
    name: 'a reaction',
    body: message({ type: 'reaction', reaction: { message_id: 'gBEGsent', emoji: '👍' } }),
    says: [
      {
        ...{ kind: 'reacted', providerMessageId: 'gBEGsent', address: '31600000001', emoji: '👍' },
        occasion: 'ABGGincoming',
      },
    ],
  },
  {
    name: 'a reaction taken back',
    body: message({ type: 'reaction', reaction: { message_id: 'gBEGsent', emoji: '' } }),
    says: [{ kind: 'reacted', emoji: null }],
  },
  {
    name: 'an order',
    body: message({
      type: 'order',
      order: { catalog_id: '1', text: 'Soon', product_items: [{ product_retailer_id: 'p1', quantity: 2 }] },
    }),
    says: [
      {
        ...received({ kind: 'text', text: 'Soon' }),
        providerData: { order: { catalog_id: '1', product_items: [{ product_retailer_id: 'p1', quantity: 2 }] } },
      },
    ],
  },
  {
    name: 'another number',
    body: message({ type: 'system', system: { type: 'user_changed_number', body: 'x', new_wa_id: '31600000002' } }),
    says: [{ kind: 'address_changed', from: '31600000001', to: '31600000002' }],
  },
  {
    name: 'another identity',
    body: message({ type: 'system', system: { type: 'user_identity_changed', body: 'x', identity: {} } }),
    says: [{ kind: 'ignored' }],
  },
  {
    name: 'a kind that is not known',
    body: message({ type: 'unknown', errors: [{ code: 501, title: 'Unknown message type' }] }),
    says: [received({ kind: 'unsupported', providerKind: 'unknown' })],
  },
  {
    name: 'several at once, one of them broken',
    body: { contacts, messages: [{ ...frame, type: 'text', text: { body: 'hi' } }, { id: 1 }], ...status('sent') },
    says: [received({ kind: 'text', text: 'hi' }), { kind: 'uninterpreted' }, receipt('sent')],
  },
  {
    name: 'a fault of the account',
    body: { errors: [{ code: 1022, title: 'Webhooks URL is not configured' }] },
    says: [{ kind: 'uninterpreted' }],
  },
  { name: 'contacts alone', body: { contacts }, says: [{ kind: 'ignored' }] },
  { name: 'none of both', body: { hello: 1 }, says: [{ kind: 'uninterpreted' }] },
];

const value = (said: object) => ({
  object: 'whatsapp_business_account',
  entry: [
    {
      id: 'WABA_ID',
      changes: [
        {
          field: 'messages',
          value: {
            ...{ messaging_product: 'whatsapp' },
            metadata: { display_phone_number: '31200000000', phone_number_id: '1100' },
            ...said,
          },
        },
      ],
    },
  ],
});

/** What comes in Meta's envelope; the kinds are those above. */
export const cloudOf = (reference: string): readonly IncomingSample[] => [
  {
    name: 'Cloud: delivered, with our reference',
    body: value(status('delivered', { biz_opaque_callback_data: reference })),
    says: [{ ...receipt('delivered'), reference }],
  },
  {
    name: 'Cloud: failed outside the window',
    body: value(
      status('failed', { errors: [{ code: 131047, title: 'x', error_data: { details: 'More than 24 hours' } }] }),
    ),
    says: [{ ...failure('SERVICE_WINDOW_CLOSED', false, 131047), providerMessage: 'More than 24 hours' }],
  },
  {
    name: 'Cloud: heard',
    body: value(status('played')),
    says: [receipt('read')],
  },
  {
    name: 'Cloud: text',
    body: value(message({ type: 'text', text: { body: 'hi' } })),
    says: [received({ kind: 'text', text: 'hi' })],
  },
  {
    name: 'Cloud: a voice note',
    body: value(message({ type: 'audio', audio: file('v', { voice: true }) })),
    says: [received({ kind: 'file', files: [{ url: 'provider-media:v' }] })],
  },
];
