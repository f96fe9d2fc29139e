import type { ChannelPlatform } from '../../events/channel/events.js';

/** A phone number as E.164, however it comes; of other platforms the contact's id there as it is. */
export function normalizeAddress(platform: ChannelPlatform, address: string): string | undefined {
  const given = address.trim();
  if (platform !== 'WHATSAPP') return /^[\x21-\x7e]{1,255}$/.test(given) ? given : undefined;
  const digits = given.length > 64 ? '' : given.replaceAll(/[\s().-]/g, '').replace(/^\+/, '');
  return /^[1-9]\d{6,14}$/.test(digits) ? `+${digits}` : undefined;
}

/** As Botmaker spells it: a number with its `+` would open a second, empty chat. */
export const contactIdOf = (platform: ChannelPlatform, address: string): string =>
  platform === 'WHATSAPP' ? address.replace(/^\+/, '') : address;
