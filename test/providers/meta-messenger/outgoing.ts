import type { OutgoingSample } from '../../contracts/provider.contract.js';

/** What the suite gives as the call's reference. */
const REFERENCE = 'msg_01h455vb4pex5vsknk084sn02q.1.0';
const to = { recipient: { id: '24001' } };
const path = '/v25.0/1100/messages';
const call = (message: object, more: object = {}) => ({
  path,
  body: { ...to, messaging_type: 'RESPONSE', message: { ...message, metadata: REFERENCE }, ...more },
});
const file = (type: string, name: string) =>
  call({ attachment: { type, payload: { url: url(name), is_reusable: true } } });
const template = (payload: object) => call({ attachment: { type: 'template', payload } });
const url = (name: string) => `https://example.net/${name}`;

/** Written from the Messenger Platform's documentation, not from what the adapter makes. */
export const OUTGOING: readonly OutgoingSample[] = [
  {
    name: 'text',
    content: { kind: 'text', text: 'hi', actions: [], attachments: [] },
    calls: [call({ text: 'hi' })],
  },
  {
    name: 'an answer to a message, with heading and footer',
    content: { kind: 'text', text: 'hi', title: 'Order 14', footer: 'shop', actions: [], attachments: [] },
    replyToProviderMessageId: 'm_abc',
    calls: [call({ text: 'Order 14\n\nhi\n\nshop' }, { reply_to: { mid: 'm_abc' } })],
  },
  {
    name: 'answers to choose from',
    content: {
      ...{ kind: 'text', text: 'Pick', attachments: [] },
      actions: [
        { kind: 'REPLY', text: 'Red', payload: 'P1' },
        { kind: 'REPLY', text: 'Blue' },
      ],
    },
    calls: [
      call({
        text: 'Pick',
        quick_replies: [
          { content_type: 'text', title: 'Red', payload: 'P1' },
          { content_type: 'text', title: 'Blue', payload: 'Blue' },
        ],
      }),
    ],
  },
  {
    name: 'buttons',
    content: {
      ...{ kind: 'text', text: 'Confirm?', attachments: [] },
      actions: [
        { kind: 'POSTBACK', text: 'Yes', payload: 'ok-14' },
        { kind: 'REPLY', text: 'No' },
        { kind: 'LINK', text: 'Open', url: url('o/14') },
      ],
    },
    calls: [
      template({
        ...{ template_type: 'button', text: 'Confirm?' },
        buttons: [
          { type: 'postback', title: 'Yes', payload: 'ok-14' },
          { type: 'postback', title: 'No', payload: 'No' },
          { type: 'web_url', title: 'Open', url: url('o/14') },
        ],
      }),
    ],
  },
  {
    name: 'more than three that come back: quick replies',
    content: {
      ...{ kind: 'text', text: 'Pick', attachments: [] },
      actions: ['A', 'B', 'C', 'D'].map((text) => ({ kind: 'POSTBACK' as const, text, payload: `p-${text}` })),
    },
    calls: [
      call({
        text: 'Pick',
        quick_replies: ['A', 'B', 'C', 'D'].map((title) => ({ content_type: 'text', title, payload: `p-${title}` })),
      }),
    ],
  },
  {
    name: 'pictures: a message each, and the words below them',
    content: {
      ...{ kind: 'image', text: 'Which?', footer: 'shop', actions: [{ kind: 'REPLY', text: 'A' }] },
      images: [{ url: url('a.jpg') }, { url: url('b.png'), contentType: 'image/png' }],
    },
    replyToProviderMessageId: 'm_abc',
    calls: [
      call(
        { attachment: { type: 'image', payload: { url: url('a.jpg'), is_reusable: true } } },
        { reply_to: { mid: 'm_abc' } },
      ),
      file('image', 'b.png'),
      call({ text: 'Which?\n\nshop', quick_replies: [{ content_type: 'text', title: 'A', payload: 'A' }] }),
    ],
  },
  {
    name: 'a picture without words',
    content: { kind: 'image', text: '', images: [{ url: url('a.jpg') }], actions: [] },
    calls: [file('image', 'a.jpg')],
  },
  {
    name: 'files of all sorts',
    content: {
      ...{ kind: 'file', text: '', actions: [] },
      files: [
        { url: url('a.mp4'), contentType: 'video/mp4' },
        { url: url('a.mp3'), contentType: 'audio/mpeg' },
        { url: url('a.pdf'), contentType: 'application/pdf', filename: 'a.pdf' },
        { url: url('a') },
        { url: url('a.png'), contentType: 'image/png' },
      ],
    },
    calls: [
      file('video', 'a.mp4'),
      file('audio', 'a.mp3'),
      file('file', 'a.pdf'),
      file('file', 'a'),
      file('image', 'a.png'),
    ],
  },
  {
    name: 'a carousel',
    content: {
      ...{ kind: 'carousel', text: 'Look' },
      cards: [
        {
          ...{ title: 'One', text: 'first', media: { url: url('1.jpg') } },
          actions: [
            { kind: 'LINK', text: 'Buy', url: url('1') },
            { kind: 'REPLY', text: 'More' },
          ],
        },
        { text: 'second', actions: [] },
      ],
    },
    calls: [
      call({ text: 'Look' }),
      template({
        template_type: 'generic',
        elements: [
          {
            ...{ title: 'One', subtitle: 'first', image_url: url('1.jpg') },
            buttons: [
              { type: 'web_url', title: 'Buy', url: url('1') },
              { type: 'postback', title: 'More', payload: 'More' },
            ],
          },
          { title: 'second' },
        ],
      }),
    ],
  },
  {
    name: 'a reaction',
    content: { kind: 'reaction', text: '😊', emoji: '😊', targetMessageId: 'msg_x' },
    replyToProviderMessageId: 'm_abc',
    calls: [{ path, body: { ...to, sender_action: 'react', payload: { message_id: 'm_abc', reaction: '😊' } } }],
  },
  {
    name: 'a reaction taken back',
    content: { kind: 'reaction', text: '', emoji: null, targetMessageId: 'msg_x' },
    replyToProviderMessageId: 'm_abc',
    calls: [{ path, body: { ...to, sender_action: 'unreact', payload: { message_id: 'm_abc' } } }],
  },
  {
    name: 'a utility template',
    content: {
      ...{ kind: 'template', text: '', name: 'order_ready', locale: 'nl' },
      parameters: [
        { key: '2', part: 'BODY', value: '14' },
        { key: '1', part: 'BODY', value: 'Mia' },
      ],
    },
    calls: [
      {
        path,
        body: {
          ...{ ...to, messaging_type: 'UTILITY' },
          message: {
            template: {
              ...{ name: 'order_ready', language: { code: 'nl' } },
              components: [
                {
                  type: 'body',
                  parameters: [
                    { type: 'text', text: 'Mia' },
                    { type: 'text', text: '14' },
                  ],
                },
              ],
            },
            metadata: REFERENCE,
          },
        },
      },
    ],
  },
];
