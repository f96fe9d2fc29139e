import type { OutgoingSample } from '../../contracts/provider.contract.js';

/** The reference that the suite's calls carry. */
const webhookPayload = 'msg_01h455vb4pex5vsknk084sn02q.1.0';
const chat = { channelId: 'shop-whatsapp-31200000000', contactId: '31600000001' };
const url = (name: string) => `https://example.net/${name}`;

const send = (message: object) => ({
  path: '/v2.0/chats-actions/send-messages',
  body: { chat, messages: [{ ...message, webhookPayload }] },
});

/** Written from the vendor's documentation, not from what the adapter makes. */
export const OUTGOING: readonly OutgoingSample[] = [
  {
    name: 'text',
    content: { kind: 'text', text: 'Hi *Mia*', actions: [], attachments: [] },
    calls: [send({ text: 'Hi *Mia*' })],
  },
  {
    name: 'text with buttons: a payload is an intent',
    content: {
      ...{ kind: 'text', text: 'Confirm?', attachments: [] },
      actions: [
        { kind: 'POSTBACK', text: 'Yes', payload: 'order-confirmed' },
        { kind: 'REPLY', text: 'No' },
      ],
    },
    calls: [send({ text: 'Confirm?', buttons: [{ label: 'Yes', intent: 'order-confirmed' }, { label: 'No' }] })],
  },
  {
    name: 'text with title and footer',
    content: { kind: 'text', text: 'It is there.', title: 'Order 14', footer: 'shop', actions: [], attachments: [] },
    calls: [send({ text: 'Order 14\n\nIt is there.\n\nshop' })],
  },
  {
    name: 'text with title, footer and intents, in the form of WhatsApp',
    content: {
      ...{ kind: 'text', text: 'Confirm?', title: 'Order 14', footer: 'shop', attachments: [] },
      actions: [{ kind: 'POSTBACK', text: 'Yes', payload: 'order-confirmed' }],
    },
    calls: [
      send({
        whatsappInteractive: {
          ...{ header: { type: 'text', content: 'Order 14' }, body: 'Confirm?', footer: 'shop' },
          action: { type: 'intent', buttons: [{ label: 'Yes', intent: 'order-confirmed' }] },
        },
      }),
    ],
  },
  {
    name: 'text with title, footer and more than WhatsApp has room for',
    content: {
      ...{ kind: 'text', text: 'Which?', title: 'Order 14', attachments: [] },
      actions: ['a', 'b', 'c', 'd'].map((text) => ({ kind: 'POSTBACK' as const, text, payload: text })),
    },
    calls: [
      send({
        text: 'Order 14\n\nWhich?',
        buttons: ['a', 'b', 'c', 'd'].map((label) => ({ label, intent: label })),
      }),
    ],
  },
  {
    name: 'a link',
    content: {
      ...{ kind: 'text', text: 'Look', attachments: [] },
      actions: [{ kind: 'LINK', text: 'Shop', url: url('shop') }],
    },
    calls: [
      send({ whatsappInteractive: { body: 'Look', action: { type: 'url', urlLink: url('shop'), label: 'Shop' } } }),
    ],
  },
  {
    name: 'a list',
    content: {
      ...{ kind: 'list', text: 'Pick', title: 'Menu', buttonText: 'Open', footer: 'shop' },
      sections: [
        { title: 'Warm', actions: [{ kind: 'POSTBACK', text: 'Soup', payload: 'row-1', description: 'of the day' }] },
        { title: 'Cold', actions: [{ kind: 'REPLY', text: 'Salad' }] },
      ],
    },
    calls: [
      send({
        whatsappInteractive: {
          ...{ header: { type: 'text', content: 'Menu' }, body: 'Pick', footer: 'shop' },
          action: {
            ...{ type: 'list', button: 'Open' },
            sections: [
              { title: 'Warm', rows: [{ id: 'row-1', title: 'Soup', description: 'of the day' }] },
              { title: 'Cold', rows: [{ id: 'Salad', title: 'Salad' }] },
            ],
          },
        },
      }),
    ],
  },
  {
    name: 'pictures with words',
    content: {
      ...{ kind: 'image', text: 'Look', actions: [] },
      images: [{ url: url('a.jpg'), contentType: 'image/jpeg', filename: 'a.jpg' }, { url: url('b.PNG?size=2') }],
    },
    calls: [
      send({ media: { url: url('a.jpg'), mimeType: 'image/jpeg', filename: 'a.jpg' }, text: 'Look' }),
      send({ media: { url: url('b.PNG?size=2'), mimeType: 'image/png' } }),
    ],
  },
  {
    name: 'a picture with buttons, which follow it',
    content: {
      ...{ kind: 'image', text: 'Yours?', footer: 'shop', images: [{ url: url('a.jpg') }] },
      actions: [{ kind: 'REPLY', text: 'Yes' }],
    },
    calls: [
      send({ media: { url: url('a.jpg'), mimeType: 'image/jpeg' } }),
      send({ text: 'Yours?\n\nshop', buttons: [{ label: 'Yes' }] }),
    ],
  },
  {
    name: 'files of all sorts',
    content: {
      ...{ kind: 'file', text: '', actions: [] },
      files: [
        { url: url('a'), contentType: 'audio/ogg; codecs=opus' },
        { url: url('a'), contentType: 'application/pdf', filename: 'bill.pdf' },
        { url: url('a'), contentType: 'application/vnd.ms-excel', filename: 'sums.xls' },
        { url: url('a.mp4') },
        { url: url('a'), filename: 'b.3gp' },
      ],
    },
    calls: [
      send({ media: { url: url('a'), mimeType: 'audio/ogg' } }),
      send({ media: { url: url('a'), mimeType: 'application/pdf', filename: 'bill.pdf' } }),
      send({ media: { url: url('a'), mimeType: 'file/vnd.ms-excel', filename: 'sums.xls' } }),
      send({ media: { url: url('a.mp4'), mimeType: 'video/mp4' } }),
      send({ media: { url: url('a'), mimeType: 'video/3gpp', filename: 'b.3gp' } }),
    ],
  },
  {
    name: 'a place: its numbers as text',
    content: {
      kind: 'location',
      text: 'Shop',
      latitude: 52.1,
      longitude: -4.9,
      label: 'Shop',
      address: 'Main street 1',
    },
    calls: [send({ location: { latitude: '52.1', longitude: '-4.9', name: 'Shop', address: 'Main street 1' } })],
  },
  {
    name: 'a place without a name',
    content: { kind: 'location', text: '', latitude: 52, longitude: 4.9 },
    calls: [send({ location: { latitude: '52', longitude: '4.9' } })],
  },
  {
    name: 'contacts',
    content: {
      ...{ kind: 'contacts', text: 'Mia Anna de Jong, Bo' },
      contacts: [
        { name: 'Mia Anna de Jong', phoneNumbers: ['+31600000002'], emails: ['mia@example.net'] },
        { name: 'Bo', phoneNumbers: ['+31600000003', '+31600000004'], emails: [] },
      ],
    },
    calls: [
      send({
        contact: {
          ...{ firstName: 'Mia', middleName: 'Anna de', lastName: 'Jong' },
          ...{ emails: ['mia@example.net'], phones: ['+31600000002'] },
        },
      }),
      send({ contact: { firstName: 'Bo', emails: [], phones: ['+31600000003', '+31600000004'] } }),
    ],
  },
  {
    name: 'a template',
    content: {
      ...{ kind: 'template', text: '', name: 'order_ready' },
      parameters: [{ key: 'name', part: 'BODY', value: 'Mia' }],
    },
    calls: [
      {
        path: '/v2.0/chats-actions/trigger-intent',
        body: { chat, intentIdOrName: 'order_ready', variables: { name: 'Mia' }, webhookPayload },
      },
    ],
  },
  {
    name: 'a template without blanks',
    content: { kind: 'template', text: '', name: 'welcome', parameters: [] },
    calls: [
      {
        path: '/v2.0/chats-actions/trigger-intent',
        body: { chat, intentIdOrName: 'welcome', webhookPayload },
      },
    ],
  },
  {
    name: 'a reaction',
    content: { kind: 'reaction', text: '👍', emoji: '👍', targetMessageId: 'msg_x' },
    replyToProviderMessageId: 'ABCDEFGHIJ0123456789',
    calls: [{ path: '/v2.0/chats-actions/send-reaction', body: { messageId: 'ABCDEFGHIJ0123456789', reaction: '👍' } }],
  },
  {
    name: 'a reaction taken back',
    content: { kind: 'reaction', text: '', emoji: null, targetMessageId: 'msg_x' },
    replyToProviderMessageId: 'ABCDEFGHIJ0123456789',
    calls: [
      {
        ...{ method: 'DELETE', path: '/v2.0/chats-actions/send-reaction' },
        body: { messageId: 'ABCDEFGHIJ0123456789' },
      },
    ],
  },
];
