import type { Action, MessageContent } from '../../../src/events/message/content.js';
import type { OutgoingSample } from '../../contracts/provider.contract.js';

type Flavour = 'ON_PREMISES' | 'CLOUD';

const url = (name: string) => `https://example.net/${name}`;
const text = (said: string, more: object = {}): MessageContent => ({
  ...{ kind: 'text', text: said, actions: [], attachments: [] },
  ...more,
});
const BUTTONS: Action[] = [
  { kind: 'POSTBACK', text: 'Yes', payload: 'ok-14' },
  { kind: 'REPLY', text: 'No' },
];
const REPLIES = [
  { type: 'reply', reply: { id: 'ok-14', title: 'Yes' } },
  { type: 'reply', reply: { id: 'No', title: 'No' } },
];
const buttons = (more: object) => ({
  type: 'interactive',
  interactive: { type: 'button', ...more, action: { buttons: REPLIES } },
});

/** What both flavours have in common: everything but the frame, and the words of a plain text. */
const COMMON: readonly { readonly name: string; readonly content: MessageContent; readonly says: readonly object[] }[] =
  [
    {
      name: 'text with title, footer and buttons',
      content: text('Confirm?', { title: 'Order 14', footer: 'shop', actions: BUTTONS }),
      says: [
        buttons({ header: { type: 'text', text: 'Order 14' }, body: { text: 'Confirm?' }, footer: { text: 'shop' } }),
      ],
    },
    {
      name: 'pictures: a message each, the words with the first',
      content: { kind: 'image', text: 'Look', images: [{ url: url('a.jpg') }, { url: url('b.png') }], actions: [] },
      says: [
        { type: 'image', image: { link: url('a.jpg'), caption: 'Look' } },
        { type: 'image', image: { link: url('b.png') } },
      ],
    },
    {
      name: 'a picture with buttons is their header',
      content: { kind: 'image', text: 'Good?', images: [{ url: url('a.jpg') }], footer: 'shop', actions: BUTTONS },
      says: [
        buttons({
          ...{ header: { type: 'image', image: { link: url('a.jpg') } } },
          ...{ body: { text: 'Good?' }, footer: { text: 'shop' } },
        }),
      ],
    },
    {
      name: 'a sticker',
      content: { kind: 'image', text: '', images: [{ url: url('a.webp'), contentType: 'image/webp' }], actions: [] },
      says: [{ type: 'sticker', sticker: { link: url('a.webp') } }],
    },
    {
      name: 'files of all sorts',
      content: {
        ...{ kind: 'file', text: 'Here', actions: [] },
        files: [
          { url: url('a.mp4'), contentType: 'video/mp4' },
          { url: url('a.mp3'), contentType: 'audio/mpeg' },
          { url: url('a.pdf'), contentType: 'application/pdf', filename: 'a.pdf' },
          { url: url('a.wav'), contentType: 'audio/wav' },
        ],
      },
      says: [
        { type: 'video', video: { link: url('a.mp4'), caption: 'Here' } },
        { type: 'audio', audio: { link: url('a.mp3') } },
        { type: 'document', document: { link: url('a.pdf'), filename: 'a.pdf' } },
        { type: 'document', document: { link: url('a.wav') } },
      ],
    },
    {
      name: 'a place',
      content: {
        ...{ kind: 'location', text: 'Shop', latitude: 52.1, longitude: 4.9 },
        ...{ label: 'Shop', address: 'Main street 1' },
      },
      says: [
        { type: 'location', location: { latitude: 52.1, longitude: 4.9, name: 'Shop', address: 'Main street 1' } },
      ],
    },
    {
      name: 'a list',
      content: {
        ...{ kind: 'list', text: 'Pick', title: 'Menu', buttonText: 'Open', footer: 'shop' },
        sections: [{ title: 'A', actions: [{ kind: 'POSTBACK', text: 'One', payload: 'r1', description: 'first' }] }],
      },
      says: [
        {
          type: 'interactive',
          interactive: {
            ...{
              type: 'list',
              header: { type: 'text', text: 'Menu' },
              body: { text: 'Pick' },
              footer: { text: 'shop' },
            },
            action: {
              button: 'Open',
              sections: [{ title: 'A', rows: [{ id: 'r1', title: 'One', description: 'first' }] }],
            },
          },
        },
      ],
    },
    {
      name: 'contacts',
      content: {
        ...{ kind: 'contacts', text: 'Mia' },
        contacts: [
          { name: 'Mia', phoneNumbers: ['+31600000001'], emails: ['mia@example.net'], organization: 'Shop' },
          { name: 'Bo', phoneNumbers: [], emails: [] },
        ],
      },
      says: [
        {
          type: 'contacts',
          contacts: [
            {
              name: { formatted_name: 'Mia', first_name: 'Mia' },
              phones: [{ phone: '+31600000001' }],
              emails: [{ email: 'mia@example.net' }],
              org: { company: 'Shop' },
            },
            { name: { formatted_name: 'Bo', first_name: 'Bo' } },
          ],
        },
      ],
    },
    {
      name: 'a reaction taken back',
      content: { kind: 'reaction', text: '', emoji: null, targetMessageId: 'msg_x' },
      says: [{ type: 'reaction', reaction: { message_id: 'gBEGtarget', emoji: '' } }],
    },
    {
      name: 'a reaction',
      content: { kind: 'reaction', text: '👍', emoji: '👍', targetMessageId: 'msg_x' },
      says: [{ type: 'reaction', reaction: { message_id: 'gBEGtarget', emoji: '👍' } }],
    },
  ];

