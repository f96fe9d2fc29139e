import type { IncomingSample } from '../../contracts/provider.contract.js';

const [AT, MS] = [new Date(1_760_000_000_000), 1_760_000_000_000];
const account = '17841400';
const batch = (...messaging: readonly unknown[]) => ({
  ...{ object: 'instagram', entry: [{ id: account, time: MS, messaging }] },
});
const changed = (field: string, value: object) => ({
  ...{ object: 'instagram', entry: [{ id: account, time: MS, changes: [{ field, value }] }] },
});
const frame = { sender: { id: '24001' }, recipient: { id: account }, timestamp: MS };
const own = { sender: { id: account }, recipient: { id: '24001' }, timestamp: MS };
const of = (said: object) => batch({ ...frame, ...said });
const message = (said: object) => of({ message: { mid: 'aWdABC', ...said } });
const received = (content: object) => ({
  ...{ kind: 'received', account, providerMessageId: 'aWdABC', address: '24001', occurredAt: AT },
  content,
});
const attached = (type: string, payload: object = { url: 'https://cdn.example/a' }) => ({
  attachments: [{ type, payload }],
});

/** Written from the documentation of Instagram's messaging. */
export const INCOMING: readonly IncomingSample[] = [
  {
    name: 'read: a message, and all before it',
    body: of({ read: { mid: 'aWdOUT' } }),
    says: [
      { kind: 'receipt', account, providerMessageId: 'aWdOUT', status: 'read', occurredAt: AT },
      { kind: 'watermark', account, address: '24001', status: 'read', upTo: { providerMessageId: 'aWdOUT' } },
    ],
  },
  { name: 'text', body: message({ text: 'hi' }), says: [received({ kind: 'text', text: 'hi' })] },
  {
    name: 'a tap on a quick reply',
    body: message({ text: 'Red', quick_reply: { payload: 'P1' } }),
    says: [received({ kind: 'text', text: 'Red', tapped: { kind: 'POSTBACK', text: 'Red', payload: 'P1' } })],
  },
  {
    name: 'an answer to a message',
    body: message({ text: 'yes', reply_to: { mid: 'aWdX' } }),
    says: [{ ...received({ text: 'yes' }), replyToProviderMessageId: 'aWdX' }],
  },
  {
    name: 'an answer to a story',
    body: message({ text: 'nice', reply_to: { story: { url: 'https://cdn.example/s', id: '9' } } }),
    says: [{ ...received({ text: 'nice' }), providerData: { story: { id: '9', url: 'https://cdn.example/s' } } }],
  },
  {
    name: 'a picture',
    body: message(attached('image')),
    says: [received({ kind: 'image', images: [{ url: 'https://cdn.example/a' }] })],
  },
  ...(['video', 'audio', 'file'] as const).map((type) => ({
    name: type,
    body: message(attached(type)),
    says: [{ ...received({ kind: 'file', files: [{ url: 'https://cdn.example/a' }] }), providerData: undefined }],
  })),
  ...(['share', 'story_mention', 'ig_reel', 'reel', 'ig_story', 'ig_post'] as const).map((type) => ({
    name: type,
    body: message(attached(type, { url: 'https://cdn.example/a', reel_video_id: '9' })),
    says: [
      {
        ...received({ kind: 'file', files: [{ url: 'https://cdn.example/a' }] }),
        providerData: { attachments: [{ type, payload: { reel_video_id: '9' } }] },
      },
    ],
  })),
  {
    name: 'a heart',
    body: message(attached('like_heart', {})),
    says: [received({ kind: 'text', text: '❤️' })],
  },
  {
    name: 'a template of another app',
    body: message(attached('template', { generic: {} })),
    says: [
      {
        ...received({ kind: 'unsupported', providerKind: 'template' }),
        providerData: { attachments: [{ type: 'template', payload: { generic: {} } }] },
      },
    ],
  },
  {
    name: 'what the platform keeps to itself',
    body: message({ is_unsupported: true }),
    says: [received({ kind: 'unsupported', providerKind: 'unsupported' })],
  },
  {
    name: 'about a product, and by way of an ad',
    body: message({ text: 'hi', referral: { product: { id: '5' }, ref: 'r1', ad_id: '9', source: 'ADS' } }),
    says: [{ ...received({ text: 'hi' }), providerData: { referral: { product: { id: '5' }, ad_id: '9' } } }],
  },
  {
    name: 'a message taken back',
    body: message({ is_deleted: true }),
    says: [{ kind: 'deleted', account, providerMessageId: 'aWdABC', address: '24001' }],
  },
  {
    name: 'an echo',
    body: batch({ ...own, message: { mid: 'aWdOUT', is_echo: true, text: 'hello' } }),
    says: [
      {
        ...{ kind: 'echoed', account, providerMessageId: 'aWdOUT', address: '24001', occurredAt: AT },
        content: { kind: 'text', text: 'hello' },
      },
    ],
  },
  {
    name: 'a note to itself',
    body: batch({ ...own, recipient: own.sender, message: { mid: 'aWdSELF', is_self: true, text: 'note' } }),
    says: [{ kind: 'ignored' }],
  },
  {
    name: 'a tap on a button, or on what a thread begins with',
    body: of({ postback: { mid: 'aWdTAP', title: 'Hours?', payload: 'hours' } }),
    says: [
      {
        ...{ kind: 'received', account, providerMessageId: 'aWdTAP', address: '24001' },
        content: { kind: 'text', text: 'Hours?', tapped: { kind: 'POSTBACK', payload: 'hours' } },
      },
    ],
  },
  {
    name: 'a reaction',
    body: of({ reaction: { mid: 'aWdX', action: 'react', reaction: 'love', emoji: '❤️' } }),
    says: [{ kind: 'reacted', account, providerMessageId: 'aWdX', address: '24001', emoji: '❤️' }],
  },
  {
    name: 'a reaction taken back',
    body: of({ reaction: { mid: 'aWdX', action: 'unreact' } }),
    says: [{ kind: 'reacted', emoji: null }],
  },
  {
    name: 'a reaction of the account itself',
    body: batch({ ...own, reaction: { mid: 'aWdX', action: 'react', reaction: 'love' } }),
    says: [{ kind: 'ignored' }],
  },
  {
    name: 'an edit',
    body: of({ message_edit: { mid: 'aWdABC', text: 'hello', num_edit: 2 } }),
    says: [{ kind: 'edited', account, providerMessageId: 'aWdABC', occasion: '2', content: { text: 'hello' } }],
  },
  {
    name: 'a way in, and no words yet',
    body: of({ referral: { ref: 'r1', source: 'IGME', type: 'OPEN_THREAD' } }),
    says: [{ kind: 'received', content: { kind: 'unsupported', providerKind: 'referral' } }],
  },
  { name: 'an opt-in', body: of({ optin: { type: 'x' } }), says: [{ kind: 'uninterpreted' }] },
  {
    name: 'a test event, which comes as a change',
    body: changed('messages', { ...frame, timestamp: '1760000000', message: { mid: 'aWdABC', text: 'random_text' } }),
    says: [received({ kind: 'text', text: 'random_text' })],
  },
  { name: 'a comment', body: changed('comments', { id: '1', text: 'nice' }), says: [{ kind: 'ignored' }] },
  { name: 'a field that is not known', body: changed('novelty', {}), says: [{ kind: 'uninterpreted' }] },
  { name: 'another product', body: { object: 'page', entry: [{ id: '1' }] }, says: [{ kind: 'uninterpreted' }] },
];
