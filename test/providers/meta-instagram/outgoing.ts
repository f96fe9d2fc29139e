import type { OutgoingSample } from '../../contracts/provider.contract.js';

const to = { recipient: { id: '24001' } };
const path = '/v25.0/17841400/messages';
const call = (message: object, more: object = {}) => ({
  path,
  body: { ...to, messaging_type: 'RESPONSE', message, ...more },
});
const file = (type: string, name: string) => call({ attachment: { type, payload: { url: url(name) } } });
const template = (payload: object) => call({ attachment: { type: 'template', payload } });
const url = (name: string) => `https://example.net/${name}`;

/** Written from the documentation of Instagram's messaging, not from what the adapter makes. */
export const OUTGOING: readonly OutgoingSample[] = [
  {
    name: 'text',
    content: { kind: 'text', text: 'hi', actions: [], attachments: [] },
    calls: [call({ text: 'hi' })],
  },
  {
    name: 'an answer to a message',
    content: { kind: 'text', text: 'hi', actions: [], attachments: [] },
    replyToProviderMessageId: 'aWdABC',
    calls: [call({ text: 'hi' }, { reply_to: { mid: 'aWdABC' } })],
  },
  {
    name: 'answers to choose from',
    content: {
      ...{ kind: 'text', text: 'Pick', attachments: [] },
      actions: [{ kind: 'REPLY', text: 'Red', payload: 'P1' }],
    },
    calls: [call({ text: 'Pick', quick_replies: [{ content_type: 'text', title: 'Red', payload: 'P1' }] })],
  },
  {
    name: 'buttons',
    content: {
      ...{ kind: 'text', text: 'Confirm?', attachments: [] },
      actions: [
        { kind: 'POSTBACK', text: 'Yes', payload: 'ok-14' },
        { kind: 'LINK', text: 'Open', url: url('o/14') },
      ],
    },
    calls: [
      template({
        ...{ template_type: 'button', text: 'Confirm?' },
        buttons: [
          { type: 'postback', title: 'Yes', payload: 'ok-14' },
          { type: 'web_url', title: 'Open', url: url('o/14') },
        ],
      }),
    ],
  },
  {
    name: 'pictures: a message each, and the words below them',
    content: { kind: 'image', text: 'Look', actions: [], images: [{ url: url('a.jpg') }, { url: url('b.jpg') }] },
    calls: [file('image', 'a.jpg'), file('image', 'b.jpg'), call({ text: 'Look' })],
  },
  {
    name: 'files of all sorts',
    content: {
      ...{ kind: 'file', text: '', actions: [] },
      files: [
        { url: url('a.mp4'), contentType: 'video/mp4' },
        { url: url('a.m4a'), contentType: 'audio/m4a' },
        { url: url('a.pdf'), contentType: 'application/pdf' },
      ],
    },
    calls: [file('video', 'a.mp4'), file('audio', 'a.m4a'), file('file', 'a.pdf')],
  },
  {
    name: 'a carousel',
    content: {
      ...{ kind: 'carousel', text: '' },
      cards: [
        {
          ...{ title: 'One', text: 'first', media: { url: url('1.jpg') } },
          actions: [{ kind: 'LINK', text: 'Buy', url: url('1') }],
        },
        { title: 'Two', actions: [{ kind: 'POSTBACK', text: 'More', payload: 'more-2' }] },
      ],
    },
    calls: [
      template({
        template_type: 'generic',
        elements: [
          {
            ...{ title: 'One', subtitle: 'first', image_url: url('1.jpg') },
            buttons: [{ type: 'web_url', title: 'Buy', url: url('1') }],
          },
          { title: 'Two', buttons: [{ type: 'postback', title: 'More', payload: 'more-2' }] },
        ],
      }),
    ],
  },
  {
    name: 'a reaction',
    content: { kind: 'reaction', text: '❤️', emoji: '❤️', targetMessageId: 'msg_x' },
    replyToProviderMessageId: 'aWdABC',
    calls: [{ path, body: { ...to, sender_action: 'react', payload: { message_id: 'aWdABC', reaction: 'love' } } }],
  },
  {
    name: 'a reaction taken back',
    content: { kind: 'reaction', text: '', emoji: null, targetMessageId: 'msg_x' },
    replyToProviderMessageId: 'aWdABC',
    calls: [{ path, body: { ...to, sender_action: 'unreact', payload: { message_id: 'aWdABC' } } }],
  },
];
