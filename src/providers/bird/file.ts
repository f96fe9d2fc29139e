import type { FilePlace } from '../media.js';
import { placeBelow } from '../place-below.js';
import { isPlain, needsKey } from './content.js';
import { messagesOf, type BirdSettings } from './settings.js';

/**
 * Where a file lies that a message names; undefined: it names no address. Another host than Bird's is shown no key, and
 * where another host was set for the API, Bird's files are asked of that one.
 */
export function filePlaceOf(settings: BirdSettings, url: string): FilePlace | undefined {
  if (!isPlain(url)) return undefined;
  const { baseUrl, headers: credentials = {} } = messagesOf(settings);
  if (!needsKey(url, settings)) return { url, baseUrl };
  return settings.apiBaseUrl === undefined
    ? { url, baseUrl, credentials, credentialHosts: [new URL(url).hostname] }
    : { url: placeBelow(baseUrl, url), baseUrl, credentials };
}
