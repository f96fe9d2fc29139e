import type { OutgoingSample } from '../../contracts/provider.contract.js';

const at = (method: string) => `/bot123456789:AAtest/${method}`;
const to = { chat_id: '77' };
const call = (method: string, body: object) => ({ path: at(method), body: { ...to, ...body } });
const url = (name: string) => `https://example.net/${name}`;

/** Written from the Bot API's documentation, not from what the adapter makes. */
export const OUTGOING: readonly OutgoingSample[] = [
  {
    name: 'text',
    content: { kind: 'text', text: 'hi', actions: [], attachments: [] },
    calls: [call('sendMessage', { text: 'hi' })],
  },
  {
    name: 'text with title, footer, buttons, as an answer',
    content: {
      ...{ kind: 'text', text: 'Confirm?', title: 'Order 14', footer: 'shop', attachments: [] },
      actions: [
        { kind: 'POSTBACK', text: 'Yes', payload: 'ok-14' },
        { kind: 'REPLY', text: 'No' },
        { kind: 'LINK', text: 'Site', url: url('') },
      ],
    },
    replyToProviderMessageId: '77:10',
    calls: [
      call('sendMessage', {
        text: 'Order 14\n\nConfirm?\n\nshop',
        reply_markup: {
          inline_keyboard: [
            [{ text: 'Yes', callback_data: 'ok-14' }],
            [{ text: 'No', callback_data: 'No' }],
            [{ text: 'Site', url: url('') }],
          ],
        },
        reply_parameters: { message_id: 10, allow_sending_without_reply: true },
      }),
    ],
  },
  {
    name: 'a picture',
    content: { kind: 'image', text: 'Look', images: [{ url: url('a.jpg') }], actions: [] },
    calls: [call('sendPhoto', { photo: url('a.jpg'), caption: 'Look' })],
  },
  {
    name: 'an album with buttons',
    content: {
      ...{ kind: 'image', text: 'Which?', images: [{ url: url('a.jpg') }, { url: url('b.jpg') }] },
      actions: [{ kind: 'REPLY', text: 'A' }],
    },
    calls: [
      call('sendMediaGroup', {
        media: [
          { type: 'photo', media: url('a.jpg') },
          { type: 'photo', media: url('b.jpg') },
        ],
      }),
      call('sendMessage', { text: 'Which?', reply_markup: { inline_keyboard: [[{ text: 'A', callback_data: 'A' }]] } }),
    ],
  },
  {
    name: 'files of all sorts',
    content: {
      ...{ kind: 'file', text: 'Here', actions: [] },
      files: [
        { url: url('a.mp4'), contentType: 'video/mp4' },
        { url: url('a.mp3'), contentType: 'audio/mpeg' },
        { url: url('a.ogg'), contentType: 'audio/ogg; codecs=opus' },
        { url: url('a.pdf'), contentType: 'application/pdf', filename: 'a.pdf' },
      ],
    },
    calls: [
      call('sendVideo', { video: url('a.mp4'), caption: 'Here' }),
      call('sendAudio', { audio: url('a.mp3') }),
      call('sendVoice', { voice: url('a.ogg') }),
      call('sendDocument', { document: url('a.pdf') }),
    ],
  },
  {
    name: 'a place',
    content: { kind: 'location', text: '', latitude: 52.1, longitude: 4.9 },
    calls: [call('sendLocation', { latitude: 52.1, longitude: 4.9 })],
  },
  {
    name: 'a venue',
    content: {
      kind: 'location',
      text: 'Shop',
      latitude: 52.1,
      longitude: 4.9,
      label: 'Shop',
      address: 'Main street 1',
    },
    calls: [call('sendVenue', { latitude: 52.1, longitude: 4.9, title: 'Shop', address: 'Main street 1' })],
  },
  {
    name: 'a list: one button a row',
    content: {
      ...{ kind: 'list', text: 'Pick', buttonText: 'Open' },
      sections: [{ title: 'A', actions: [{ kind: 'POSTBACK', text: 'One', payload: 'r1', description: 'first' }] }],
    },
    calls: [
      call('sendMessage', {
        text: 'Pick\n\nA\n• One: first',
        reply_markup: { inline_keyboard: [[{ text: 'One', callback_data: 'r1' }]] },
      }),
    ],
  },
  {
    name: 'contacts',
    content: {
      ...{ kind: 'contacts', text: 'Mia, Bo' },
      contacts: [
        { name: 'Mia', phoneNumbers: ['+31600000001'], emails: [] },
        { name: 'Bo; Ltd', phoneNumbers: ['+31600000002'], emails: ['bo@example.net'], organization: 'Bo' },
      ],
    },
    calls: [
      call('sendContact', { phone_number: '+31600000001', first_name: 'Mia' }),
      call('sendContact', {
        ...{ phone_number: '+31600000002', first_name: 'Bo; Ltd' },
        vcard: [
          ...['BEGIN:VCARD', 'VERSION:3.0', 'FN:Bo\\; Ltd', 'N:;Bo\\; Ltd;;;', 'TEL:+31600000002'],
          ...['EMAIL:bo@example.net', 'ORG:Bo', 'END:VCARD'],
        ].join('\r\n'),
      }),
    ],
  },
  {
    name: 'a carousel: a message a card',
    content: {
      ...{ kind: 'carousel', text: 'Look' },
      cards: [
        {
          title: 'One',
          text: 'first',
          media: { url: url('1.jpg') },
          actions: [{ kind: 'LINK', text: 'Buy', url: url('1') }],
        },
        { text: 'second', actions: [] },
      ],
    },
    calls: [
      call('sendMessage', { text: 'Look' }),
      call('sendPhoto', {
        ...{ photo: url('1.jpg'), caption: 'One\n\nfirst' },
        reply_markup: { inline_keyboard: [[{ text: 'Buy', url: url('1') }]] },
      }),
      call('sendMessage', { text: 'second' }),
    ],
  },
  {
    name: 'a reaction',
    content: { kind: 'reaction', text: '👍', emoji: '👍', targetMessageId: 'msg_x' },
    replyToProviderMessageId: '77:12',
    calls: [call('setMessageReaction', { message_id: 12, reaction: [{ type: 'emoji', emoji: '👍' }] })],
  },
  {
    name: 'a reaction taken back',
    content: { kind: 'reaction', text: '', emoji: null, targetMessageId: 'msg_x' },
    replyToProviderMessageId: '77:12',
    calls: [call('setMessageReaction', { message_id: 12, reaction: [] })],
  },
];
