/** What there is of a key, over all processes. */
export interface Quota {
  readonly requestsPerSecond: number;
  /** Each message of a batch is one. */
  readonly sendsPerSecond: number;
  /** In fields that might be answered, as `http/graphql/cost.ts` counts them. */
  readonly costPerSecond: number;
  /** Open at a time. */
  readonly sockets: number;
  readonly subscriptions: number;
}

export const QUOTA_NAMES = [
  ...(['requestsPerSecond', 'sendsPerSecond', 'costPerSecond', 'sockets', 'subscriptions'] as const),
] as const satisfies readonly (keyof Quota)[];

/** What a key has of its own; of what isn't there it has the instance's default. */
export type OwnQuota = Partial<Quota>;

/** What a key has where nobody says otherwise (design §11); 100,000 fields are about a tenth of a second of CPU. */
export const QUOTA_DEFAULTS: Quota = {
  ...{ requestsPerSecond: 500, sendsPerSecond: 1_000, costPerSecond: 100_000 },
  ...{ sockets: 10_000, subscriptions: 20_000 },
};

export const QUOTA_MAX = 999_999_999;

const isQuantity = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= QUOTA_MAX;

/** What is there of each. */
export function quotaOf(read: (name: keyof Quota) => number | undefined): OwnQuota {
  const own: { -readonly [Name in keyof Quota]?: number } = {};
  for (const name of QUOTA_NAMES) {
    const value = read(name);
    if (value !== undefined) own[name] = value;
  }
  return own;
}

/** As a key's row keeps it: names of later versions, and what is no quantity, are passed over. */
export function parseOwnQuota(json: unknown): OwnQuota {
  if (typeof json !== 'object' || json === null) return {};
  const given = new Map<string, unknown>(Object.entries(json));
  return quotaOf((name) => {
    const value = given.get(name);
    return isQuantity(value) ? value : undefined;
  });
}

/** Tokens flow in at `perSecond` until there are `burst`; both whole. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** What is paid for with tokens. */
export type BudgetKind = 'requests' | 'sends' | 'cost';
/** What is held for a while. */
export type SlotKind = 'sockets' | 'subscriptions';

/** Of costs one saves up for an expensive query: at least the dearest operation there is, or it could never be asked. */
const COST_BURST_SECONDS = 10;
const COST_BURST_MIN = 25_000;

/** @param own undefined: it has none of its own */
export const limitOf = (name: keyof Quota, own: OwnQuota | undefined, defaults: Quota): number =>
  own?.[name] ?? defaults[name];

/** @param own as above */
export function rateOf(kind: BudgetKind, own: OwnQuota | undefined, defaults: Quota): Rate {
  switch (kind) {
    case 'requests':
      return inOneSecond(limitOf('requestsPerSecond', own, defaults));
    case 'sends':
      return inOneSecond(limitOf('sendsPerSecond', own, defaults));
    case 'cost': {
      const perSecond = limitOf('costPerSecond', own, defaults);
      return { perSecond, burst: Math.max(COST_BURST_MIN, perSecond * COST_BURST_SECONDS) };
    }
  }
}

const inOneSecond = (perSecond: number): Rate => ({ perSecond, burst: perSecond });
