import type { BenchedKind } from './open-channel.js';
import { EVERYDAY } from './everyday.js';

const listOf = (bytes: number, entry: (n: number) => unknown): readonly unknown[] => {
  const each = JSON.stringify(entry(1_000)).length + 1;
  return Array.from({ length: Math.floor(bytes / each) }, (_, n) => entry(n));
};

const change = (value: object) => ({
  field: 'messages',
  value: { messaging_product: 'whatsapp', metadata: { phone_number_id: '1100' }, ...value },
});
const text = (n: number) => ({
  ...{ from: `3160${n}`, id: `wamid.${n}`, timestamp: '1760000000', type: 'text', text: { body: `Message ${n}` } },
});
const contact = (n: number) => ({ profile: { name: `Name ${n}` }, wa_id: `3160${n}` });
const receipt = (n: number) => ({ id: `wamid.${n}`, status: 'delivered', timestamp: '1760000005' });

/** Many contacts, each of whom writes: a list that is looked up in for each entry of another. */
const crowd = (bytes: number) => ({ contacts: listOf(bytes / 2, contact), messages: listOf(bytes / 2, text) });

/** What each provider would post if it said as much at once as fits into so many bytes. */
export const grownTo = (bytes: number): Readonly<Record<BenchedKind, readonly unknown[]>> => ({
  META_WHATSAPP: [
    { object: 'whatsapp_business_account', entry: [{ id: '900', changes: [change(crowd(bytes))] }] },
    {
      object: 'whatsapp_business_account',
      entry: listOf(bytes, (n) => ({ id: '900', changes: [change({ statuses: [receipt(n)] })] })),
    },
  ],
  CBOT: [crowd(bytes), { statuses: listOf(bytes, receipt) }],
  META_MESSENGER: [{ object: 'page', entry: [{ id: '1100', messaging: listOf(bytes, (n) => written(n, '1100')) }] }],
  META_INSTAGRAM: [
    { object: 'instagram', entry: [{ id: '17841400', messaging: listOf(bytes, (n) => written(n, '17841400')) }] },
  ],
  WHAUTOCHAT: [
    listOf(bytes, (n) => ({ type: 'message', id: `m${n}`, contact: { phoneNumber: `3160${n}` }, text: 'Hello' })),
  ],
  BOTMAKER: [
    {
      ...(EVERYDAY.BOTMAKER[0] as object),
      messages: listOf(bytes, (n) => ({ _id: `MSG${n}`, from: 'user', message: `Message ${n}` })),
    },
  ],
  TELEGRAM: [
    {
      update_id: 1,
      message: { message_id: 1, date: 1_760_000_000, chat: { id: 77, type: 'private' }, text: 'x'.repeat(bytes) },
    },
  ],
  BIRD: [withLongText(bytes)],
});

const written = (n: number, account: string) => ({
  ...{ sender: { id: `24${n}` }, recipient: { id: account }, timestamp: 1_760_000_000_000 },
  message: { mid: `m_${n}`, text: `Message ${n}` },
});

function withLongText(bytes: number): unknown {
  const event = EVERYDAY.BIRD[0] as { readonly payload: object };
  return { ...event, payload: { ...event.payload, body: { type: 'text', text: { text: 'x'.repeat(bytes) } } } };
}
