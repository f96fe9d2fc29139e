/** An id that a person has at one page, or at one Instagram account: digits, and another one elsewhere. */
export function normalizeScopedId(address: string): string | undefined {
  const given = address.trim();
  return /^[1-9]\d{0,63}$/.test(given) ? given : undefined;
}
