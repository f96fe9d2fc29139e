import { apiKeyIds, workspaceIds, type ApiKeyId, type WorkspaceId } from '../events/kernel/ids.js';
import type { apiKeys } from '../schema/tables/index.js';
import { isScope, type Scope } from './caller.js';
import { parseOwnQuota, type OwnQuota } from './limits/quota.js';

/** A key as administrators see it: the key itself is kept nowhere. */
export interface ApiKeyView {
  readonly id: ApiKeyId;
  readonly workspaceId: WorkspaceId;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: Date;
  /** Null: never. In the past: it opens nothing any more. */
  readonly expiresAt: Date | null;
  /** Give or take a minute; null: not yet. */
  readonly lastUsedAt: Date | null;
  /** After a rotation: until when the old secret is good as well. */
  readonly previousSecretUntil: Date | null;
  /** What it has in place of the instance's defaults. */
  readonly quota: OwnQuota;
  /** Whether its secret is a short-lived access token that is refreshed. */
  readonly isCredentials: boolean;
}

type ApiKeyRow = typeof apiKeys.$inferSelect;

export const apiKeyViewOf = (row: ApiKeyRow): ApiKeyView => ({
  id: apiKeyIds.fromUuid(row.id),
  workspaceId: workspaceIds.fromUuid(row.workspaceId),
  name: row.name,
  scopes: row.scopes.filter(isScope),
  createdAt: row.createdAt,
  expiresAt: row.expiresAt,
  lastUsedAt: row.lastUsedAt,
  previousSecretUntil: row.previousSecretUntil,
  quota: parseOwnQuota(row.quota),
  isCredentials: row.secretIdHash !== null,
});

export const hasEnded = ({ expiresAt }: Pick<ApiKeyView, 'expiresAt'>, now: Date): boolean =>
  expiresAt !== null && expiresAt <= now;
