import type { IncomingSample } from '../../contracts/provider.contract.js';

const AT = new Date(1_760_000_000_000);

/** Changes as they stand in an entry. */
export const change = (value: object, field = 'messages') => ({
  field,
  value: {
    messaging_product: 'whatsapp',
    metadata: { display_phone_number: '31200000000', phone_number_id: '1100' },
    ...value,
  },
});
export const webhookOf = (...changes: readonly object[]) => ({
  ...{ object: 'whatsapp_business_account', entry: [{ id: '900', changes }] },
});
const profiles = [{ profile: { name: 'Mia', username: 'mia' }, wa_id: '31600000001', user_id: 'NL.1349' }];
const frame = { from: '31600000001', from_user_id: 'NL.1349', id: 'wamid.A', timestamp: '1760000000' };
const message = (type: string, object?: unknown, more: object = {}) =>
  webhookOf(
    change({
      contacts: profiles,
      messages: [{ ...frame, type, ...(object !== undefined && { [type]: object }), ...more }],
    }),
  );
const of = { address: '31600000001', occurredAt: AT, account: '1100' };
const received = (content: object) => ({
  ...{ kind: 'received', providerMessageId: 'wamid.A', displayName: 'Mia', ...of },
  content,
});
export const status = (word: string, more: object = {}) => ({
  ...{ id: 'wamid.B', status: word, timestamp: '1760000005', recipient_id: '31600000001' },
  ...more,
});
const file = { id: 'm1', mime_type: 'a/b', sha256: 'x' };
const inFile = { url: 'provider-media:m1', contentType: 'a/b' };

const CONTENTS: readonly IncomingSample[] = [
  { name: 'text', body: message('text', { body: 'hi' }), says: [received({ kind: 'text', text: 'hi' })] },
  ...(['image', 'sticker'] as const).map((type) => ({
    name: type,
    body: message(type, { ...file, caption: 'Look' }),
    says: [received({ kind: 'image', text: 'Look', images: [inFile] })],
  })),
  ...(['video', 'audio', 'document'] as const).map((type) => ({
    name: type,
    body: message(type, { ...file, filename: 'n' }),
    says: [received({ kind: 'file', text: '', files: [{ ...inFile, filename: 'n' }] })],
  })),
  {
    name: 'a place',
    body: message('location', { latitude: 52.1, longitude: 4.9, name: 'Shop', address: 'Main street 1' }),
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
    body: message('contacts', [
      {
        ...{
          name: { formatted_name: 'Bo Li', first_name: 'Bo' },
          phones: [{ phone: '+31 6', wa_id: '316', type: 'WORK' }],
        },
        ...{ emails: [{ email: 'bo@example.net' }], org: { company: 'Bo Ltd' } },
      },
    ]),
    says: [
      received({
        kind: 'contacts',
        contacts: [{ name: 'Bo Li', phoneNumbers: ['+31 6'], emails: ['bo@example.net'], organization: 'Bo Ltd' }],
      }),
    ],
  },
  {
    name: 'a tapped button',
    body: message(
      'interactive',
      { type: 'button_reply', button_reply: { id: 'ok-14', title: 'Yes' } },
      {
        context: { from: '31200000000', id: 'wamid.OFFER' },
      },
    ),
    says: [
      {
        ...received({ kind: 'text', text: 'Yes', tapped: { kind: 'POSTBACK', text: 'Yes', payload: 'ok-14' } }),
        ...{ replyToProviderMessageId: 'wamid.OFFER', providerData: undefined },
      },
    ],
  },
  {
    name: 'a chosen row',
    body: message('interactive', { type: 'list_reply', list_reply: { id: 'r1', title: 'One', description: 'first' } }),
    says: [received({ text: 'One', tapped: { text: 'One', payload: 'r1', description: 'first' } })],
  },
  {
    name: 'a form that was filled in',
    body: message('interactive', {
      ...{ type: 'nfm_reply', nfm_reply: { name: 'flow', body: 'Sent', response_json: '{"a":1}' } },
    }),
    says: [received({ text: 'Sent', tapped: { payload: '{"a":1}' } })],
  },
  {
    name: 'an answer of a kind that is not known',
    body: message('interactive', { type: 'call_permission_reply', call_permission_reply: { response: 'accept' } }),
    says: [received({ kind: 'unsupported', providerKind: 'call_permission_reply' })],
  },
  {
    name: 'a tapped button of a template',
    body: message('button', { payload: 'YES-14', text: 'Yes' }),
    says: [received({ text: 'Yes', tapped: { text: 'Yes', payload: 'YES-14' } })],
  },
  {
    name: 'an order',
    body: message('order', {
      ...{ catalog_id: 'c1', text: '' },
      product_items: [{ product_retailer_id: 'sku-1', quantity: 2, item_price: 5, currency: 'EUR' }],
    }),
    says: [{ ...received({ kind: 'text', text: '2 × sku-1' }), providerData: { order: { catalog_id: 'c1' } } }],
  },
  {
    name: 'what WhatsApp can not show',
    body: message('unsupported', { type: 'poll' }, { errors: [{ code: 131051, title: 'Unsupported' }] }),
    says: [
      { ...received({ kind: 'unsupported', providerKind: 'poll' }), providerData: { errors: [{ code: 131051 }] } },
    ],
  },
  {
    name: 'a type that is not known',
    body: message('hologram', {}),
    says: [received({ kind: 'unsupported', providerKind: 'hologram' })],
  },
];

