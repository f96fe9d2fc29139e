import type { ContactCard } from '../../events/message/content.js';

const CARD_BYTES_MAX = 2_048;

/** What a contact has beyond a name and a number, as a vCard 3.0; undefined where there is nothing, or too much for Telegram. */
export function cardOf({ name, phoneNumbers, emails, organization }: ContactCard): string | undefined {
  if (phoneNumbers.length < 2 && emails.length === 0 && organization === undefined) return undefined;
  const lines = [
    ...['BEGIN:VCARD', 'VERSION:3.0', `FN:${escaped(name)}`, `N:;${escaped(name)};;;`],
    ...phoneNumbers.map((number) => `TEL:${escaped(number)}`),
    ...emails.map((email) => `EMAIL:${escaped(email)}`),
    ...(organization === undefined ? [] : [`ORG:${escaped(organization)}`]),
    'END:VCARD',
  ];
  const card = lines.join('\r\n');
  return Buffer.byteLength(card) > CARD_BYTES_MAX ? undefined : card;
}

/** RFC 2426 §4. */
const escaped = (text: string): string => text.replace(/[\\;,]/g, String.raw`\$&`).replace(/\r?\n/g, String.raw`\n`);
