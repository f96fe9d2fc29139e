import type { UserError, UserErrorCode } from '../events/commands/commands.js';
import { isSingleLine } from '../events/message/plain-text.js';
import { parseInstant } from '../events/message/schedule.js';
import type { Caller, Scope } from './caller.js';
import { BOOTSTRAP_KEY_NAMES } from './bootstrap.js';
import { hasEnded, type ApiKeyView } from './key-view.js';
import { scopeName } from './scope-names.js';

export const NAME_LENGTH_MAX = 100;

export const refusal = (code: UserErrorCode, message: string, ...field: string[]): UserError => ({
  ...{ code, message, field },
});

export function refuseName(name: string, field = 'name'): UserError[] {
  if (name.trim() === '' || name.length > NAME_LENGTH_MAX || !isSingleLine(name))
    return [refusal('INPUT_INVALID', `1 to ${NAME_LENGTH_MAX} characters, and no control characters.`, field)];
  if (!BOOTSTRAP_KEY_NAMES.includes(name)) return [];
  return [refusal('INPUT_INVALID', 'That name belongs to the bootstrap key, which each start looks after.', field)];
}

/** Nobody gives what he doesn't hold, or a key could make itself a mightier one. */
export function refuseScopes(caller: Caller, scopes: readonly Scope[]): UserError[] {
  if (scopes.length === 0) return [refusal('INPUT_INVALID', 'Name at least one scope.', 'scopes')];
  const lacking = scopes.filter((scope) => !caller.scopes.has(scope));
  if (lacking.length === 0) return [];
  const names = lacking.map(scopeName).join(', ');
  return [refusal('SCOPE_NOT_HELD', `Your own key does not have ${names}.`, 'scopes')];
}

/** Null: never. */
export function refuseExpiry(text: string | null, now: Date): UserError[] {
  if (text === null) return [];
  const at = parseInstant(text);
  if (at === undefined)
    return [refusal('INPUT_INVALID', 'Not a time. Write it as RFC 3339 has it: 2030-01-31T09:00:00Z.', 'expiresAt')];
  return at > now ? [] : [refusal('INPUT_INVALID', 'It has passed already.', 'expiresAt')];
}

/** Whoever gives a key a new secret gets it, and with it whatever the key may do. */
export function refuseRotation(caller: Caller, key: ApiKeyView, now: Date): UserError | undefined {
  if (hasEnded(key, now)) return refusal('API_KEY_ENDED', 'It has ended: create another.', 'id');
  if (key.isCredentials) return refusal('INPUT_INVALID', 'These are credentials: refresh them instead.', 'id');
  // The next start would make the former secret good again.
  if (BOOTSTRAP_KEY_NAMES.includes(key.name))
    return refusal(
      'INPUT_INVALID',
      'Each start looks after the bootstrap key: exchange it where it is configured.',
      'id',
    );
  return refuseScopes(caller, key.scopes).map((refused) => ({ ...refused, field: ['id'] }))[0];
}