const CIRCUMSTANCES: readonly IncomingSample[] = [
  {
    name: 'from an advertisement, forwarded, about a product',
    body: message(
      'text',
      { body: 'hi' },
      {
        referral: { source_url: 'https://fb.me/x', source_type: 'ad', ctwa_clid: 'c' },
        context: { forwarded: true, referred_product: { product_retailer_id: 'sku-1' } },
      },
    ),
    says: [
      {
        ...received({ text: 'hi' }),
        providerData: {
          referral: { source_url: 'https://fb.me/x', source_type: 'ad', ctwa_clid: 'c' },
          context: { forwarded: true, referred_product: { product_retailer_id: 'sku-1' } },
        },
      },
    ],
  },
  {
    name: 'from somebody who shows no number',
    body: webhookOf(
      change({
        contacts: [{ profile: { username: 'mia' }, user_id: 'NL.1349' }],
        messages: [{ ...frame, from: undefined, type: 'text', text: { body: 'hi' } }],
      }),
    ),
    says: [{ kind: 'received', address: 'NL.1349', displayName: 'mia' }],
  },
  {
    name: 'into a group',
    body: message('text', { body: 'hi' }, { group_id: 'Z3JvdXA=' }),
    says: [
      {
        ...{ kind: 'received', address: 'group:Z3JvdXA=', displayName: undefined },
        providerData: { member: { from: '31600000001', name: 'Mia' } },
      },
    ],
  },
  {
    name: 'each sender by his own name, whether a number is shown or not',
    body: webhookOf(
      change({
        contacts: [
          ...profiles,
          { profile: { name: 'Bo' }, wa_id: '31600000002' },
          { user_id: 'NL.3', profile: { name: 'Al' } },
        ],
        messages: [
          { ...frame, id: 'wamid.1', from: '31600000002', type: 'text', text: { body: 'a' } },
          { ...frame, id: 'wamid.2', from: undefined, from_user_id: 'NL.3', type: 'text', text: { body: 'b' } },
          { ...frame, id: 'wamid.3', from: '31600000003', from_user_id: undefined, type: 'text', text: { body: 'c' } },
        ],
      }),
    ),
    says: [{ displayName: 'Bo' }, { displayName: 'Al' }, { address: '31600000003', displayName: undefined }],
  },
  {
    name: 'a time in milliseconds',
    body: message('text', { body: 'hi' }, { timestamp: '1760000000123' }),
    says: [{ kind: 'received', occurredAt: new Date(1_760_000_000_123) }],
  },
  {
    name: 'a message of nobody',
    body: message('text', { body: 'hi' }, { from: undefined, from_user_id: undefined }),
    says: [{ kind: 'uninterpreted' }],
  },
  {
    name: 'a text of another form',
    body: message('text', { words: 'hi' }),
    says: [{ kind: 'uninterpreted', account: '1100' }],
  },
];

