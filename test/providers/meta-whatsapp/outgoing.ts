import type { MessageContent } from '../../../src/events/message/content.js';
import type { OutgoingSample } from '../../contracts/provider.contract.js';

/** What the suite hands each call as its reference. */
const REFERENCE = 'msg_01h455vb4pex5vsknk084sn02q.1.0';
const call = (type: string, object: unknown, more: object = {}) => ({
  path: '/v25.0/1100/messages',
  body: {
    ...{ messaging_product: 'whatsapp', recipient_type: 'individual', to: '31600000001', type },
    ...{ biz_opaque_callback_data: REFERENCE, [type]: object, ...more },
  },
});
const url = (name: string) => `https://example.net/${name}`;
const text = (body: string) => call('text', { body, preview_url: false });
const answers = { context: { message_id: 'wamid.REPLY_TO' } };
const template = (
  parameters: Extract<MessageContent, { kind: 'template' }>['parameters'],
): Extract<MessageContent, { kind: 'template' }> => ({
  ...{ kind: 'template', text: '', name: 'order_ready', locale: 'nl', parameters },
});
const filled = (components: readonly object[]) =>
  call('template', { name: 'order_ready', language: { code: 'nl', policy: 'deterministic' }, components });

/** Words, and what can be tapped below them. */
const WORDS: readonly OutgoingSample[] = [
  {
    name: 'text',
    content: { kind: 'text', text: 'hi', actions: [], attachments: [] },
    calls: [text('hi')],
  },
  {
    name: 'text as an answer, with title and footer',
    content: { kind: 'text', text: 'hi', title: 'Order 14', footer: 'shop', actions: [], attachments: [] },
    replyToProviderMessageId: 'wamid.REPLY_TO',
    calls: [call('text', { body: 'Order 14\n\nhi\n\nshop', preview_url: false }, answers)],
  },
  {
    name: 'buttons',
    content: {
      ...{ kind: 'text', text: 'Confirm?', title: 'Order 14', footer: 'shop', attachments: [] },
      actions: [
        { kind: 'POSTBACK', text: 'Yes', payload: 'ok-14' },
        { kind: 'REPLY', text: 'No' },
      ],
    },
    replyToProviderMessageId: 'wamid.REPLY_TO',
    calls: [
      call(
        'interactive',
        {
          ...{ type: 'button', header: { type: 'text', text: 'Order 14' }, body: { text: 'Confirm?' } },
          footer: { text: 'shop' },
          action: {
            buttons: [
              { type: 'reply', reply: { id: 'ok-14', title: 'Yes' } },
              { type: 'reply', reply: { id: 'No', title: 'No' } },
            ],
          },
        },
        answers,
      ),
    ],
  },
  {
    name: 'a link',
    content: {
      ...{ kind: 'text', text: 'See it', attachments: [] },
      actions: [{ kind: 'LINK', text: 'Open', url: url('o/14') }],
    },
    calls: [
      call('interactive', {
        ...{ type: 'cta_url', body: { text: 'See it' } },
        action: { name: 'cta_url', parameters: { display_text: 'Open', url: url('o/14') } },
      }),
    ],
  },
];

const MEDIA: readonly OutgoingSample[] = [
  {
    name: 'a picture, as an answer',
    content: { kind: 'image', text: 'Look', images: [{ url: url('a.jpg') }], footer: 'shop', actions: [] },
    replyToProviderMessageId: 'wamid.REPLY_TO',
    calls: [call('image', { link: url('a.jpg'), caption: 'Look\n\nshop' }, answers)],
  },
  {
    name: 'a picture above buttons',
    content: {
      ...{ kind: 'image', text: 'This one?', images: [{ url: url('a.png'), contentType: 'image/png' }] },
      actions: [{ kind: 'REPLY', text: 'Yes' }],
    },
    calls: [
      call('interactive', {
        ...{ type: 'button', header: { type: 'image', image: { link: url('a.png') } }, body: { text: 'This one?' } },
        action: { buttons: [{ type: 'reply', reply: { id: 'Yes', title: 'Yes' } }] },
      }),
    ],
  },
  {
    name: 'several pictures, and buttons below them',
    content: {
      ...{ kind: 'image', text: 'Which?', images: [{ url: url('a.jpg') }, { url: url('b.jpg') }], footer: 'shop' },
      actions: [{ kind: 'REPLY', text: 'A' }],
    },
    calls: [
      call('image', { link: url('a.jpg') }),
      call('image', { link: url('b.jpg') }),
      call('interactive', {
        ...{ type: 'button', body: { text: 'Which?' }, footer: { text: 'shop' } },
        action: { buttons: [{ type: 'reply', reply: { id: 'A', title: 'A' } }] },
      }),
    ],
  },
  {
    name: 'a sticker, which has no words',
    content: { kind: 'image', text: 'Ha', images: [{ url: url('a.webp'), contentType: 'image/webp' }], actions: [] },
    calls: [text('Ha'), call('sticker', { link: url('a.webp') })],
  },
  {
    name: 'files of all sorts: the first that takes words has them',
    content: {
      ...{ kind: 'file', text: 'Here', actions: [] },
      files: [
        { url: url('a.ogg'), contentType: 'audio/ogg; codecs=opus' },
        { url: url('a.mp4'), contentType: 'video/mp4', filename: 'a.mp4' },
        { url: url('a.pdf'), contentType: 'application/pdf', filename: 'a.pdf' },
        { url: url('a.mov'), contentType: 'video/quicktime' },
        { url: url('a') },
      ],
    },
    calls: [
      call('audio', { link: url('a.ogg') }),
      call('video', { link: url('a.mp4'), caption: 'Here' }),
      call('document', { link: url('a.pdf'), filename: 'a.pdf' }),
      call('document', { link: url('a.mov') }),
      call('document', { link: url('a') }),
    ],
  },
  {
    name: 'a document above a link',
    content: {
      ...{ kind: 'file', text: 'Your bill', footer: 'shop' },
      files: [{ url: url('a.pdf'), contentType: 'application/pdf', filename: 'bill.pdf' }],
      actions: [{ kind: 'LINK', text: 'Pay', url: url('pay') }],
    },
    calls: [
      call('interactive', {
        type: 'cta_url',
        header: { type: 'document', document: { link: url('a.pdf'), filename: 'bill.pdf' } },
        ...{ body: { text: 'Your bill' }, footer: { text: 'shop' } },
        action: { name: 'cta_url', parameters: { display_text: 'Pay', url: url('pay') } },
      }),
    ],
  },
];

