const SCHEME = 'provider-media:';

/**
 * What stands in `Media.url` of an incoming file that only the provider's credentials open: its id there, or an address
 * that answers nobody else. It is no address that a client could load. Never throws: halves of characters, which no URL
 * can spell, become the sign for what can't be read.
 */
export const toMediaReference = (id: string): string =>
  `${SCHEME}${encodeURIComponent(id.replace(/\p{Surrogate}/gu, '\ufffd'))}`;

/** The provider's id, or undefined where the address is an ordinary one. */
export function mediaIdIn(url: string): string | undefined {
  if (!url.startsWith(SCHEME)) return undefined;
  try {
    return decodeURIComponent(url.slice(SCHEME.length));
  } catch {
    return undefined;
  }
}
