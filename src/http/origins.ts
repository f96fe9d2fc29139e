/**
 * Whether a browser page may open a WebSocket here: browsers don't ask first, as they do for fetch. Without an `Origin`
 * it is no browser. A page of this server itself always may.
 */
export function isOriginAllowed(
  origin: string | undefined,
  host: string | undefined,
  allowed: readonly string[],
): boolean {
  if (origin === undefined || allowed.includes('*') || allowed.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}
