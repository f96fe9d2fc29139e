import type { ChannelPlatform } from '../../events/channel/events.js';

const CONTACT = 'contact:';

/**
 * On WhatsApp a phone number in E.164, or WhautoChat's id of a contact; elsewhere the id alone. An id that looks like a
 * number keeps the word `contact:` before it.
 */
export function normalizeAddress(platform: ChannelPlatform, address: string): string | undefined {
  const given = address.trim();
  const number = platform === 'WHATSAPP' ? phoneNumberOf(given) : undefined;
  if (number !== undefined) return `+${number}`;
  const id = contactIdOf(given);
  if (!/^[\x21-\x7e]{1,200}$/.test(id)) return undefined;
  return platform === 'WHATSAPP' && phoneNumberOf(id) !== undefined ? `${CONTACT}${id}` : id;
}

/** Exactly one of the two is given. @param address as `normalizeAddress` spells it */
export function receiverOf(platform: ChannelPlatform, address: string): Readonly<Record<string, unknown>> {
  const number = platform === 'WHATSAPP' ? phoneNumberOf(address) : undefined;
  // The real field is spelled like this.
  return number === undefined ? { contact: { id: contactIdOf(address) } } : { recepient: { phoneNumber: number } };
}

/** How a contact is named whose number isn't known. */
export const contactAddress = (id: string): string => `${CONTACT}${id}`;

const contactIdOf = (address: string): string =>
  address.startsWith(CONTACT) ? address.slice(CONTACT.length) : address;

/** Its digits. People write marks between them. */
function phoneNumberOf(address: string): string | undefined {
  const [, digits] = /^\+?([1-9]\d{6,14})$/.exec(address.replaceAll(/[\s().-]/g, '')) ?? [];
  return digits;
}
