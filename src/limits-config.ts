import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { z } from 'zod';
import { QUOTA_DEFAULTS, QUOTA_MAX, type Quota } from './access/limits/quota.js';

/** What somebody may use, and whom Parley believes about an address. */
export interface LimitsConfig {
  /** Of a key that has none of its own. */
  readonly quota: Quota;
  /** Of an address, in each process. */
  readonly failedAuthenticationsPerSecond: number;
  readonly unauthenticatedSockets: number;
  /** Whose `X-Forwarded-For` counts. */
  readonly trustedProxies: readonly Network[];
  /** Absolute path of a manifest. Undefined: every document is answered. */
  readonly trustedDocuments: string | undefined;
}

/** `10.0.0.0/8`; an address alone is a network of one. */
export interface Network {
  readonly address: string;
  readonly prefix: number;
  readonly family: 'ipv4' | 'ipv6';
}

const quantity = (byDefault: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,8}$/, `must be a whole number from 1 to ${QUOTA_MAX}`)
    .transform(Number)
    .default(byDefault);

export const limitsEnvironment = {
  PARLEY_LIMIT_REQUESTS: quantity(QUOTA_DEFAULTS.requestsPerSecond),
  PARLEY_LIMIT_SENDS: quantity(QUOTA_DEFAULTS.sendsPerSecond),
  PARLEY_LIMIT_COST: quantity(QUOTA_DEFAULTS.costPerSecond),
  PARLEY_LIMIT_SOCKETS: quantity(QUOTA_DEFAULTS.sockets),
  PARLEY_LIMIT_SUBSCRIPTIONS: quantity(QUOTA_DEFAULTS.subscriptions),
  PARLEY_LIMIT_FAILED_AUTHENTICATIONS: quantity(10),
  PARLEY_LIMIT_UNAUTHENTICATED_SOCKETS: quantity(1_000),
  PARLEY_TRUSTED_PROXIES: z.string().transform(toNetworks).default([]),
  PARLEY_TRUSTED_DOCUMENTS: z
    .string()
    .transform((path) => resolve(path))
    .optional(),
};

type LimitsEnvironment = z.infer<z.ZodObject<typeof limitsEnvironment>>;

export const readLimitsConfig = (is: LimitsEnvironment): LimitsConfig => ({
  quota: {
    requestsPerSecond: is.PARLEY_LIMIT_REQUESTS,
    sendsPerSecond: is.PARLEY_LIMIT_SENDS,
    costPerSecond: is.PARLEY_LIMIT_COST,
    sockets: is.PARLEY_LIMIT_SOCKETS,
    subscriptions: is.PARLEY_LIMIT_SUBSCRIPTIONS,
  },
  failedAuthenticationsPerSecond: is.PARLEY_LIMIT_FAILED_AUTHENTICATIONS,
  unauthenticatedSockets: is.PARLEY_LIMIT_UNAUTHENTICATED_SOCKETS,
  trustedProxies: is.PARLEY_TRUSTED_PROXIES,
  trustedDocuments: is.PARLEY_TRUSTED_DOCUMENTS,
});

function toNetworks(text: string, context: z.RefinementCtx): readonly Network[] {
  const networks = text.split(',').map((part) => toNetwork(part.trim()));
  if (networks.every((network) => network !== undefined)) return networks;
  context.addIssue('must be addresses or networks such as 10.0.0.0/8, separated by commas');
  return z.NEVER;
}

function toNetwork(text: string): Network | undefined {
  const [, address = '', prefix] = /^([0-9a-fA-F.:]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(address);
  const bits = version === 4 ? 32 : 128;
  if (version === 0 || Number(prefix ?? bits) > bits) return undefined;
  return { address, prefix: Number(prefix ?? bits), family: version === 4 ? 'ipv4' : 'ipv6' };
}
