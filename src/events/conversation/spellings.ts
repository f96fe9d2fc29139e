/**
 * Numbers that are one subscriber's, spelled in two ways: with and without the digits that mobile numbers were given once.
 * WhatsApp knows some people by the one and some by the other, whichever they were written to by.
 * Sources: https://support.gupshup.io/hc/en-us/articles/4407840924953 (Brazil, Mexico),
 * https://support.whapi.cloud/help-desk/faq/specifics-of-sending-messages-to-numbers-of-different-countries (Argentina).
 */
const SPELLINGS: readonly { readonly short: RegExp; readonly long: RegExp; readonly digit: string }[] = [
  // Brazil: two digits of the area, and a mobile number of eight digits, or of nine that begin with the ninth, 9.
  { short: /^(\+55[1-9]\d)([6-9]\d{7})$/, long: /^(\+55[1-9]\d)9([6-9]\d{7})$/, digit: '9' },
  // Mexico: ten digits; abroad they were dialled with a 1 before them.
  { short: /^(\+52)([2-9]\d{9})$/, long: /^(\+52)1([2-9]\d{9})$/, digit: '1' },
  // Argentina: ten digits; mobile ones have a 9 before them when they are called from abroad.
  { short: /^(\+54)([1-8]\d{9})$/, long: /^(\+54)9([1-8]\d{9})$/, digit: '9' },
];

/** The other way to spell a number, where there is one. @param address normalized: E.164 where it is a number */
export function otherSpelling(address: string): string | undefined {
  for (const { short, long, digit } of SPELLINGS) {
    if (short.test(address)) return address.replace(short, `$1${digit}$2`);
    if (long.test(address)) return address.replace(long, '$1$2');
  }
  return undefined;
}

/** The same for both ways to spell a number: what their thread is proposed by. */
export function rootSpelling(address: string): string {
  const other = otherSpelling(address);
  return other === undefined || address.length < other.length ? address : other;
}
