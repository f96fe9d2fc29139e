import type { ChannelPlatform } from '../../events/channel/events.js';

const PHONE_NUMBER = /^\+[1-9]\d{6,14}$/;
/** WhatsApp's own id of somebody whose number businesses don't see. */
const BUSINESS_SCOPED_ID = /^[A-Z]{2}\.[A-Za-z0-9]{1,128}$/;
/** Bird's own id of a contact. */
const CONTACT_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A number in E.164, with the marks that people write between digits taken out; an id of WhatsApp's; an id of Bird's. */
export function normalizeAddress(platform: ChannelPlatform, address: string): string | undefined {
  if (address.length > 255) return undefined;
  const given = address.trim();
  const digits = given.replaceAll(/[\s().-]/g, '');
  if (PHONE_NUMBER.test(digits)) return digits;
  if (platform === 'WHATSAPP' && BUSINESS_SCOPED_ID.test(given)) return given;
  const id = given.toLowerCase();
  return CONTACT_ID.test(id) ? id : undefined;
}

/** Bird's own id, where an address is one. */
export const contactIdIn = (address: string): string | undefined => (CONTACT_ID.test(address) ? address : undefined);

/** Who is written to, as Bird names them. @param address as `normalizeAddress` spells it */
export function receiverOf(address: string) {
  if (CONTACT_ID.test(address)) return { id: address };
  const identifierKey = BUSINESS_SCOPED_ID.test(address) ? 'whatsappbsuid' : 'phonenumber';
  return { identifierKey, identifierValue: address };
}

interface Identifier {
  readonly identifierKey?: string | undefined;
  readonly identifierValue?: string | undefined;
}

/** How a contact is addressed: by number where it is known, else by WhatsApp's id, else by Bird's own. */
export function addressOf(
  contact: Identifier & { readonly id?: string | undefined; readonly identifiers: readonly Identifier[] },
) {
  const known = [contact, ...contact.identifiers];
  const by = (key: string) => known.find(({ identifierKey }) => identifierKey === key)?.identifierValue;
  return by('phonenumber') ?? by('whatsappbsuid') ?? contact.id ?? contact.identifierValue;
}
