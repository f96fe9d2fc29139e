const GROUP = 'group:';

/**
 * A phone number in E.164; the id of somebody whose number isn't shown (`NL.1349…`); or a group, `group:` and its id.
 * The platform writes numbers without their plus.
 */
export function normalizeAddress(address: string): string | undefined {
  const given = address.trim();
  if (given.length > 255) return undefined;
  if (/^[A-Z]{2}\.[A-Za-z0-9]{1,128}$/.test(given) || /^group:[\w.+/=@-]{1,200}$/.test(given)) return given;
  const digits = given.replaceAll(/[\s().-]/g, '').replace(/^\+/, '');
  return /^[1-9]\d{6,14}$/.test(digits) ? `+${digits}` : undefined;
}

/** As a call names it. */
export function recipientOf(address: string) {
  if (address.startsWith(GROUP)) return { recipient_type: 'group', to: address.slice(GROUP.length) };
  if (address.startsWith('+')) return { recipient_type: 'individual', to: address.slice(1) };
  return { recipient_type: 'individual', recipient: address };
}

/** As a webhook names it; undefined where it names nobody. */
export function senderOf(said: {
  readonly group_id?: string | undefined;
  readonly from?: string | undefined;
  readonly from_user_id?: string | undefined;
}): string | undefined {
  return said.group_id === undefined ? (said.from ?? said.from_user_id) : `${GROUP}${said.group_id}`;
}