const PLACES_AND_PEOPLE: readonly OutgoingSample[] = [
  {
    name: 'a place',
    content: {
      ...{ kind: 'location', text: 'Shop', label: 'Shop', address: 'Main street 1' },
      ...{ latitude: 52.1, longitude: 4.9 },
    },
    calls: [call('location', { latitude: 52.1, longitude: 4.9, name: 'Shop', address: 'Main street 1' })],
  },
  {
    name: 'contacts',
    content: {
      ...{ kind: 'contacts', text: 'Mia, Bo' },
      contacts: [
        { name: 'Mia', phoneNumbers: ['+31600000001'], emails: [] },
        { name: 'Bo', phoneNumbers: [], emails: ['bo@example.net'], organization: 'Bo Ltd' },
      ],
    },
    calls: [
      call('contacts', [
        { name: { formatted_name: 'Mia', first_name: 'Mia' }, phones: [{ phone: '+31600000001' }] },
        {
          ...{ name: { formatted_name: 'Bo', first_name: 'Bo' }, emails: [{ email: 'bo@example.net' }] },
          org: { company: 'Bo Ltd' },
        },
      ]),
    ],
  },
  {
    name: 'a reaction',
    content: { kind: 'reaction', text: '👍', emoji: '👍', targetMessageId: 'msg_x' },
    replyToProviderMessageId: 'wamid.A',
    calls: [call('reaction', { message_id: 'wamid.A', emoji: '👍' })],
  },
  {
    name: 'a reaction taken back',
    content: { kind: 'reaction', text: '', emoji: null, targetMessageId: 'msg_x' },
    replyToProviderMessageId: 'wamid.A',
    calls: [call('reaction', { message_id: 'wamid.A', emoji: '' })],
  },
];

const MENUS: readonly OutgoingSample[] = [
  {
    name: 'a list',
    content: {
      ...{ kind: 'list', text: 'Pick', title: 'Menu', footer: 'shop', buttonText: 'Open' },
      sections: [
        { title: 'A', actions: [{ kind: 'POSTBACK', text: 'One', payload: 'r1', description: 'first' }] },
        { title: 'B', actions: [{ kind: 'REPLY', text: 'Two' }] },
      ],
    },
    calls: [
      call('interactive', {
        ...{ type: 'list', header: { type: 'text', text: 'Menu' }, body: { text: 'Pick' }, footer: { text: 'shop' } },
        action: {
          button: 'Open',
          sections: [
            { title: 'A', rows: [{ id: 'r1', title: 'One', description: 'first' }] },
            { title: 'B', rows: [{ id: 'Two', title: 'Two' }] },
          ],
        },
      }),
    ],
  },
  {
    name: 'cards with links',
    content: {
      ...{ kind: 'carousel', text: 'Look' },
      cards: ['one', 'two'].map((name) => ({
        ...{ title: name, text: 'new', media: { url: url(`${name}.jpg`) } },
        actions: [{ kind: 'LINK', text: 'Buy', url: url(name) }],
      })),
    },
    calls: [
      call('interactive', {
        ...{ type: 'carousel', body: { text: 'Look' } },
        action: {
          cards: ['one', 'two'].map((name, index) => ({
            ...{ card_index: index, type: 'cta_url' },
            ...{ header: { type: 'image', image: { link: url(`${name}.jpg`) } }, body: { text: `${name}\nnew` } },
            action: { name: 'cta_url', parameters: { display_text: 'Buy', url: url(name) } },
          })),
        },
      }),
    ],
  },
  {
    name: 'cards with answers',
    content: {
      ...{ kind: 'carousel', text: 'Look' },
      cards: ['one', 'two'].map((name) => ({
        media: { url: url(`${name}.mp4`), contentType: 'video/mp4' },
        actions: [
          { kind: 'POSTBACK', text: 'Buy', payload: `buy-${name}` },
          { kind: 'REPLY', text: 'Later' },
        ],
      })),
    },
    calls: [
      call('interactive', {
        ...{ type: 'carousel', body: { text: 'Look' } },
        action: {
          cards: ['one', 'two'].map((name, index) => ({
            ...{ card_index: index, header: { type: 'video', video: { link: url(`${name}.mp4`) } } },
            action: {
              buttons: [
                { type: 'quick_reply', quick_reply: { id: `buy-${name}`, title: 'Buy' } },
                { type: 'quick_reply', quick_reply: { id: 'Later', title: 'Later' } },
              ],
            },
          })),
        },
      }),
    ],
  },
];

