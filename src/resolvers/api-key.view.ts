import type { AccessResult, KeyWithSecret } from '../access/administration.js';
import { SCOPES } from '../access/caller.js';
import type { ApiKeyView } from '../access/key-view.js';
import { quotaOf, type OwnQuota } from '../access/limits/quota.js';
import { ApiKeyLimits, type ApiKeyLimitsInput } from '../schema/graphql/api-key-limits.type.js';
import { ApiKey } from '../schema/graphql/api-key.type.js';
import type { UserError } from '../schema/graphql/user-error.type.js';
import { instance } from './instance.js';
import { toUserErrors } from './user-error.view.js';

export const toApiKey = (view: ApiKeyView): ApiKey =>
  instance(ApiKey, {
    id: view.id,
    name: view.name,
    kind: view.isCredentials ? 'CREDENTIALS' : 'API_KEY',
    scopes: SCOPES.filter((scope) => view.scopes.includes(scope)),
    createdAt: view.createdAt.toISOString(),
    expiresAt: view.expiresAt?.toISOString() ?? null,
    lastUsedAt: view.lastUsedAt?.toISOString() ?? null,
    previousSecretExpiresAt: view.previousSecretUntil?.toISOString() ?? null,
    limits: toLimits(view.quota),
  });

const toLimits = (own: OwnQuota): ApiKeyLimits =>
  instance(ApiKeyLimits, {
    requestsPerSecond: own.requestsPerSecond ?? null,
    sendsPerSecond: own.sendsPerSecond ?? null,
    costPerSecond: own.costPerSecond ?? null,
    sockets: own.sockets ?? null,
    subscriptions: own.subscriptions ?? null,
  });

/** What was asked for; null and absent mean the same. */
export const toOwnQuota = (asked: ApiKeyLimitsInput | null | undefined): OwnQuota =>
  quotaOf((name) => asked?.[name] ?? undefined);

/** A key with its secret, or why there is none. */
export function toKeyPayload(result: AccessResult<KeyWithSecret>): {
  readonly apiKey: ApiKey | null;
  readonly secret: string | null;
  readonly userErrors: UserError[];
} {
  return result.ok
    ? { apiKey: toApiKey(result.value.key), secret: result.value.secret, userErrors: [] }
    : { apiKey: null, secret: null, userErrors: toUserErrors(result.refusals) };
}
