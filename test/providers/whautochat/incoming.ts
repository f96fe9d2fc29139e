import type { IncomingSample } from '../../contracts/provider.contract.js';

const AT = '2026-05-01T09:00:00.000Z';
const message = (said: object) => ({
  ...{ type: 'message', id: 'm9', contact: { id: 'c1', name: 'Mia' }, timestamp: AT },
  ...said,
});
const received = (content: object) => ({
  ...{ kind: 'received', providerMessageId: 'm9', address: 'contact:c1', displayName: 'Mia' },
  ...{ occurredAt: new Date(AT), content },
});
const status = (word: string, more: object = {}) => ({
  type: 'status',
  id: 'm1',
  status: word,
  timestamp: 1_777_626_000,
  ...more,
});
const receipt = (known: string) => ({
  ...{ kind: 'receipt', providerMessageId: 'm1', status: known, occurredAt: new Date(1_777_626_000_000) },
});

/** What docs/providers/whautochat.md asks an operator's hook to post: WhautoChat describes none. */
export const INCOMING: readonly IncomingSample[] = [
  { name: 'delivered', body: status('Delivered'), says: [receipt('delivered')] },
  { name: 'sent', body: status('SENT'), says: [receipt('sent')] },
  { name: 'seen', body: status('seen'), says: [receipt('read')] },
  {
    name: 'failed',
    body: status('error', { error: 'Not reachable' }),
    says: [
      {
        ...{ ...receipt('failed'), stage: 'UNKNOWN', failure: { code: 'UNKNOWN', isRetryable: false } },
        providerMessage: 'Not reachable',
      },
    ],
  },
  { name: 'on its way', body: status('queued'), says: [{ kind: 'ignored' }] },
  { name: 'a word that nobody knows', body: status('levitated'), says: [{ kind: 'uninterpreted' }] },
  { name: 'text', body: message({ text: 'hi' }), says: [received({ kind: 'text', text: 'hi' })] },
  {
    name: 'a tap',
    body: message({ text: 'Yes', payload: 'ok-14' }),
    says: [received({ kind: 'text', tapped: { kind: 'POSTBACK', text: 'Yes', payload: 'ok-14' } })],
  },
  {
    name: 'a picture',
    body: message({ mediaUrl: 'https://example.net/a.jpg', mimeType: 'image/jpeg', text: 'Look' }),
    says: [
      received({
        ...{ kind: 'image', text: 'Look' },
        images: [{ url: 'https://example.net/a.jpg', contentType: 'image/jpeg' }],
      }),
    ],
  },
  {
    name: 'a file',
    body: message({ mediaUrl: 'https://example.net/a' }),
    says: [received({ kind: 'file', files: [{ url: 'https://example.net/a' }] })],
  },
  {
    name: 'a file with its name, as an answer',
    body: message({ mediaUrl: 'https://example.net/a', filename: 'a.pdf', replyTo: 'm1' }),
    says: [{ ...received({ kind: 'file', files: [{ filename: 'a.pdf' }] }), replyToProviderMessageId: 'm1' }],
  },
  {
    name: 'a place',
    body: message({ location: { latitude: 52.1, longitude: 4.9, name: 'Shop', address: 'Main street 1' } }),
    says: [
      received({
        ...{ kind: 'location', text: 'Shop', latitude: 52.1, longitude: 4.9 },
        ...{ label: 'Shop', address: 'Main street 1' },
      }),
    ],
  },
  ...[{ kind: 'sticker' }, {}].map((said) => ({
    name: 'what is none of these',
    body: message(said),
    says: [received({ kind: 'unsupported', providerKind: 'unknown', ...(said.kind && { providerKind: said.kind }) })],
  })),
  {
    name: 'somebody whose number is known',
    body: message({ text: 'hi', contact: { id: 'c1', phoneNumber: '31600000001' } }),
    says: [{ kind: 'received', address: '31600000001' }],
  },
  { name: 'nobody', body: message({ contact: {} }), says: [{ kind: 'uninterpreted' }] },
  {
    name: 'several at once',
    body: [status('sent'), message({ text: 'hi' }), { type: 'note' }],
    says: [receipt('sent'), received({ kind: 'text' }), { kind: 'uninterpreted' }],
  },
  { name: 'nothing', body: [], says: [{ kind: 'uninterpreted' }] },
];