const ACTS: readonly IncomingSample[] = [
  {
    name: 'a reaction',
    body: message('reaction', { message_id: 'wamid.B', emoji: '👍' }),
    says: [{ kind: 'reacted', providerMessageId: 'wamid.B', emoji: '👍', occasion: 'wamid.A', ...of }],
  },
  ...[{ message_id: 'wamid.B' }, { message_id: 'wamid.B', emoji: '' }].map((said) => ({
    name: 'a reaction taken back',
    body: message('reaction', said),
    says: [{ kind: 'reacted', providerMessageId: 'wamid.B', emoji: null, ...of }],
  })),
  {
    name: 'an edit',
    body: message('edit', { original_message_id: 'wamid.0', message: { type: 'text', text: { body: 'hello' } } }),
    says: [
      { ...{ kind: 'edited', providerMessageId: 'wamid.0', occasion: 'wamid.A', ...of }, content: { text: 'hello' } },
    ],
  },
  {
    name: 'a message taken back',
    body: message('revoke', { original_message_id: 'wamid.0' }),
    says: [{ kind: 'deleted', providerMessageId: 'wamid.0', ...of }],
  },
  {
    name: 'another number',
    body: message('system', { body: 'Mia changed', type: 'user_changed_number', wa_id: '31600000002' }),
    says: [{ kind: 'address_changed', from: '31600000001', to: '31600000002', occurredAt: AT, account: '1100' }],
  },
  {
    name: 'another telephone',
    body: message('system', { type: 'customer_identity_changed', identity: {} }),
    says: [{ kind: 'ignored' }],
  },
  { name: 'a chat that was opened', body: message('request_welcome'), says: [{ kind: 'ignored' }] },
];

const echo = (said: object) =>
  webhookOf(
    change({ message_echoes: [{ ...frame, from: '31200000000', to: '31600000001', ...said }] }, 'smb_message_echoes'),
  );

const ECHOES: readonly IncomingSample[] = [
  {
    name: "what was sent from the business's telephone",
    body: echo({ type: 'text', text: { body: 'hi' }, context: { id: 'wamid.0' } }),
    says: [
      {
        ...{ kind: 'echoed', providerMessageId: 'wamid.A', content: { kind: 'text', text: 'hi' }, ...of },
        replyToProviderMessageId: 'wamid.0',
      },
    ],
  },
  {
    name: 'what was taken back there',
    body: echo({ type: 'revoke', revoke: { original_message_id: 'wamid.0' } }),
    says: [{ kind: 'deleted', providerMessageId: 'wamid.0', ...of }],
  },
  {
    name: 'what was changed there',
    body: echo({
      ...{ type: 'edit' },
      edit: { original_message_id: 'wamid.0', message: { type: 'text', text: { body: 'hello' } } },
    }),
    says: [{ kind: 'edited', providerMessageId: 'wamid.0', content: { text: 'hello' }, ...of }],
  },
  {
    name: 'a reaction there',
    body: echo({ type: 'reaction', reaction: { message_id: 'wamid.0', emoji: '👍' } }),
    says: [{ kind: 'ignored' }],
  },
  { name: 'an echo to nobody', body: echo({ type: 'text', to: undefined }), says: [{ kind: 'uninterpreted' }] },
];

const statuses = (...all: readonly object[]) => webhookOf(change({ statuses: all }));
const receipt = {
  kind: 'receipt',
  providerMessageId: 'wamid.B',
  occurredAt: new Date(1_760_000_005_000),
  account: '1100',
};

