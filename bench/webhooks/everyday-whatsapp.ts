const MESSAGE_ID = 'wamid.HBgLMzE2MDAwMDAwMDEVAgASGBQzQTNDQTVCM0Q0RTVGNjA3MTgyOQA=';
const SENT_ID = 'wamid.HBgLMzE2MDAwMDAwMDEVAgARGBI5QTNDQTVCM0Q0RTVGNjA3MTgA';
const contacts = [{ profile: { name: 'Mia Jansen' }, wa_id: '31600000001' }];
const frame = { from: '31600000001', id: MESSAGE_ID, timestamp: '1760000000' };

const MESSAGES: readonly object[] = [
  { ...frame, type: 'text', text: { body: 'When will it be here? I am at home from ten on.' } },
  {
    ...{ ...frame, type: 'text', text: { body: 'Yes, that one' } },
    context: { from: '31200000000', id: SENT_ID },
  },
  {
    ...{ ...frame, type: 'image' },
    image: {
      ...{ caption: 'This one', mime_type: 'image/jpeg', sha256: 'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=' },
      id: '1013859600285441',
    },
  },
  {
    ...{ ...frame, context: { from: '31200000000', id: SENT_ID }, type: 'interactive' },
    interactive: { type: 'button_reply', button_reply: { id: 'ok-14', title: 'Yes' } },
  },
];
const status = (word: string) => ({
  ...{ id: SENT_ID, status: word, timestamp: '1760000005', recipient_id: '31600000001' },
  conversation: { id: '9f8e7d6c5b4a39281706f5e4d3c2b1a0', origin: { type: 'utility' } },
  pricing: { billable: true, pricing_model: 'PMP', category: 'utility', type: 'regular' },
});
const STATUSES = ['sent', 'delivered', 'read', 'sent', 'delivered', 'read', 'sent', 'delivered'].map(status);

const inChange = (said: object) => ({
  object: 'whatsapp_business_account',
  entry: [
    {
      id: '102290129340398',
      changes: [
        {
          value: {
            messaging_product: 'whatsapp',
            metadata: { display_phone_number: '31200000000', phone_number_id: '1100' },
            ...said,
          },
          field: 'messages',
        },
      ],
    },
  ],
});

export const META_WHATSAPP: readonly unknown[] = [
  ...MESSAGES.map((one) => inChange({ contacts, messages: [one] })),
  ...STATUSES.map((one) =>
    inChange({ statuses: [{ ...one, biz_opaque_callback_data: 'msg_01h455vb4pex5vsknk084sn02q.1.0' }] }),
  ),
];

/** On premises: without Meta's envelope. */
export const CBOT: readonly unknown[] = [
  ...MESSAGES.map((one) => ({ contacts, messages: [one] })),
  ...STATUSES.map((one) => ({ statuses: [{ ...one, type: 'message' }] })),
];
