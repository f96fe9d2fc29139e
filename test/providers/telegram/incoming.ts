import type { IncomingSample } from '../../contracts/provider.contract.js';

const AT = new Date(1_760_000_000_000);
const frame = {
  ...{ message_id: 12, date: 1_760_000_000 },
  from: { id: 77, is_bot: false, first_name: 'Mia', language_code: 'nl' },
  chat: { id: 77, type: 'private', first_name: 'Mia' },
};
const update = (said: object) => ({ update_id: 900, ...said });
const message = (said: object) => update({ message: { ...frame, ...said } });
const received = (content: object) => ({
  ...{ kind: 'received', providerMessageId: '77:12', address: '77', displayName: 'Mia', occurredAt: AT },
  content,
});
const file = (id: string) => ({ file_id: id, file_unique_id: 'u', file_size: 10 });

/** Written from the Bot API's documentation. */
export const INCOMING: readonly IncomingSample[] = [
  {
    name: 'text',
    body: message({ text: 'hi', entities: [] }),
    says: [received({ kind: 'text', text: 'hi' })],
  },
  {
    name: 'an answer to a message',
    body: message({ text: 'yes', reply_to_message: { ...frame, message_id: 10, text: 'Confirm?' } }),
    says: [{ ...received({ text: 'yes' }), replyToProviderMessageId: '77:10' }],
  },
  {
    name: 'a photo: its largest size',
    body: message({ photo: [file('small'), file('large')], caption: 'Look', media_group_id: 'g1' }),
    says: [
      {
        ...received({
          kind: 'image',
          text: 'Look',
          images: [{ url: 'provider-media:large', contentType: 'image/jpeg' }],
        }),
        providerData: { media_group_id: 'g1' },
      },
    ],
  },
  {
    name: 'a sticker',
    body: message({ sticker: { ...file('s'), type: 'regular', is_animated: false, is_video: false, emoji: '😀' } }),
    says: [received({ kind: 'image', images: [{ contentType: 'image/webp', altText: '😀' }] })],
  },
  ...(['video', 'audio', 'voice', 'video_note', 'document'] as const).map((kind) => ({
    name: kind,
    body: message({ [kind]: { ...file(kind), mime_type: 'a/b', file_name: 'n' } }),
    says: [received({ kind: 'file', files: [{ url: `provider-media:${kind}`, contentType: 'a/b', filename: 'n' }] })],
  })),
  {
    name: 'an animation, which is a document too',
    body: message({ animation: file('anim'), document: file('doc') }),
    says: [received({ kind: 'file', files: [{ url: 'provider-media:anim' }] })],
  },
  {
    name: 'a place',
    body: message({ location: { latitude: 52.1, longitude: 4.9 } }),
    says: [received({ kind: 'location', latitude: 52.1, longitude: 4.9 })],
  },
  {
    name: 'a venue',
    body: message({
      venue: { location: { latitude: 52.1, longitude: 4.9 }, title: 'Shop', address: 'Main street 1' },
      location: { latitude: 52.1, longitude: 4.9 },
    }),
    says: [received({ kind: 'location', text: 'Shop', label: 'Shop', address: 'Main street 1' })],
  },
  {
    name: 'a contact',
    body: message({ contact: { phone_number: '31600000001', first_name: 'Bo', last_name: 'Li', user_id: 5 } }),
    says: [received({ kind: 'contacts', contacts: [{ name: 'Bo Li', phoneNumbers: ['31600000001'] }] })],
  },
  {
    name: 'what a web app sent',
    body: message({ web_app_data: { data: '{"size":"M"}', button_text: 'Order' } }),
    says: [
      received({ kind: 'text', text: 'Order', tapped: { kind: 'POSTBACK', text: 'Order', payload: '{"size":"M"}' } }),
    ],
  },
  {
    name: 'forwarded, quoting a message of another chat',
    body: message({
      ...{
        text: 'see',
        forward_origin: { type: 'hidden_user', sender_user_name: 'Bo' },
        quote: { text: 'it', position: 0 },
      },
      external_reply: { origin: { type: 'channel' }, message_id: 3 },
    }),
    says: [
      {
        ...received({ text: 'see' }),
        providerData: {
          forward_origin: { type: 'hidden_user' },
          quote: { text: 'it' },
          external_reply: { message_id: 3 },
        },
      },
    ],
  },
  {
    name: 'into a group',
    body: message({ chat: { id: -1_001, type: 'supergroup', title: 'Us' }, text: 'hi' }),
    says: [
      {
        ...{ kind: 'received', providerMessageId: '-1001:12', address: '-1001', displayName: 'Us' },
        providerData: { from: { id: 77, first_name: 'Mia' } },
      },
    ],
  },
  {
    name: 'a kind that is not known, in a topic of a group',
    body: message({ is_topic_message: true, message_thread_id: 4, poll: { id: '1', question: 'When?' } }),
    says: [received({ kind: 'unsupported', providerKind: 'poll' })],
  },
  {
    name: 'a kind that is not known',
    body: message({ dice: { emoji: '🎲', value: 3 } }),
    says: [received({ kind: 'unsupported', providerKind: 'dice' })],
  },
  {
    name: 'a tap: its label stands on the message that offered it',
    body: update({
      callback_query: {
        ...{ id: '4455', from: frame.from, chat_instance: '1', data: 'ok-14' },
        message: {
          ...{ ...frame, message_id: 10, text: 'Confirm?' },
          reply_markup: { inline_keyboard: [[{ text: 'Yes', callback_data: 'ok-14' }]] },
        },
      },
    }),
    says: [
      {
        ...{ kind: 'received', providerMessageId: 'tap:4455', address: '77', replyToProviderMessageId: '77:10' },
        content: { kind: 'text', text: 'Yes', tapped: { kind: 'POSTBACK', text: 'Yes', payload: 'ok-14' } },
      },
    ],
  },
  {
    name: 'an edit',
    body: update({ edited_message: { ...frame, edit_date: 1_760_000_005, text: 'hello' } }),
    says: [
      {
        ...{ kind: 'edited', providerMessageId: '77:12', address: '77', occasion: '1760000005' },
        content: { kind: 'text', text: 'hello' },
      },
    ],
  },
  {
    name: 'a reaction',
    body: update({
      message_reaction: {
        ...{ chat: frame.chat, message_id: 12, user: frame.from, date: 1_760_000_000, old_reaction: [] },
        new_reaction: [{ type: 'emoji', emoji: '👍' }],
      },
    }),
    says: [{ kind: 'reacted', providerMessageId: '77:12', address: '77', emoji: '👍', occasion: '900' }],
  },
  {
    name: 'a reaction taken back',
    body: update({
      message_reaction: {
        ...{ chat: frame.chat, message_id: 12, date: 1_760_000_000, new_reaction: [] },
        old_reaction: [{ type: 'emoji', emoji: '👍' }],
      },
    }),
    says: [{ kind: 'reacted', emoji: null }],
  },
  ...(
    [
      ['a star that was paid for', [{ type: 'paid' }], { kind: 'reacted', emoji: '⭐' }],
      ['a picture of his own', [{ type: 'custom_emoji', custom_emoji_id: '5' }], { kind: 'uninterpreted' }],
      ['a picture and an emoji', [{ type: 'custom_emoji' }, { type: 'emoji', emoji: '🔥' }], { emoji: '🔥' }],
    ] as const
  ).map(([name, reactions, said]) => ({
    name: `a reaction: ${name}`,
    body: update({
      message_reaction: {
        chat: frame.chat,
        message_id: 12,
        date: 1_760_000_000,
        old_reaction: [],
        new_reaction: reactions,
      },
    }),
    says: [said],
  })),
  {
    name: 'a group that becomes a supergroup',
    body: message({ chat: { id: -5, type: 'group', title: 'Us' }, migrate_to_chat_id: -1_001_234_567_890 }),
    says: [{ kind: 'address_changed', from: '-5', to: '-1001234567890' }],
  },
  {
    name: 'somebody joins',
    body: message({ new_chat_members: [frame.from] }),
    says: [{ kind: 'ignored' }],
  },
  {
    name: 'a block',
    body: update({ my_chat_member: { chat: frame.chat, new_chat_member: { status: 'kicked' } } }),
    says: [{ kind: 'ignored' }],
  },
  { name: 'an update that is not known', body: update({ new_thing: {} }), says: [{ kind: 'uninterpreted' }] },
  { name: 'no update', body: { hello: 1 }, says: [{ kind: 'uninterpreted' }] },
];