const COMPONENTS = [
  { type: 'header', parameters: [{ type: 'image', image: { link: url('h.jpg') } }] },
  {
    type: 'body',
    parameters: [
      { type: 'text', text: 'Mia' },
      { type: 'text', text: '14' },
    ],
  },
];
const TEMPLATE: Extract<MessageContent, { kind: 'template' }> = {
  ...{ kind: 'template', text: '', name: 'order_ready', locale: 'nl' },
  parameters: [
    { key: '2', part: 'BODY', value: '14' },
    { key: '1', part: 'BODY', value: 'Mia' },
    { key: '1', part: 'HEADER', media: { url: url('h.jpg'), contentType: 'image/jpeg' } },
  ],
};
const language = { policy: 'deterministic', code: 'nl' };

const isReaction = ({ kind }: MessageContent): boolean => kind === 'reaction';
const targetOf = (content: MessageContent) => (isReaction(content) ? { replyToProviderMessageId: 'gBEGtarget' } : {});

/** Written from the contract: On-Premises. */
export const ON_PREMISES: readonly OutgoingSample[] = [
  {
    name: 'text, as the seed has it',
    content: text('hi'),
    calls: [onPremises({ type: 'text', text: { body: 'hi' }, preview_url: false })],
  },
  {
    name: 'text as an answer, with title and footer above and below',
    content: text('hi', { title: 'Order 14', footer: 'shop' }),
    replyToProviderMessageId: 'ABGGasked',
    calls: [
      onPremises({
        ...{ context: { message_id: 'ABGGasked' } },
        ...{ type: 'text', text: { body: 'Order 14\n\nhi\n\nshop' }, preview_url: false },
      }),
    ],
  },
  ...COMMON.map(({ name, content, says }) => ({ name, content, ...targetOf(content), calls: says.map(onPremises) })),
  {
    name: 'a template, with its namespace',
    content: TEMPLATE,
    calls: [
      onPremises({
        type: 'template',
        template: { namespace: 'ns_1', name: 'order_ready', language, components: COMPONENTS },
      }),
    ],
  },
];

/** Written from the contract: Cloud. */
export const cloudOf = (reference: string): readonly OutgoingSample[] => {
  const cloud = (said: object) => call('CLOUD', { biz_opaque_callback_data: reference, ...said });
  return [
    { name: 'text', content: text('hi'), calls: [cloud({ type: 'text', text: { body: 'hi', preview_url: false } })] },
    {
      name: 'text as an answer',
      content: text('hi'),
      replyToProviderMessageId: 'wamid.ASKED',
      calls: [
        cloud({ context: { message_id: 'wamid.ASKED' }, type: 'text', text: { body: 'hi', preview_url: false } }),
      ],
    },
    ...COMMON.map(({ name, content, says }) => ({ name, content, ...targetOf(content), calls: says.map(cloud) })),
    {
      name: 'a link',
      content: text('See it', { actions: [{ kind: 'LINK', text: 'Open', url: url('o/14') }] }),
      calls: [
        cloud({
          type: 'interactive',
          interactive: {
            ...{ type: 'cta_url', body: { text: 'See it' } },
            action: { name: 'cta_url', parameters: { display_text: 'Open', url: url('o/14') } },
          },
        }),
      ],
    },
    {
      name: 'a carousel',
      content: {
        ...{ kind: 'carousel', text: 'Look' },
        cards: ['1', '2'].map((name) => ({
          ...{ text: name, media: { url: url(`${name}.jpg`) } },
          actions: [{ kind: 'LINK' as const, text: 'Buy', url: url(name) }],
        })),
      },
      calls: [
        cloud({
          type: 'interactive',
          interactive: {
            ...{ type: 'carousel', body: { text: 'Look' } },
            action: {
              cards: ['1', '2'].map((name, index) => ({
                ...{ card_index: index, type: 'cta_url' },
                header: { type: 'image', image: { link: url(`${name}.jpg`) } },
                body: { text: name },
                action: { name: 'cta_url', parameters: { display_text: 'Buy', url: url(name) } },
              })),
            },
          },
        }),
      ],
    },
    {
      name: 'a template',
      content: TEMPLATE,
      calls: [cloud({ type: 'template', template: { name: 'order_ready', language, components: COMPONENTS } })],
    },
  ];
};

function onPremises(said: object) {
  return call('ON_PREMISES', said);
}

function call(flavour: Flavour, said: object) {
  const frame = { recipient_type: 'individual', to: '31600000001' };
  return flavour === 'CLOUD'
    ? { path: '/messages', body: { messaging_product: 'whatsapp', ...frame, ...said } }
    : { path: '/v1/messages', body: { ...frame, ...said } };
}
