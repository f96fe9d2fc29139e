import type { UserError } from '../events/commands/commands.js';
import type { Caller } from './caller.js';
import { refusal } from './judge-key.js';
import { limitOf, QUOTA_MAX, QUOTA_NAMES, type OwnQuota, type Quota } from './limits/quota.js';

/** Nobody gives more than his own key may use; but the administrator of the instance, whose it is to give. */
export function refuseQuota(caller: Caller, asked: OwnQuota, defaults: Quota): UserError[] {
  return QUOTA_NAMES.flatMap((name) => {
    const value = asked[name];
    if (value === undefined) return [];
    if (value < 1 || value > QUOTA_MAX) return [refusal('INPUT_INVALID', `1 to ${QUOTA_MAX}.`, 'limits', name)];
    const most = caller.scopes.has('INSTANCE_ADMIN') ? QUOTA_MAX : limitOf(name, caller.quota, defaults);
    return value <= most ? [] : [refusal('INPUT_INVALID', `Your own key may use ${most}.`, 'limits', name)];
  });
}

/** Of what isn't said a new key has as much of its own as the one that makes it. */
export const quotaFor = (caller: Caller, asked: OwnQuota): OwnQuota => ({ ...caller.quota, ...asked });
