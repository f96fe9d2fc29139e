import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector } from 'undici';
import { isLoopbackAddress, isPublicAddress } from '../events/kernel/public-address.js';
import type { UrlRules } from '../events/kernel/public-url.js';

/** Somebody asked to be connected with an address that isn't public. No byte was sent, no connection begun. */
export class AddressRefusedError extends Error {
  override readonly name = 'AddressRefusedError';
  readonly code = 'ADDRESS_REFUSED';
  constructor() {
    super('The address is private or local.');
  }
}

export interface GuardedAgentOptions extends UrlRules, Agent.Options {
  /** Milliseconds for a connection, TLS included. */
  readonly connectTimeout: number;
  /** Looks names up; default: as the operating system does. */
  readonly lookup?: LookupFunction;
}

/**
 * An agent for URLs that somebody else chose: it connects with public addresses only (F24). A name is looked up once for
 * each connection, all of its addresses are judged, and the connection is made to what was judged: a name that stands
 * for something else a moment later changes nothing. It follows no redirect by itself.
 */
export function createGuardedAgent(options: GuardedAgentOptions): Agent {
  const { isLoopbackAllowed = false, lookup = systemLookup as LookupFunction, connectTimeout, ...rest } = options;
  const isFit = (address: string) => isPublicAddress(address) || (isLoopbackAllowed && isLoopbackAddress(address));
  // Read by net.connect, which doesn't ask for literal addresses: those are judged below.
  const judged = { timeout: connectTimeout, lookup: judging(lookup, isFit) };
  const connect = buildConnector(judged);
  return new Agent({
    ...rest,
    connect(target, callback) {
      const host = target.hostname.replace(/^\[|\]$/g, '');
      if (isIP(host) === 0 || isFit(host)) connect(target, callback);
      else callback(new AddressRefusedError(), null);
    },
  });
}

/** One address that isn't fit spoils the name: whoever mixes them is up to something. */
function judging(lookup: LookupFunction, isFit: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) =>
    lookup(hostname, { ...options, all: true }, (error, found) => {
      // Without `found` where there is an error.
      if (error !== null) return callback(error, []);
      const addresses = typeof found === 'string' ? [] : found;
      const [first] = addresses;
      if (first === undefined || !addresses.every(({ address }) => isFit(address)))
        return callback(new AddressRefusedError(), []);
      return options.all === true ? callback(null, addresses) : callback(null, first.address, first.family);
    });
}
