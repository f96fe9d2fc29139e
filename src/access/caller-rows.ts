import { sql } from 'drizzle-orm';
import type { Executor } from '../database/database.js';
import { apiKeyIds, workspaceIds, type ApiKeyId } from '../events/kernel/ids.js';
import { isScope, type Caller } from './caller.js';
import { parseOwnQuota } from './limits/quota.js';

interface KeyRow extends Record<string, unknown> {
  place: number;
  id: string;
  workspace_id: string;
  scopes: string[];
  quota: unknown;
  ends_at_ms: number | null;
}

/**
 * Who holds these secrets, in their order: by a key, by one that was rotated a short while ago, or by the secret id of
 * credentials, which opens nothing but their refreshing. Nobody where the workspace is suspended, or where it has ended by
 * the database's clock, by which ends are written down.
 * @param hashes of the secrets, SHA-256 in hex
 */
export async function findCallers(
  executor: Executor,
  hashes: readonly string[],
): Promise<readonly (Caller | undefined)[]> {
  const found = await executor.execute<KeyRow>(sql`
    select place::integer, found.id, found.workspace_id, found.scopes, found.quota,
      (extract(epoch from found.ends_at) * 1000)::float8 as ends_at_ms
    from unnest(${sql.param(hashes)}::text[]) with ordinality as asked (hash, place)
    cross join lateral (
      select id, workspace_id, scopes, quota, least(expires_at, secret_expires_at) as ends_at
      from config.api_keys where secret_hash = decode(asked.hash, 'hex')
      union all
      select id, workspace_id, scopes, quota, least(expires_at, previous_secret_until)
      from config.api_keys where previous_secret_hash = decode(asked.hash, 'hex')
      union all
      select id, workspace_id, '{}', quota, expires_at
      from config.api_keys where secret_id_hash = decode(asked.hash, 'hex')
    ) found
    join config.workspaces on workspaces.id = found.workspace_id and workspaces.suspended_at is null
    where found.ends_at is null or found.ends_at > now()`);
  const callers = new Map(found.rows.map((row) => [row.place - 1, callerOf(row)]));
  return hashes.map((_, index) => callers.get(index));
}

/** Who these keys are, whatever their secrets, in their order: for what was made by a key and is good as long as it is. */
export async function findKeyHolders(
  executor: Executor,
  ids: readonly ApiKeyId[],
): Promise<readonly (Caller | undefined)[]> {
  const found = await executor.execute<KeyRow>(sql`
    select place::integer, k.id, k.workspace_id, k.scopes, k.quota,
      (extract(epoch from k.expires_at) * 1000)::float8 as ends_at_ms
    from unnest(${sql.param(ids.map((id) => apiKeyIds.toUuid(id)))}::uuid[]) with ordinality as asked (id, place)
    join config.api_keys k on k.id = asked.id
    join config.workspaces w on w.id = k.workspace_id and w.suspended_at is null
    where k.expires_at is null or k.expires_at > now()`);
  const callers = new Map(found.rows.map((row) => [row.place - 1, callerOf(row)]));
  return ids.map((_, index) => callers.get(index));
}

const callerOf = (row: KeyRow): Caller => ({
  workspaceId: workspaceIds.fromUuid(row.workspace_id),
  keyId: apiKeyIds.fromUuid(row.id),
  scopes: new Set(row.scopes.filter(isScope)),
  quota: parseOwnQuota(row.quota),
  expiresAt: row.ends_at_ms === null ? null : new Date(row.ends_at_ms),
});

/** Whether its time is over. */
export const hasExpired = ({ expiresAt }: Pick<Caller, 'expiresAt'>, now: number): boolean =>
  expiresAt !== null && expiresAt.getTime() <= now;
