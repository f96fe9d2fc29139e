import { accepted, refused } from '../events/kernel/decision.js';
import { parseInstant } from '../events/message/schedule.js';
import type { AccessResult, NewApiKeyInput } from './administration.js';
import type { Caller } from './caller.js';
import { refuseExpiry, refuseName, refuseScopes } from './judge-key.js';
import { quotaFor, refuseQuota } from './judge-quota.js';
import type { Quota } from './limits/quota.js';
import type { NewKey } from './manage-keys.js';

/** The key that was asked for, in its maker's workspace; or everything that is wrong with it. */
export function judgeNewKey(caller: Caller, input: NewApiKeyInput, now: Date, defaults: Quota): AccessResult<NewKey> {
  const { name, scopes, expiresAt, quota } = input;
  const refusals = [
    ...refuseName(name),
    ...refuseScopes(caller, scopes),
    ...refuseExpiry(expiresAt, now),
    ...refuseQuota(caller, quota, defaults),
  ];
  if (refusals.length > 0) return refused(...refusals);
  const ends = (expiresAt === null ? undefined : parseInstant(expiresAt)) ?? null;
  const given = { name, scopes: [...new Set(scopes)], quota: quotaFor(caller, quota) };
  return accepted({ ...given, workspaceId: caller.workspaceId, expiresAt: ends });
}
