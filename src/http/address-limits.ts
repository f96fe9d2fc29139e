import { rateLimited, type Limit } from '../access/limits/refusals.js';
import { createPlaces } from '../places.js';
import { createRecent } from '../recent.js';
import { neighbourhoodOf } from './client-address.js';

/** What an address may do before anybody has shown a key. */
export interface AddressLimits {
  /** Before somebody unknown is looked up. @throws AppError RATE_LIMITED where too many wrong keys came from there */
  requireTrust(address: string): void;
  /** A wrong key came from there. */
  noteFailure(address: string): void;
  /** A socket that has not said who it is; undefined: too many of the address haven't. Otherwise what ends its waiting. */
  awaitInit(address: string): (() => void) | undefined;
  /** Whether another one may open. */
  mayOpen(address: string): boolean;
}

export interface AddressLimitsDeps {
  readonly failedAuthenticationsPerSecond: number;
  readonly unauthenticatedSockets: number;
  readonly onRefused: (limit: Limit) => void;
  /** In ms, of a clock that is never set. */
  readonly now?: () => number;
}

/** Of so many addresses failures are remembered. */
const ADDRESSES_MAX = 10_000;
const BURST_SECONDS = 10;

interface Failures {
  /** What was failed and has not been forgiven yet. */
  count: number;
  at: number;
}

/**
 * By address and in memory of one process: nobody is known yet whom others could be told of, and to ask Postgres is just
 * what is being limited.
 */
export function createAddressLimits(deps: AddressLimitsDeps): AddressLimits {
  const { failedAuthenticationsPerSecond: perSecond, unauthenticatedSockets, onRefused } = deps;
  const { now = () => performance.now() } = deps;
  const failures = createRecent<Failures>(ADDRESSES_MAX);
  const waiting = createPlaces(Infinity, unauthenticatedSockets);
  const failuresOf = (place: string): number => {
    const known = failures.get(place);
    return known === undefined ? 0 : Math.max(0, known.count - ((now() - known.at) / 1_000) * perSecond);
  };
  const mayOpen = (address: string) => {
    const isFree = waiting.isFree(neighbourhoodOf(address));
    if (!isFree) onRefused('unauthenticated_sockets');
    return isFree;
  };
  return {
    mayOpen,
    requireTrust(address) {
      const over = failuresOf(neighbourhoodOf(address)) + 1 - perSecond * BURST_SECONDS;
      if (over <= 0) return;
      onRefused('failed_authentications');
      throw rateLimited('failed_authentications', Math.ceil((over / perSecond) * 1_000));
    },
    noteFailure(address) {
      const place = neighbourhoodOf(address);
      failures.set(place, { count: failuresOf(place) + 1, at: now() });
    },
    awaitInit: (address) => (mayOpen(address) ? waiting.take(neighbourhoodOf(address)) : undefined),
  };
}
