import { and, asc, eq, gt, isNull, or, sql } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import type { Database, Transaction } from '../database/database.js';
import type { AuditEvent } from '../events/channel/events.js';
import type { UserError } from '../events/commands/commands.js';
import { accepted, refused, type Decision } from '../events/kernel/decision.js';
import { apiKeyIds, workspaceIds, type ApiKeyId, type WorkspaceId } from '../events/kernel/ids.js';
import { apiKeys, workspaces } from '../schema/tables/index.js';
import { apiKeyHash, newApiKey } from './api-keys.js';
import { recordAudit, tellKeysChanged } from './audit.js';
import type { Scope } from './caller.js';
import { apiKeyViewOf, type ApiKeyView } from './key-view.js';
import { parseOwnQuota, type OwnQuota } from './limits/quota.js';

/** Nobody keeps more workspaces or keys by hand; what is beyond is told. */
const LISTED_MAX = 1_000;

export interface WorkspaceView {
  readonly id: WorkspaceId;
  readonly name: string;
}

/** Oldest first: the first of them is the demo workspace. */
export async function listWorkspaces({ orm }: Database): Promise<readonly WorkspaceView[]> {
  const rows = await orm
    .select()
    .from(workspaces)
    .orderBy(asc(workspaces.createdAt), asc(workspaces.id))
    .limit(LISTED_MAX);
  return rows.map(({ id, name }) => ({ id: workspaceIds.fromUuid(id), name }));
}

/** Oldest first. @param workspaceId undefined: of all workspaces */
export async function listKeys(
  { orm }: Database,
  workspaceId: WorkspaceId | undefined,
): Promise<{ readonly keys: readonly ApiKeyView[]; readonly hasMore: boolean }> {
  const ofIt = workspaceId && eq(apiKeys.workspaceId, workspaceIds.toUuid(workspaceId));
  const byAge = [asc(apiKeys.createdAt), asc(apiKeys.id)] as const;
  const rows = await orm
    .select()
    .from(apiKeys)
    .where(ofIt)
    .orderBy(...byAge)
    .limit(LISTED_MAX + 1);
  return { keys: rows.slice(0, LISTED_MAX).map(apiKeyViewOf), hasMore: rows.length > LISTED_MAX };
}

export interface NewKey {
  readonly workspaceId: WorkspaceId;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expiresAt: Date | null;
  /** Absent: the instance's defaults. */
  readonly quota?: OwnQuota | undefined;
}

/** What was done, and the event that says so: in the outbox, and to be published by whoever has a log. */
export type Done<What> = What & { readonly event: AuditEvent };

/**
 * The key and its audit event, in one transaction. A running process appends the event; without one it waits.
 * @param actorKeyId null: the operator, on the command line; so in all of these
 * @returns the key itself, which nobody can find out later
 * @throws NoInstanceError
 */
export async function createKey(
  database: Database,
  asked: NewKey,
  now: Date,
  actorKeyId: ApiKeyId | null = null,
): Promise<Done<ApiKeyView & { readonly key: string }>> {
  return database.transaction(async (tx) => {
    const made = await insertKey(tx, asked, now);
    const event = await recordAudit(tx, { ...about(made), action: 'api_key.create', actorKeyId }, now);
    return { ...made, event };
  });
}

/** The row alone, for whoever audits something larger. */
export async function insertKey(
  tx: Transaction,
  asked: NewKey,
  now: Date,
): Promise<ApiKeyView & { readonly key: string }> {
  const key = newApiKey();
  const [row] = await tx
    .insert(apiKeys)
    .values({ ...keyRow(asked, now), secretHash: apiKeyHash(key) })
    .returning();
  if (row === undefined) throw new Error('The key was not inserted.');
  return { ...apiKeyViewOf(row), key };
}

/** All of a new key's row but its secret. */
export const keyRow = ({ workspaceId, name, scopes, expiresAt, quota = {} }: NewKey, createdAt: Date) => ({
  ...{ id: uuidv7(), workspaceId: workspaceIds.toUuid(workspaceId), name, scopes: [...scopes], expiresAt, createdAt },
  quota,
});

