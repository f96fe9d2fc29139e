import type { z } from 'zod';
import type { Media, MessageContent } from '../../events/message/content.js';
import { toMediaReference } from '../media-reference.js';
import { cut } from '../meta/entries.js';
import * as wire from './wire.js';

type Read = (said: unknown) => MessageContent | undefined;

/** Reads what is of a form; undefined: it isn't. */
const reader =
  <Form>(form: z.ZodType<Form>, contentOf: (said: Form) => MessageContent): Read =>
  (said) => {
    const read = form.safeParse(said);
    return read.success ? contentOf(read.data) : undefined;
  };

const plain = (text: string): MessageContent => ({ kind: 'text', text, actions: [], attachments: [] });

const mediaOf = ({ id, mime_type: contentType, filename }: wire.WireMedia): Media => ({
  ...{ url: toMediaReference(id), contentType, filename },
});
const picture = (said: wire.WireMedia): MessageContent => ({
  ...{ kind: 'image', text: said.caption ?? '', images: [mediaOf(said)], actions: [] },
});
const file = (said: wire.WireMedia): MessageContent => ({
  ...{ kind: 'file', text: said.caption ?? '', files: [mediaOf(said)], actions: [] },
});

const tapped = (text: string, payload: string | undefined, description?: string): MessageContent => ({
  ...{ kind: 'text', text, actions: [], attachments: [] },
  tapped: { kind: 'POSTBACK', text, payload, description },
});

function choiceOf(said: z.infer<typeof wire.interactive>): MessageContent {
  switch (said.type) {
    case 'button_reply':
      return tapped(said.button_reply.title, said.button_reply.id);
    case 'list_reply':
      return tapped(said.list_reply.title, said.list_reply.id, said.list_reply.description);
    case 'nfm_reply': {
      // A form that was filled in: what it says stands in its JSON.
      const { body, name, response_json: filledIn } = said.nfm_reply;
      return tapped(body ?? name ?? '', filledIn);
    }
  }
}

/** Of kinds that are known only by their names; a known one in another form is called by its name as well. */
const unsupported = (kind: string): MessageContent => ({ kind: 'unsupported', text: '', providerKind: cut(kind) });

function cardsOf(said: z.infer<typeof wire.contacts>): MessageContent {
  const cards = said.map(({ name, phones = [], emails = [], org }) => ({
    name: name?.formatted_name ?? name?.first_name ?? '',
    phoneNumbers: phones.flatMap(({ phone, wa_id: number }) => phone ?? number ?? []),
    emails: emails.flatMap(({ email }) => email ?? []),
    organization: org?.company,
  }));
  return { kind: 'contacts', text: cards.map(({ name }) => name).join(', '), contacts: cards };
}

/** Where nothing was written with it: what was put into the basket. */
function orderOf({ text = '', product_items: items = [] }: z.infer<typeof wire.order>): MessageContent {
  const basket = items.map(({ product_retailer_id: product, quantity }) => `${quantity ?? 1} × ${product}`);
  return plain(text === '' ? basket.join(', ') : text);
}

const choice = reader(wire.interactive, choiceOf);
const otherAnswer = reader(wire.otherAnswer, ({ type }) => unsupported(type));

const READERS: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['text', reader(wire.text, ({ body }) => plain(body))],
  ['image', reader(wire.media, picture)],
  ['sticker', reader(wire.media, picture)],
  ...(['video', 'audio', 'document'] as const).map((type) => [type, reader(wire.media, file)] as const),
  [
    'location',
    reader(wire.location, ({ latitude, longitude, name: label, address }) => ({
      ...{ kind: 'location', text: label ?? '', latitude, longitude, label, address },
    })),
  ],
  ['contacts', reader(wire.contacts, cardsOf)],
  ['interactive', (said) => choice(said) ?? otherAnswer(said)],
  ['button', reader(wire.button, ({ text, payload }) => tapped(text, payload))],
  ['order', reader(wire.order, orderOf)],
]);

/**
 * What a message says; one of a type that isn't known, or that WhatsApp itself can't show, is unsupported. Undefined: its
 * type is known, and its form isn't.
 */
export function contentOf(
  said: Readonly<Record<string, unknown>> & { readonly type: string },
): MessageContent | undefined {
  const { type } = said;
  const read = READERS.get(type);
  if (read !== undefined) return read(said[type]);
  const named = wire.unsupported.safeParse(said[type]);
  return unsupported(type === 'unsupported' && named.success ? named.data.type : type);
}