const TEMPLATES: readonly OutgoingSample[] = [
  {
    name: 'a template without blanks, as an answer: it does not say so',
    content: template([]),
    replyToProviderMessageId: 'wamid.REPLY_TO',
    calls: [call('template', { name: 'order_ready', language: { code: 'nl', policy: 'deterministic' } })],
  },
  {
    name: 'a template with numbered blanks, a picture and buttons',
    content: template([
      { key: '2', part: 'BODY', value: '€10' },
      { key: '1', part: 'BODY', value: 'Mia' },
      { key: '1', part: 'HEADER', media: { url: url('h.jpg'), contentType: 'image/jpeg' } },
      { key: '1', part: 'BUTTON', value: 'o/14' },
      { key: '0:quick_reply', part: 'BUTTON', value: 'YES-14' },
      { key: '2:copy_code', part: 'BUTTON', value: 'SAVE10' },
    ]),
    calls: [
      filled([
        { type: 'header', parameters: [{ type: 'image', image: { link: url('h.jpg') } }] },
        {
          type: 'body',
          parameters: [
            { type: 'text', text: 'Mia' },
            { type: 'text', text: '€10' },
          ],
        },
        { type: 'button', sub_type: 'url', index: '1', parameters: [{ type: 'text', text: 'o/14' }] },
        { type: 'button', sub_type: 'quick_reply', index: '0', parameters: [{ type: 'payload', payload: 'YES-14' }] },
        {
          ...{ type: 'button', sub_type: 'copy_code', index: '2' },
          parameters: [{ type: 'coupon_code', coupon_code: 'SAVE10' }],
        },
      ]),
    ],
  },
  {
    name: 'a template with named blanks and a document',
    content: template([
      { key: 'first_name', part: 'BODY', value: 'Mia' },
      { key: '1', part: 'HEADER', media: { url: url('a.pdf'), contentType: 'application/pdf', filename: 'a.pdf' } },
    ]),
    calls: [
      filled([
        { type: 'header', parameters: [{ type: 'document', document: { link: url('a.pdf'), filename: 'a.pdf' } }] },
        { type: 'body', parameters: [{ type: 'text', parameter_name: 'first_name', text: 'Mia' }] },
      ]),
    ],
  },
  {
    name: 'a template that is kept: what its blanks are is known, whatever a file or an index looks like',
    content: template([
      { key: '1', part: 'HEADER', media: { url: url('film') }, fills: 'VIDEO' },
      { key: '0', part: 'BUTTON', value: 'YES-14', fills: 'REPLY' },
      { key: '1', part: 'BUTTON', value: 'o/14', fills: 'LINK' },
      { key: '2', part: 'BUTTON', value: 'SAVE10', fills: 'COPY_CODE' },
    ]),
    calls: [
      filled([
        { type: 'header', parameters: [{ type: 'video', video: { link: url('film') } }] },
        { type: 'button', sub_type: 'quick_reply', index: '0', parameters: [{ type: 'payload', payload: 'YES-14' }] },
        { type: 'button', sub_type: 'url', index: '1', parameters: [{ type: 'text', text: 'o/14' }] },
        {
          ...{ type: 'button', sub_type: 'copy_code', index: '2' },
          parameters: [{ type: 'coupon_code', coupon_code: 'SAVE10' }],
        },
      ]),
    ],
  },
];

/** Written from the contract of the Cloud API, not from what the adapter makes. */
export const OUTGOING = [...WORDS, ...MEDIA, ...PLACES_AND_PEOPLE, ...MENUS, ...TEMPLATES];