/** What became of a key that was to be changed; undefined: there is no such key. */
export type Ended = { readonly key: ApiKeyView; readonly revoked: boolean; readonly event?: AuditEvent | undefined };

/**
 * Ends the key now: it stays listed, and opens nothing within 5 s.
 * @param workspaceId undefined: whichever it is in
 * @returns undefined: there is no such key; `revoked: false`: it had ended before
 * @throws NoInstanceError
 */
export async function revokeKey(
  database: Database,
  id: ApiKeyId,
  now: Date,
  { workspaceId, actorKeyId = null }: { workspaceId?: WorkspaceId; actorKeyId?: ApiKeyId | null } = {},
): Promise<Ended | undefined> {
  return database.transaction(async (tx) => {
    const own = ownKey(id, workspaceId);
    // By the database's clock, as it is judged: a clock that is fast here must not let it live on.
    const isValid = or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, sql`now()`));
    const [ended] = await tx
      .update(apiKeys)
      .set({ expiresAt: sql`now()` })
      .where(and(own, isValid))
      .returning();
    if (ended !== undefined) {
      const key = apiKeyViewOf(ended);
      const event = await recordAudit(tx, { ...about(key), action: 'api_key.revoke', actorKeyId }, now);
      await tellKeysChanged(tx);
      return { key, revoked: true, event };
    }
    const [row] = await tx.select().from(apiKeys).where(own);
    return row && { key: apiKeyViewOf(row), revoked: false };
  });
}

export interface Rotation {
  readonly id: ApiKeyId;
  readonly workspaceId: WorkspaceId;
  readonly actorKeyId: ApiKeyId;
  /** For how long the old secret is good beside the new one. */
  readonly overlapMs: number;
  /** What is changed of its quota. */
  readonly quota?: OwnQuota | undefined;
  /** Judges the key, under its lock; a refusal leaves it as it is. */
  readonly refuse: (key: ApiKeyView) => UserError | undefined;
}

/**
 * Gives the key a new secret. The old one stays good for the overlap; one that was left from an earlier rotation doesn't.
 * @returns undefined: there is no such key
 */
export async function rotateKey(
  database: Database,
  { id, workspaceId, actorKeyId, overlapMs, quota: changes, refuse }: Rotation,
  now: Date,
): Promise<Decision<Done<ApiKeyView & { readonly key: string }>, UserError> | undefined> {
  return database.transaction(async (tx) => {
    const own = ownKey(id, workspaceId);
    const [row] = await tx.select().from(apiKeys).where(own).for('update');
    if (row === undefined) return undefined;
    const refusal = refuse(apiKeyViewOf(row));
    if (refusal !== undefined) return refused(refusal);
    const key = newApiKey();
    const previous =
      overlapMs > 0
        ? { previousSecretHash: row.secretHash, previousSecretUntil: new Date(now.getTime() + overlapMs) }
        : { previousSecretHash: null, previousSecretUntil: null };
    const quota = { ...parseOwnQuota(row.quota), ...changes };
    await tx
      .update(apiKeys)
      .set({ secretHash: apiKeyHash(key), ...previous, quota })
      .where(own);
    const view = apiKeyViewOf({ ...row, ...previous, quota });
    const event = await recordAudit(tx, { ...about(view), action: 'api_key.rotate', actorKeyId }, now);
    await tellKeysChanged(tx);
    return accepted({ ...view, key, event });
  });
}

const ownKey = (id: ApiKeyId, workspaceId: WorkspaceId | undefined) =>
  and(eq(apiKeys.id, apiKeyIds.toUuid(id)), workspaceId && eq(apiKeys.workspaceId, workspaceIds.toUuid(workspaceId)));

const about = ({ id, workspaceId }: Pick<ApiKeyView, 'id' | 'workspaceId'>) => ({ workspaceId, subjectId: id });
