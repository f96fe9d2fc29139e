import { and, asc, eq, gt, isNull, or } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import type { Database, Executor, Transaction } from '../database/database.js';
import type { AuditEvent } from '../events/channel/events.js';
import { toRecord } from '../events/codec.js';
import { apiKeyIds, eventIds, workspaceIds, type ApiKeyId, type WorkspaceId } from '../events/kernel/ids.js';
import { insertOutboxRows } from '../events/outbox/outbox-rows.js';
import { apiKeys, instance, workspaces } from '../schema/tables/index.js';
import { apiKeyHash, newApiKey } from './api-keys.js';
import { isScope, type Scope } from './caller.js';

/** Nobody keeps more workspaces or keys by hand; what is beyond is told. */
const LISTED_MAX = 1_000;

/** The first start makes what keys belong to. */
export class NoInstanceError extends Error {
  override readonly name = 'NoInstanceError';
  constructor() {
    super('This database has no instance yet: start Parley on it once.');
  }
}

/** A key as administrators see it: the key itself is kept nowhere. */
export interface ApiKeyView {
  readonly id: ApiKeyId;
  readonly workspaceId: WorkspaceId;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: Date;
  /** Null: never. In the past: it opens nothing any more. */
  readonly expiresAt: Date | null;
}

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
  return { keys: rows.slice(0, LISTED_MAX).map(viewOf), hasMore: rows.length > LISTED_MAX };
}

export interface NewKey {
  readonly workspaceId: WorkspaceId;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expiresAt: Date | null;
}

/**
 * The key and its audit event, in one transaction. A running process appends the event; without one it waits.
 * @returns the key itself, which nobody can find out later
 * @throws NoInstanceError
 */
export async function createKey(database: Database, asked: NewKey, now: Date): Promise<ApiKeyView & { key: string }> {
  const key = newApiKey();
  const made = { ...asked, id: apiKeyIds.fromUuid(uuidv7()), createdAt: now };
  await database.transaction(async (tx) => {
    await tx.insert(apiKeys).values({
      ...made,
      ...{ id: apiKeyIds.toUuid(made.id), workspaceId: workspaceIds.toUuid(made.workspaceId) },
      ...{ scopes: [...made.scopes], secretHash: apiKeyHash(key) },
    });
    await recordAudit(tx, 'api_key.create', made, now);
  });
  return { ...made, key };
}

/**
 * Ends the key now: it stays listed, and opens nothing within 5 s.
 * @returns undefined: there is no such key; `revoked: false`: it had ended before
 * @throws NoInstanceError
 */
export async function revokeKey(
  database: Database,
  id: ApiKeyId,
  now: Date,
): Promise<{ readonly key: ApiKeyView; readonly revoked: boolean } | undefined> {
  return database.transaction(async (tx) => {
    const own = eq(apiKeys.id, apiKeyIds.toUuid(id));
    const isValid = or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, now));
    const [ended] = await tx.update(apiKeys).set({ expiresAt: now }).where(and(own, isValid)).returning();
    if (ended !== undefined) {
      await recordAudit(tx, 'api_key.revoke', viewOf(ended), now);
      return { key: viewOf(ended), revoked: true };
    }
    const [row] = await tx.select().from(apiKeys).where(own);
    return row && { key: viewOf(row), revoked: false };
  });
}

/** Its id is made once and kept in the row (rule 7): deriving one would need the secret key. */
async function recordAudit(
  tx: Transaction,
  action: AuditEvent['data']['action'],
  { id, workspaceId }: Pick<ApiKeyView, 'id' | 'workspaceId'>,
  now: Date,
): Promise<void> {
  const at = now.toISOString();
  const event: AuditEvent = {
    ...{ id: eventIds.fromUuid(uuidv7()), type: 'audit.recorded', version: 1 },
    ...{ workspaceId, occurredAt: at, recordedAt: at },
    data: { action, actorKeyId: null, subjectId: id },
  };
  await insertOutboxRows(tx, [{ event, record: toRecord(event, await fingerprintOf(tx)) }]);
}

/** It stands in each event's header (rule 5). @throws NoInstanceError */
async function fingerprintOf(executor: Executor): Promise<string> {
  const [row] = await executor.select({ fingerprint: instance.idFingerprint }).from(instance);
  if (row === undefined) throw new NoInstanceError();
  return row.fingerprint;
}

const viewOf = (row: typeof apiKeys.$inferSelect): ApiKeyView => ({
  id: apiKeyIds.fromUuid(row.id),
  workspaceId: workspaceIds.fromUuid(row.workspaceId),
  name: row.name,
  scopes: row.scopes.filter(isScope),
  createdAt: row.createdAt,
  expiresAt: row.expiresAt,
});
