import type { IncomingHttpHeaders } from 'node:http';
import { BlockList, isIP } from 'node:net';
import type { Network } from '../limits-config.js';

/** Who is at the other end, as far as those in between are believed. */
export type AddressOf = (request: Arrival) => string;

/** Of a request. */
export interface Arrival {
  readonly socket: { readonly remoteAddress?: string | undefined };
  readonly headers: IncomingHttpHeaders;
}

/** Longer than any chain of proxies: of what a client writes no more is looked at. */
const HOPS_MAX = 20;

/**
 * The last address that no trusted proxy has: each of them adds whom it speaks for at the end, and what stands before an
 * address that isn't trusted is that one's own claim. From anybody else the header counts for nothing.
 */
export function createAddressOf(trusted: readonly Network[]): AddressOf {
  const list = new BlockList();
  for (const { address, prefix, family } of trusted) list.addSubnet(address, prefix, family);
  const isTrusted = (address: string) => list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  return ({ socket, headers: { 'x-forwarded-for': forwardedFor } }) => {
    let address = plain(socket.remoteAddress ?? '');
    if (trusted.length === 0 || forwardedFor === undefined) return address;
    const hops = [forwardedFor].flat().join(',').split(',').slice(-HOPS_MAX).map(plain);
    while (isIP(address) !== 0 && isTrusted(address)) {
      const hop = hops.pop();
      if (hop === undefined || isIP(hop) === 0) break;
      address = hop;
    }
    return address;
  };
}

/** Without a port, brackets or a zone; an IPv4 address in the form of IPv6 is that IPv4 address. */
function plain(text: string): string {
  const trimmed = text.trim();
  const [, bracketed] = /^\[([^\]]*)\](?::\d+)?$/.exec(trimmed) ?? [];
  const [, before] = /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(trimmed) ?? [];
  const address = (bracketed ?? before ?? trimmed).replace(/%.*$/, '');
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  return mapped ?? address;
}

/** What counts as one: whoever has an IPv6 address has the 2^64 beside it too. */
export function neighbourhoodOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [before = '', after] = address.split('::');
  const head = before === '' ? [] : before.split(':');
  const tail = after === undefined || after === '' ? [] : after.split(':');
  const zeros = after === undefined ? 0 : Math.max(0, 8 - head.length - tail.length);
  const groups = [...head, ...Array.from({ length: zeros }, () => '0'), ...tail];
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, '').toLowerCase())
    .join(':');
}
