import { isIP } from 'node:net';
import { isLoopbackAddress, isPublicAddress } from './public-address.js';

export const URL_LENGTH_MAX = 2_048;

/** What a process was configured with. */
export interface UrlRules {
  /** For trying things out on one machine (`PARLEY_ALLOW_LOOPBACK`). */
  readonly isLoopbackAllowed?: boolean;
}

/** Why this is no address on the web at all; undefined: it is one. */
export function refuseUrl(text: string): string | undefined {
  const url = text.length <= URL_LENGTH_MAX && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol) || url.hostname === '')
    return `Must be an absolute http or https URL of at most ${URL_LENGTH_MAX} characters.`;
  return url.username === '' && url.password === '' ? undefined : 'Must not contain a user name or a password.';
}

/**
 * Why nothing of ours may be sent to fetch from this URL; undefined: it may, as far as form and literal address tell.
 * What its name stands for is judged at each connection (`outbound/guarded-agent.ts`). `URL` has already turned
 * `2130706433`, `0x7f.1` and the like into `127.0.0.1`.
 */
export function refusePublicUrl(text: string, { isLoopbackAllowed = false }: UrlRules = {}): string | undefined {
  const refusal = refuseUrl(text);
  if (refusal !== undefined) return refusal;
  const url = new URL(text);
  const host = hostOf(url);
  const isPublic = isIP(host) === 0 ? !isLocalName(host) : isPublicAddress(host);
  if (!isPublic && !(isLoopbackAllowed && isLoopbackHost(host))) return 'Must not point at a private or local address.';
  return isUsualPort(url.port) ? undefined : 'Must not name a port that belongs to another protocol.';
}

/** Without the brackets of IPv6, and without the dots that a name may end with. */
const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '').replace(/\.+$/, '');

const isLoopbackHost = (host: string): boolean =>
  isLoopbackAddress(host) || host === 'localhost' || host.endsWith('.localhost');

/** Names that RFC 6761, 6762, 8375 and ICANN keep for networks of one's own. One without a dot is only known at home. */
const LOCAL_SUFFIXES = ['localhost', 'local', 'internal', 'home.arpa'] as const;
const isLocalName = (host: string): boolean =>
  !host.includes('.') || LOCAL_SUFFIXES.some((suffix) => host === suffix || host.endsWith(`.${suffix}`));

/** Above 1,023, of protocols of which some take the lines of HTTP for commands; most of them no browser speaks to either. */
const FOREIGN_PORTS: ReadonlySet<number> = new Set([
  ...[1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679],
  ...[6697, 10_080, 11_211],
]);

/** @param port as `URL` has it: empty where it is the protocol's own */
function isUsualPort(port: string): boolean {
  if (port === '' || port === '80' || port === '443') return true;
  return Number(port) >= 1_024 && !FOREIGN_PORTS.has(Number(port));
}
