import type { Action, MessageContent } from '../../../src/events/message/content.js';
import type { OutgoingSample } from '../../contracts/provider.contract.js';

const workspace = { id: 'ws1' };
const phone = { recepient: { phoneNumber: '31600000001' }, workspace };
const contact = { contact: { id: '31600000001' }, workspace };
const at = (path: string, body: object) => ({ path: `/v1/messages/${path}`, body });
const whatsapp = (name: string, body: object) => at(`whatsapp/${name}`, { ...phone, ...body });
const messenger = (name: string, body: object) => at(`messenger/${name}`, { ...contact, ...body });
const instagram = (name: string, body: object) => at(`instagram/${name}`, { ...contact, ...body });
const telegram = (body: object) => at('telegram/sendtemplate', { ...contact, ...body });

const text = (said: string, actions: Action[] = []): MessageContent => ({
  ...{ kind: 'text', text: said, actions, attachments: [] },
});
const BUTTONS: Action[] = [
  { kind: 'POSTBACK', text: 'Yes', payload: 'ok-14' },
  { kind: 'REPLY', text: 'No' },
  { kind: 'LINK', text: 'Open', url: 'https://example.net/o/14' },
];
const SHOWN = [
  { title: 'Yes', payload: 'ok-14' },
  { title: 'No', payload: 'No' },
  { title: 'Open', url: 'https://example.net/o/14' },
];

/** All nine endpoints, written from the contract. */
export const OUTGOING: readonly OutgoingSample[] = [
  {
    name: '1. whatsapp/sendtext',
    content: text('hi'),
    calls: [whatsapp('sendtext', { textMessage: 'hi' })],
  },
  {
    name: '1. whatsapp/sendtext, with all its words',
    content: { kind: 'text', title: 'Order 14', text: 'hi', footer: 'shop', actions: [], attachments: [] },
    calls: [whatsapp('sendtext', { textMessage: 'Order 14\n\nhi\n\nshop' })],
  },
  {
    name: '2. whatsapp/sendmedia: each picture, then the words',
    content: {
      ...{ kind: 'image', text: 'Look', actions: [] },
      images: [{ url: 'https://example.net/a.jpg' }, { url: 'https://example.net/b', contentType: 'image/png' }],
    },
    calls: [
      whatsapp('sendmedia', { mediaUrl: 'https://example.net/a.jpg', mimeType: 'image/jpeg' }),
      whatsapp('sendmedia', { mediaUrl: 'https://example.net/b', mimeType: 'image/png' }),
      whatsapp('sendtext', { textMessage: 'Look' }),
    ],
  },
  {
    name: '2. whatsapp/sendmedia: files, by what their names say',
    content: {
      ...{ kind: 'file', text: '', actions: [] },
      files: [
        { url: 'https://example.net/a.pdf?v=1' },
        { url: 'https://example.net/b', filename: 'b.MP4' },
        { url: 'https://example.net/c' },
      ],
    },
    calls: [
      whatsapp('sendmedia', { mediaUrl: 'https://example.net/a.pdf?v=1', mimeType: 'application/pdf' }),
      whatsapp('sendmedia', { mediaUrl: 'https://example.net/b', mimeType: 'video/mp4' }),
      whatsapp('sendmedia', { mediaUrl: 'https://example.net/c', mimeType: 'application/octet-stream' }),
    ],
  },
  {
    name: '3. whatsapp/sendtemplate',
    content: {
      ...{ kind: 'template', text: '', name: 'order_ready', locale: 'nl' },
      parameters: [
        { key: '1', part: 'BODY', value: 'Mia' },
        { key: '1', part: 'HEADER', media: { url: 'https://example.net/h.jpg' } },
      ],
    },
    calls: [
      whatsapp('sendtemplate', {
        template: { name: 'order_ready', language: 'nl' },
        firstName: 'Mia',
        headerImage: 'https://example.net/h.jpg',
      }),
    ],
  },
  {
    name: '4. messenger/sendtext',
    platform: 'MESSENGER',
    content: text('hi'),
    calls: [messenger('sendtext', { textMessage: 'hi' })],
  },
  {
    name: '5. messenger/sendmedia, with buttons behind it',
    platform: 'MESSENGER',
    content: { kind: 'image', text: 'Pick', images: [{ url: 'https://example.net/a.png' }], actions: BUTTONS },
    calls: [
      messenger('sendmedia', { mediaUrl: 'https://example.net/a.png', mimeType: 'image/png' }),
      messenger('sendtemplate', { elements: [{ title: 'Pick', buttons: SHOWN }] }),
    ],
  },
  {
    name: '6. messenger/sendtemplate',
    platform: 'MESSENGER',
    content: text('Pick', BUTTONS),
    calls: [messenger('sendtemplate', { elements: [{ title: 'Pick', buttons: SHOWN }] })],
  },
  {
    name: '6. messenger/sendtemplate: a carousel',
    platform: 'MESSENGER',
    content: {
      ...{ kind: 'carousel', text: 'Look' },
      cards: [
        { title: 'One', text: 'first', actions: [] },
        { text: 'Two', actions: BUTTONS },
      ],
    },
    calls: [
      messenger('sendtext', { textMessage: 'Look' }),
      messenger('sendtemplate', {
        elements: [
          { title: 'One\n\nfirst', buttons: [] },
          { title: 'Two', buttons: SHOWN },
        ],
      }),
    ],
  },
  {
    name: '7. instagram/sendtext',
    platform: 'INSTAGRAM',
    content: text('hi'),
    calls: [instagram('sendtext', { textMessage: 'hi' })],
  },
  {
    name: '8. instagram/sendtemplate',
    platform: 'INSTAGRAM',
    content: { kind: 'carousel', text: '', cards: [{ title: 'Pick', actions: [] }] },
    calls: [instagram('sendtemplate', { elements: [{ title: 'Pick', buttons: [] }] })],
  },
  {
    name: '9. telegram/sendtemplate: plain text as well',
    platform: 'TELEGRAM',
    content: text('Pick'),
    calls: [telegram({ textMessage: 'Pick', buttons: [] })],
  },
  {
    name: '9. telegram/sendtemplate',
    platform: 'TELEGRAM',
    content: text('Pick', BUTTONS),
    calls: [telegram({ textMessage: 'Pick', buttons: SHOWN })],
  },
];