const STATUSES: readonly IncomingSample[] = [
  ...(['sent', 'delivered', 'read'] as const).map((word) => ({
    name: word,
    body: statuses(
      status(word, {
        biz_opaque_callback_data: 'ref-7f3a',
        conversation: { id: 'c', origin: { type: 'service' } },
        pricing: { billable: true, pricing_model: 'PMP', category: 'service' },
      }),
    ),
    says: [{ ...receipt, status: word, reference: 'ref-7f3a' }],
  })),
  { name: 'a voice message that was played', body: statuses(status('played')), says: [{ ...receipt, status: 'read' }] },
  {
    name: 'failed',
    body: statuses(
      status('failed', {
        errors: [
          {
            code: 131047,
            title: 'Re-engagement',
            message: 'Re-engagement',
            error_data: { details: 'More than 24 hours.' },
          },
        ],
      }),
    ),
    says: [
      {
        ...{ ...receipt, status: 'failed', stage: 'UNKNOWN', providerMessage: 'More than 24 hours.' },
        failure: { code: 'SERVICE_WINDOW_CLOSED', isRetryable: false, providerCode: '131047' },
      },
    ],
  },
  {
    name: 'failed for no reason that is told, or none that is known',
    body: statuses(status('failed'), status('failed', { errors: [{ code: 999_999, title: 'Odd' }] })),
    says: [
      { ...receipt, status: 'failed', failure: { code: 'UNKNOWN', isRetryable: false } },
      { ...receipt, status: 'failed', failure: { code: 'UNKNOWN', providerCode: '999999' }, providerMessage: 'Odd' },
    ],
  },
  { name: 'a warning', body: statuses(status('warning')), says: [{ kind: 'ignored' }] },
  {
    name: 'one of ours taken back',
    body: statuses(
      status('deleted'),
      status('deleted', { recipient_type: 'group', recipient_id: 'Z3JvdXA=' }),
      status('deleted', { recipient_id: undefined, recipient_user_id: 'NL.1349' }),
      status('deleted', { recipient_id: undefined }),
    ),
    says: [
      { ...receipt, kind: 'deleted', address: '31600000001' },
      { kind: 'deleted', address: 'group:Z3JvdXA=' },
      { kind: 'deleted', address: 'NL.1349' },
      { kind: 'uninterpreted' },
    ],
  },
  { name: 'a status of another form', body: statuses({ id: 'wamid.B' }), says: [{ kind: 'uninterpreted' }] },
];

const BATCHES: readonly IncomingSample[] = [
  {
    name: 'several entries, of two numbers, with everything in them',
    body: {
      object: 'whatsapp_business_account',
      entry: [
        {
          id: '900',
          changes: [
            change({
              contacts: profiles,
              messages: [
                { ...frame, type: 'text', text: { body: 'one' } },
                { ...frame, id: 'wamid.C', type: 'text', text: { body: 'two' } },
              ],
              statuses: [status('sent')],
            }),
            { field: 'account_update', value: { event: 'VERIFIED' } },
          ],
        },
        { id: '900', changes: [{ ...change({ metadata: { phone_number_id: '1200' }, statuses: [status('read')] }) }] },
        { id: '900', changes: [change({ errors: [{ code: 131031, title: 'Locked' }] })] },
      ],
    },
    says: [
      { kind: 'received', providerMessageId: 'wamid.A', account: '1100' },
      { kind: 'received', providerMessageId: 'wamid.C', account: '1100' },
      { kind: 'receipt', status: 'sent', account: '1100' },
      { kind: 'ignored' },
      { kind: 'receipt', status: 'read', account: '1200' },
      { kind: 'uninterpreted', reason: 'An error of the account: 131031.' },
    ],
  },
  {
    name: 'a template that was approved',
    body: webhookOf({ field: 'message_template_status_update', value: { event: 'APPROVED' } }),
    says: [{ kind: 'ignored' }],
  },
  {
    name: 'a contact who wants no marketing',
    body: webhookOf(change({ user_preferences: [{ wa_id: '31600000001', value: 'stop' }] }, 'user_preferences')),
    says: [{ kind: 'uninterpreted' }],
  },
  { name: 'a field that is not known', body: webhookOf(change({}, 'telepathy')), says: [{ kind: 'uninterpreted' }] },
  { name: 'a change that says nothing', body: webhookOf(change({})), says: [{ kind: 'uninterpreted' }] },
  { name: 'another product', body: { object: 'page', entry: [{ id: '1' }] }, says: [{ kind: 'uninterpreted' }] },
  { name: 'no webhook', body: { hello: 1 }, says: [{ kind: 'uninterpreted' }] },
];

/** Written from the contract of the Cloud API. */
export const INCOMING = [...CONTENTS, ...CIRCUMSTANCES, ...ACTS, ...ECHOES, ...STATUSES, ...BATCHES];
