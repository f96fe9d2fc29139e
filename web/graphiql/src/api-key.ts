const STORED_AS = 'parley:api-key';

/**
 * The key out of `#key=…`, as the start prints it, else the one of the last visit. The fragment is taken out of the
 * address at once: it never reaches a server, and shouldn't stay in the history either.
 */
export function readApiKey(): string | undefined {
  const given = new URLSearchParams(location.hash.slice(1)).get('key');
  if (given === null) return localStorage.getItem(STORED_AS) ?? undefined;
  localStorage.setItem(STORED_AS, given);
  history.replaceState(null, '', location.pathname + location.search);
  return given;
}
