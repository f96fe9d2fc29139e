import type { FilePlace } from '../media.js';
import { FILE_HOST } from '../meta-whatsapp/file.js';
import { accessOf, type CbotSettings } from './settings.js';

/** On premises a file lies below its id; in the cloud CBOT tells where, as Meta does. */
export const filePathOf = ({ flavour }: Pick<CbotSettings, 'flavour'>, mediaId: string): string =>
  flavour === 'CLOUD' ? `/${encodeURIComponent(mediaId)}` : `/v1/media/${encodeURIComponent(mediaId)}`;

/** @param url absolute, or a path below CBOT's API. CBOT's key opens Meta's address only where CBOT itself serves it. */
export function filePlaceOf(settings: CbotSettings, url: string): FilePlace {
  const { baseUrl, headers: credentials } = accessOf(settings);
  const below = (path: string) => `${baseUrl.replace(/\/+$/, '')}${path}`;
  if (url.startsWith('/')) return { url: below(url), baseUrl, credentials };
  const at = URL.canParse(url) ? new URL(url) : undefined;
  return { url: at?.hostname === FILE_HOST ? below(`${at.pathname}${at.search}`) : url, baseUrl, credentials };
}
