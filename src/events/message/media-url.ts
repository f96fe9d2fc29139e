import { BlockList, isIP } from 'node:net';

export const URL_LENGTH_MAX = 2_048;

/** Why a URL can't be an action's link; undefined: it can. */
export function refuseLink(text: string): string | undefined {
  const url = text.length <= URL_LENGTH_MAX && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol) || url.hostname === '')
    return `Must be an absolute http or https URL of at most ${URL_LENGTH_MAX} characters.`;
  return url.username === '' && url.password === '' ? undefined : 'Must not contain a user name or a password.';
}

/**
 * Why a URL can't be media; undefined: it can. Judged by its form and literal address alone: only the provider fetches
 * it, so no name is looked up. `URL` has already turned `2130706433`, `0x7f.1` and the like into `127.0.0.1`.
 */
export function refuseMediaUrl(text: string): string | undefined {
  const refusal = refuseLink(text);
  if (refusal !== undefined) return refusal;
  return isPublicHost(new URL(text).hostname) ? undefined : 'Must not point at a private or local address.';
}

function isPublicHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.+$/, '');
  if (isIP(host) === 4) return !NOT_PUBLIC.check(host, 'ipv4');
  if (isIP(host) === 6) return GLOBAL_IPV6.check(host, 'ipv6') && !NOT_PUBLIC.check(host, 'ipv6');
  return host !== '' && host !== 'localhost' && !host.endsWith('.localhost');
}

/** IANA's special-purpose registries: what is not reachable as one public host. */
const NOT_PUBLIC = blockListOf([
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'],
  ...['192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24'],
  ...['203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
  ...['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'],
]);

/** The only range that IPv6 routes over the Internet; loopback, mapped, local and multicast addresses lie outside. */
const GLOBAL_IPV6 = blockListOf(['2000::/3']);

function blockListOf(subnets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [network = '', prefix] = subnet.split('/');
    list.addSubnet(network, Number(prefix), network.includes(':') ? 'ipv6' : 'ipv4');
  }
  return list;
}
