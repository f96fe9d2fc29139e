import type { AccessResult, KeyWithSecret } from '../access/administration.js';
import { SCOPES } from '../access/caller.js';
import type { ApiKeyView } from '../access/key-view.js';
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
  });

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
