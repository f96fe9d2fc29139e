import { InvalidArgumentError } from 'commander';
import { ALL_SCOPES, parseScopes, SCOPE_NAMES } from '../access/scope-names.js';
import type { Scope } from '../access/caller.js';
import { apiKeyIds, workspaceIds, type ApiKeyId, type WorkspaceId } from '../events/kernel/ids.js';
import { isSingleLine } from '../events/message/plain-text.js';
import { parseInstant } from '../events/message/schedule.js';

const NAME_LENGTH_MAX = 100;
const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Told the time of the run, for a duration counts from it. */
export type Expiry = (now: Date) => Date;

/** @throws InvalidArgumentError which ends the process with the usage; so do all of these */
export function toScopes(text: string): readonly Scope[] {
  const scopes = parseScopes(text);
  if (scopes !== undefined) return scopes;
  throw new InvalidArgumentError(`Name some of ${SCOPE_NAMES.join(',')}, or ${ALL_SCOPES}.`);
}

/** `90d`, `12h`, `30m`, or RFC 3339. */
export function toExpiry(text: string): Expiry {
  const [, count, unit = ''] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  const unitMs = UNIT_MS[unit];
  if (Number(count) > 0 && unitMs !== undefined) return (now) => new Date(now.getTime() + Number(count) * unitMs);
  const at = parseInstant(text);
  if (at !== undefined) return () => at;
  throw new InvalidArgumentError('Write 90d, 12h or 30m, or a time as RFC 3339 has it, e.g. 2030-01-31T09:00:00Z.');
}

export function toName(text: string): string {
  if (text.trim() !== '' && text.length <= NAME_LENGTH_MAX && isSingleLine(text)) return text;
  throw new InvalidArgumentError(`1 to ${NAME_LENGTH_MAX} characters, and no control characters.`);
}

export function toWorkspaceId(text: string): WorkspaceId {
  const id = workspaceIds.parse(text);
  if (id !== undefined) return id;
  throw new InvalidArgumentError('A workspace id begins with ws_: `parley key list` names some.');
}

export function toApiKeyId(text: string): ApiKeyId {
  const id = apiKeyIds.parse(text);
  if (id !== undefined) return id;
  throw new InvalidArgumentError(
    'The id of a key begins with key_, and the key itself is none: see `parley key list`.',
  );
}
