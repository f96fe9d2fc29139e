import type { FilePlace } from '../media.js';
import { isPlain, needsKey } from './content.js';
import { messagesOf, type BirdSettings } from './settings.js';

/** Where a file lies that a message names; undefined: it names no address. Another host than Bird's is shown no key. */
export function filePlaceOf(settings: BirdSettings, url: string): FilePlace | undefined {
  if (!isPlain(url)) return undefined;
  const { baseUrl, headers: credentials = {} } = messagesOf(settings);
  return { url, baseUrl, ...(needsKey(url, settings) && { credentials, credentialHosts: [new URL(url).hostname] }) };
}
