import { expect } from 'vitest';
import type { IncomingSample } from '../../contracts/provider.contract.js';

const [AT, MS] = [new Date(1_760_000_000_000), 1_760_000_000_000];
const account = '1100';
const batch = (...messaging: readonly unknown[]) => ({
  ...{ object: 'page', entry: [{ id: account, time: MS, messaging }] },
});
const frame = { sender: { id: '24001' }, recipient: { id: account }, timestamp: MS };
const own = { sender: { id: account }, recipient: { id: '24001' }, timestamp: MS };
const of = (said: object) => batch({ ...frame, ...said });
const message = (said: object) => of({ message: { mid: 'm_abc', ...said } });
const received = (content: object) => ({
  ...{ kind: 'received', account, providerMessageId: 'm_abc', address: '24001', occurredAt: AT },
  content,
});
const attached = (type: string, payload: object | null, more: object = {}) => ({
  attachments: [{ type, payload, ...more }],
});
const REFERENCE = 'msg_01h455vb4pex5vsknk084sn02q.1.0';

/** Written from the Messenger Platform's documentation. */
export const INCOMING: readonly IncomingSample[] = [
  { name: 'text', body: message({ text: 'hi' }), says: [received({ kind: 'text', text: 'hi' })] },
  {
    name: 'an answer to a message',
    body: message({ text: 'yes', reply_to: { mid: 'm_x' } }),
    says: [{ ...received({ text: 'yes' }), replyToProviderMessageId: 'm_x' }],
  },
  {
    name: 'a tap on a quick reply',
    body: message({ text: 'Red', quick_reply: { payload: 'P1' } }),
    says: [received({ kind: 'text', text: 'Red', tapped: { kind: 'POSTBACK', text: 'Red', payload: 'P1' } })],
  },
  {
    name: 'pictures, with words',
    body: message({
      text: 'Look',
      attachments: ['a', 'b'].map((name) => ({ type: 'image', payload: { url: `https://cdn.example/${name}` } })),
    }),
    says: [
      received({
        kind: 'image',
        text: 'Look',
        images: [{ url: 'https://cdn.example/a' }, { url: 'https://cdn.example/b' }],
      }),
    ],
  },
  ...(['video', 'audio', 'file', 'reel', 'ig_reel'] as const).map((type) => ({
    name: type,
    body: message(attached(type, { url: 'https://cdn.example/a' })),
    says: [received({ kind: 'file', files: [{ url: 'https://cdn.example/a' }] })],
  })),
  {
    name: 'a picture and a film: files',
    body: message({
      attachments: ['image', 'video'].map((type) => ({ type, payload: { url: `https://cdn.example/${type}` } })),
    }),
    says: [received({ kind: 'file', files: [{ url: 'https://cdn.example/image' }, { contentType: 'video/mp4' }] })],
  },
  {
    name: 'a sticker',
    body: message(attached('sticker', { url: 'https://cdn.example/s', sticker_id: 1 })),
    says: [received({ kind: 'image', images: [{ url: 'https://cdn.example/s' }] })],
  },
  {
    name: 'a thumb',
    body: message(attached('image', { url: 'https://cdn.example/s', sticker_id: 369_239_263_222_822 })),
    says: [received({ kind: 'image', images: [{ altText: '👍' }] })],
  },
  {
    name: 'a place',
    body: message(attached('location', { coordinates: { lat: 52.1, long: 4.9 } }, { title: 'Shop' })),
    says: [received({ kind: 'location', latitude: 52.1, longitude: 4.9, label: 'Shop' })],
  },
  {
    name: 'a shared link',
    body: message(attached('fallback', null, { title: 'News', url: 'https://news.example/1' })),
    says: [
      {
        ...received({ kind: 'text', text: 'News\nhttps://news.example/1' }),
        providerData: { attachments: [{ type: 'fallback', title: 'News' }] },
      },
    ],
  },
  {
    name: 'a link within words',
    body: message({ text: 'See https://news.example/1', ...attached('fallback', { url: 'https://news.example/1' }) }),
    says: [received({ kind: 'text', text: 'See https://news.example/1' })],
  },
  {
    name: 'a kind that is not known',
    body: message(attached('hologram', { url: 'https://cdn.example/h' })),
    says: [received({ kind: 'unsupported', providerKind: 'hologram' })],
  },
  { name: 'nothing at all', body: message({}), says: [received({ kind: 'unsupported', providerKind: 'unknown' })] },
  {
    name: 'by way of an ad',
    body: message({ text: 'hi', referral: { ref: 'r1', source: 'ADS', type: 'OPEN_THREAD', ad_id: '9' } }),
    says: [{ ...received({ text: 'hi' }), providerData: { referral: { source: 'ADS', ad_id: '9' } } }],
  },
  {
    name: 'a message taken back',
    body: message({ is_deleted: true }),
    says: [{ kind: 'deleted', account, providerMessageId: 'm_abc', address: '24001', occurredAt: AT }],
  },
  {
    name: 'the echo of a message of ours',
    body: batch({ ...own, message: { mid: 'm_out', is_echo: true, app_id: 1, metadata: REFERENCE, text: 'hi' } }),
    says: [
      { kind: 'receipt', account, providerMessageId: 'm_out', status: 'sent', reference: REFERENCE, occurredAt: AT },
    ],
  },
  {
    name: "a message from the page's inbox",
    body: batch({ ...own, message: { mid: 'm_inbox', is_echo: true, text: 'hello', metadata: 'of another app' } }),
    says: [
      {
        ...{ kind: 'echoed', account, providerMessageId: 'm_inbox', address: '24001', occurredAt: AT },
        content: { kind: 'text', text: 'hello' },
      },
    ],
  },
  {
    name: 'an edit',
    body: of({ message_edit: { mid: 'm_abc', text: 'hello', num_edit: 1 } }),
    says: [
      {
        ...{ kind: 'edited', account, providerMessageId: 'm_abc', address: '24001', occasion: '1', occurredAt: AT },
        content: { kind: 'text', text: 'hello' },
      },
    ],
  },
  {
    name: 'a tap on a button',
    body: of({ postback: { mid: 'm_tap', title: 'Yes', payload: 'ok-14' } }),
    says: [
      {
        ...{ kind: 'received', account, providerMessageId: 'm_tap', address: '24001', occurredAt: AT },
        content: { kind: 'text', text: 'Yes', tapped: { kind: 'POSTBACK', text: 'Yes', payload: 'ok-14' } },
      },
    ],
  },
  {
    name: 'a tap without an id, from an ad',
    body: of({
      postback: { title: 'Start', payload: 'start', referral: { ref: 'r1', source: 'ADS', type: 'OPEN_THREAD' } },
    }),
    says: [
      {
        ...{ kind: 'received', address: '24001', providerData: { referral: { ref: 'r1' } } },
        providerMessageId: expect.stringMatching(/^postback:24001:1760000000000:[\w-]{22}$/),
      },
    ],
  },
  {
    name: 'a reaction',
    body: of({ reaction: { mid: 'm_x', action: 'react', reaction: 'love', emoji: '❤' } }),
    says: [
      {
        ...{ kind: 'reacted', account, providerMessageId: 'm_x', address: '24001', emoji: '❤' },
        ...{ occasion: `${MS}:react`, occurredAt: AT },
      },
    ],
  },
  {
    name: 'a reaction by its name alone',
    body: of({ reaction: { mid: 'm_x', action: 'react', reaction: 'like' } }),
    says: [{ kind: 'reacted', emoji: '👍' }],
  },
  {
    name: 'a reaction taken back',
    body: of({ reaction: { mid: 'm_x', action: 'unreact', reaction: 'other' } }),
    says: [{ kind: 'reacted', emoji: null, occasion: `${MS}:unreact` }],
  },
  {
    name: 'a way in, and no words yet',
    body: of({ referral: { ref: 'r1', source: 'SHORTLINK', type: 'OPEN_THREAD' } }),
    says: [
      {
        ...{ kind: 'received', address: '24001', providerData: { referral: { ref: 'r1', source: 'SHORTLINK' } } },
        content: { kind: 'unsupported', providerKind: 'referral' },
      },
    ],
  },
  {
    name: 'a way in that is nested beyond all use: it could not be written down',
    body: of({ referral: { ref: JSON.parse(`${'['.repeat(100)}${']'.repeat(100)}`) as unknown } }),
    says: [{ kind: 'uninterpreted', reason: 'An event of another form: referral.' }],
  },
  {
    name: 'an opt-in',
    body: batch({ recipient: { id: account }, timestamp: MS, optin: { ref: 'r1', user_ref: 'u1' } }),
    says: [{ kind: 'uninterpreted' }],
  },
  {
    name: 'delivered: these, and all up to a time',
    body: of({ delivery: { mids: ['m_1', 'm_2'], watermark: MS + 1_000 } }),
    says: [
      { kind: 'receipt', account, providerMessageId: 'm_1', status: 'delivered', occurredAt: AT },
      { kind: 'receipt', providerMessageId: 'm_2', status: 'delivered' },
      { kind: 'watermark', account, address: '24001', status: 'delivered', upTo: { time: new Date(MS + 1_000) } },
    ],
  },
  {
    name: 'delivered up to a time',
    body: of({ delivery: { watermark: MS + 1_000 } }),
    says: [{ kind: 'watermark', status: 'delivered', upTo: { time: new Date(MS + 1_000) } }],
  },
  {
    name: 'read up to a time',
    body: of({ read: { watermark: MS + 2_000 } }),
    says: [
      {
        kind: 'watermark',
        account,
        address: '24001',
        status: 'read',
        upTo: { time: new Date(MS + 2_000) },
        occurredAt: AT,
      },
    ],
  },
  ...(
    ['account_linking', 'policy-enforcement', 'pass_thread_control', 'take_thread_control', 'app_roles'] as const
  ).map((name) => ({ name, body: of({ [name]: {} }), says: [{ kind: 'ignored', account }] })),
  {
    name: 'a thread that another app has',
    body: {
      object: 'page',
      entry: [{ id: account, time: MS, standby: [{ ...frame, message: { mid: 'm_s', text: 'hi' } }] }],
    },
    says: [{ kind: 'received', providerMessageId: 'm_s', providerData: { standby: true } }],
  },
  {
    name: 'many entries, one of them of another form',
    body: {
      object: 'page',
      entry: [
        { id: account, messaging: [{ ...frame, message: { mid: 'm_1', text: 'a' } }, 7, { ...frame, novelty: {} }] },
        { id: '1200', messaging: [{ ...frame, recipient: { id: '1200' }, message: { mid: 'm_2', text: 'b' } }] },
        { id: account, changes: [{ field: 'feed', value: {} }, { field: 'novelty' }] },
      ],
    },
    says: [
      { kind: 'received', account, providerMessageId: 'm_1' },
      { kind: 'uninterpreted', account },
      { kind: 'uninterpreted', account, reason: 'An event of another kind: novelty.' },
      { kind: 'received', account: '1200', providerMessageId: 'm_2' },
      { kind: 'ignored' },
      { kind: 'uninterpreted' },
    ],
  },
  { name: 'another product', body: { object: 'instagram', entry: [{ id: '1' }] }, says: [{ kind: 'uninterpreted' }] },
  { name: 'no webhook', body: { hello: 1 }, says: [{ kind: 'uninterpreted' }] },
];
