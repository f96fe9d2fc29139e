import type { BenchedKind } from './open-channel.js';
import { META_INSTAGRAM, META_MESSENGER } from './everyday-messaging.js';
import { CBOT, META_WHATSAPP } from './everyday-whatsapp.js';

// What a customer's day is made of: the receipts of what goes out (from Messenger and Instagram its echoes as well), and about
// half as many messages that come in, words, taps and pictures. Telegram tells of no receipts. Each has the fields that its
// provider really sends, also those that nobody reads.

const BIRD_MESSAGE = {
  ...{ id: '5f1c2b9e-7c1d-4e0a-8a1c-1d2e3f405162', channelId: '5f1c2b9e-0000-4000-8000-000000000002' },
  ...{ reason: '', details: '', parts: [{ platformReference: 'wamid.HBgLMzE2MDAwMDAwMDEVAgARGBI5QTNDQTVCM0Q0' }] },
  ...{ lastStatusAt: '2026-05-01T10:00:05.123Z', createdAt: '2026-05-01T10:00:00.001Z' },
  updatedAt: '2026-05-01T10:00:05.456Z',
};
const birdIn = (body: object) => ({
  ...{ service: 'channels', event: 'whatsapp.inbound' },
  payload: {
    ...BIRD_MESSAGE,
    sender: {
      contact: {
        ...{ id: '0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d', identifierKey: 'phonenumber' },
        ...{ identifierValue: '+31600000001', annotations: { name: 'Mia Jansen' } },
        identifiers: [{ identifierKey: 'phonenumber', identifierValue: '+31600000001' }],
      },
    },
    receiver: { connector: { id: '5f1c2b9e-0000-4000-8000-000000000002', identifierValue: '' } },
    ...{ body, meta: { extraInformation: { timestamp: '1777629600' } }, reference: '' },
    ...{ status: 'delivered', direction: 'incoming' },
  },
});
const birdOut = (status: string) => ({
  ...{ service: 'channels', event: 'whatsapp.outbound' },
  payload: {
    ...BIRD_MESSAGE,
    sender: { connector: { id: 'c-1', identifierValue: '+31200000000', annotations: { name: 'The shop' } } },
    receiver: { contacts: [{ id: 'k-1', identifierKey: 'phonenumber', identifierValue: '+31600000001' }] },
    body: { type: 'text', text: { text: 'Your parcel is on its way. It will be with you tomorrow before noon.' } },
    ...{ reference: 'msg_01h455vb4pex5vsknk084sn02q.1.0', status, direction: 'outgoing', failure: null },
  },
});
const BIRD: readonly unknown[] = [
  birdIn({ type: 'text', text: { text: 'When will it be here? I am at home from ten on.' } }),
  birdIn({
    type: 'text',
    text: { text: 'Yes', actions: [{ type: 'postback', postback: { text: 'Yes', payload: 'ok-14' } }] },
  }),
  ...['sent', 'delivered', 'sent', 'delivered'].map(birdOut),
  {
    ...{ service: 'channels', event: 'whatsapp.interaction' },
    payload: {
      ...{ messageId: BIRD_MESSAGE.id, channelId: BIRD_MESSAGE.channelId, type: 'read' },
      createdAt: '2026-05-01T10:02:00.000Z',
    },
  },
];

const BOTMAKER_FRAME = {
  ...{ v: '1.1', type: 'message', chatPlatform: 'whatsapp', contactId: '31600000001', whatsappNumber: '31200000000' },
  ...{ chatIdInChatPlatform: '', chatChannelId: 'shop-whatsapp-31200000000', customerId: 'KTS7AVX9QXS40IWKCWNP' },
  ...{ firstName: 'Mia', lastName: 'Jansen', customerCreationTime: '2026-01-01T10:00:00.000Z' },
  ...{ sessionCreationTime: '2026-05-01T09:00:00.000Z', whatsappNickName: 'Mia', txId: 'K4E5R6T7Y8U9I0O1P2A3' },
};
const botmakerSaid = (said: object) => ({
  ...BOTMAKER_FRAME,
  messages: [
    {
      ...{ _id: 'Q1W2E3R4T5Y6U7I8O9P0', date: '2026-05-01T09:00:01.000Z', fromName: 'Mia Jansen', from: 'user' },
      ...said,
    },
  ],
});
const BOTMAKER: readonly unknown[] = [
  botmakerSaid({ message: 'When will it be here? I am at home from ten on.' }),
  botmakerSaid({ image: 'https://storage.example.net/botmaker/media/2026/05/01/a1b2c3d4e5.jpg', caption: 'This one' }),
  ...['sent', 'delivered', 'read', 'delivered'].map((status) => ({
    ...{ ...BOTMAKER_FRAME, type: 'status', _id: 'Z0X9C8V7B6N5M4L3K2J1', date: '2026-05-01T09:00:05.000Z' },
    ...{ status, webhookPayload: 'msg_01h455vb4pex5vsknk084sn02q.1.0' },
  })),
];

const WHAUTOCHAT: readonly unknown[] = [
  {
    ...{
      type: 'message',
      id: 'm_64f0c2a9e1b7',
      contact: { id: 'c_1', phoneNumber: '31600000001', name: 'Mia Jansen' },
    },
    ...{ text: 'When will it be here? I am at home from ten on.', timestamp: '2026-05-01T09:00:00.000Z' },
  },
  ...['sent', 'delivered', 'read'].map((status) => ({
    ...{ type: 'status', id: 'm_64f0c2a9e1b8', status, timestamp: '2026-05-01T09:00:05.000Z' },
  })),
];

const MIA = { id: 5_001_234_567, is_bot: false, first_name: 'Mia', last_name: 'Jansen', language_code: 'nl' };
const PRIVATE = { id: 5_001_234_567, first_name: 'Mia', last_name: 'Jansen', type: 'private' };
const telegramSaid = (said: object) => ({
  update_id: 731_000_123,
  message: { message_id: 4_012, from: MIA, chat: PRIVATE, date: 1_760_000_000, ...said },
});
const photo = (size: number) => ({
  ...{ file_id: `AgACAgQAAxkBAAIP${size}xl0Q5mY1tq3X7v0b2c8d4e6f`, file_unique_id: `AQAD${size}` },
  ...{ file_size: size * 60, width: size, height: size },
});
const TELEGRAM: readonly unknown[] = [
  telegramSaid({ text: 'When will it be here? I am at home from ten on.' }),
  telegramSaid({ text: 'Yes, that one', reply_to_message: { message_id: 4_010, chat: PRIVATE, date: 1_759_999_990 } }),
  telegramSaid({ photo: [90, 320, 800, 1_280].map(photo), caption: 'This one' }),
  {
    update_id: 731_000_124,
    callback_query: {
      ...{ id: '21480180000000001', from: MIA, chat_instance: '-884400', data: 'ok-14' },
      message: {
        ...{ message_id: 4_011, chat: PRIVATE, date: 1_759_999_999, text: 'Shall we bring it tomorrow?' },
        reply_markup: {
          inline_keyboard: [[{ text: 'Yes', callback_data: 'ok-14' }], [{ text: 'No', callback_data: 'no-14' }]],
        },
      },
    },
  },
];

export const EVERYDAY: Readonly<Record<BenchedKind, readonly unknown[]>> = {
  ...{ BIRD, BOTMAKER, CBOT, WHAUTOCHAT, META_WHATSAPP, META_MESSENGER, META_INSTAGRAM, TELEGRAM },
};
