import { and, eq, lte, sql } from 'drizzle-orm';
import type { Transaction } from '../database/database.js';
import type { AuditEvent } from '../events/channel/events.js';
import { accepted, refused } from '../events/kernel/decision.js';
import { apiKeys, refreshTokens } from '../schema/tables/index.js';
import type { AccessResult, Administration, AdministrationDeps, Credentials } from './administration.js';
import { apiKeyHash, newAccessToken, newRefreshToken, newSecretId } from './api-keys.js';
import { recordAudit, tellKeysChanged } from './audit.js';
import { refusal } from './judge-key.js';
import { judgeNewKey } from './judge-new-key.js';
import { apiKeyViewOf, hasEnded } from './key-view.js';
import { keyRow } from './manage-keys.js';
import { tell } from './tell.js';

const ACCESS_TOKEN_MS = 3_600_000;
/** Counted anew with each refresh: a program that is away for longer is given new credentials. */
const REFRESH_TOKEN_MS = 30 * 86_400_000;

type CredentialCommands = Pick<Administration, 'createCredentials' | 'refreshCredentials'>;
type ApiKeyRow = typeof apiKeys.$inferSelect;

/**
 * Credentials are a key whose secret, the access token, lives for an hour. Whoever shows the secret id with the refresh
 * token gets new ones of both; a refresh token that comes twice was stolen from one of the two who showed it, and ends all.
 */
export const createCredentialCommands = (deps: AdministrationDeps): CredentialCommands => ({
  createCredentials: createCredentials(deps),
  refreshCredentials: refreshCredentials(deps),
});

const createCredentials =
  ({ database, outbox, clock, quotaDefaults }: AdministrationDeps): CredentialCommands['createCredentials'] =>
  async (caller, input) => {
    const now = clock.now();
    const judged = judgeNewKey(caller, input, now, quotaDefaults);
    if (!judged.ok) return judged;
    const secretId = newSecretId();
    const { event, ...made } = await database.transaction(async (tx) => {
      const values = {
        ...keyRow(judged.value, now),
        secretIdHash: apiKeyHash(secretId),
        secretHash: apiKeyHash(secretId),
      };
      const [row] = await tx.insert(apiKeys).values(values).returning();
      if (row === undefined) throw new Error('The credentials were not inserted.');
      const issued = await issue(tx, row, now);
      const { id: subjectId, workspaceId } = issued.key;
      const action = 'credentials.create';
      return {
        ...issued,
        event: await recordAudit(tx, { action, workspaceId, subjectId, actorKeyId: caller.keyId }, now),
      };
    });
    await tell(outbox, [event]);
    return accepted({ ...made, secretId });
  };

/** Gives a key a new access token and a new refresh token; the former access token ends. */
async function issue(tx: Transaction, row: ApiKeyRow, now: Date): Promise<Omit<Credentials, 'secretId'>> {
  const [accessToken, refreshToken] = [newAccessToken(), newRefreshToken()];
  const accessTokenExpiresAt = within(row, now.getTime() + ACCESS_TOKEN_MS);
  const refreshTokenExpiresAt = within(row, now.getTime() + REFRESH_TOKEN_MS);
  const secret = { secretHash: apiKeyHash(accessToken), secretExpiresAt: accessTokenExpiresAt };
  await tx.update(apiKeys).set(secret).where(eq(apiKeys.id, row.id));
  await tx
    .insert(refreshTokens)
    .values({ tokenHash: apiKeyHash(refreshToken), apiKeyId: row.id, expiresAt: refreshTokenExpiresAt });
  return { key: apiKeyViewOf(row), accessToken, accessTokenExpiresAt, refreshToken, refreshTokenExpiresAt };
}

/** Nothing outlives its key. */
const within = ({ expiresAt }: ApiKeyRow, at: number): Date =>
  expiresAt !== null && expiresAt.getTime() < at ? expiresAt : new Date(at);

const refreshCredentials =
  ({ database, outbox, clock }: AdministrationDeps): CredentialCommands['refreshCredentials'] =>
  async (_caller, { secretId, refreshToken }) => {
    const now = clock.now();
    const { result, events } = await database.transaction((tx) => refresh(tx, secretId, refreshToken, now));
    await tell(outbox, events);
    return result;
  };

interface Refreshed {
  readonly result: AccessResult<Credentials>;
  readonly events: readonly AuditEvent[];
}

const invalid = (message: string): AccessResult<never> =>
  refused(refusal('REFRESH_TOKEN_INVALID', message, 'refreshToken'));
const unknown = invalid(
  'These are not the secret id and the refresh token of any credentials here, or they have ended.',
);
const replayed = invalid(
  'This refresh token was used before. Somebody else may have it: the credentials have been ended.',
);

/** Under the lock of the key's row: of two who show the same refresh token at once, one is the second. */
async function refresh(tx: Transaction, secretId: string, refreshToken: string, now: Date): Promise<Refreshed> {
  const [row] = await tx
    .select()
    .from(apiKeys)
    .where(eq(apiKeys.secretIdHash, apiKeyHash(secretId)))
    .for('update');
  if (row === undefined || hasEnded(row, now)) return { result: unknown, events: [] };
  const own = and(eq(refreshTokens.tokenHash, apiKeyHash(refreshToken)), eq(refreshTokens.apiKeyId, row.id));
  const [token] = await tx.select().from(refreshTokens).where(own);
  if (token === undefined || token.expiresAt <= now) return { result: unknown, events: [] };
  const { id: subjectId, workspaceId } = apiKeyViewOf(row);
  const about = { workspaceId, subjectId, actorKeyId: subjectId };
  await tellKeysChanged(tx);
  if (token.spentAt !== null) {
    await tx
      .update(apiKeys)
      .set({ expiresAt: sql`now()` })
      .where(eq(apiKeys.id, row.id));
    return { result: replayed, events: [await recordAudit(tx, { ...about, action: 'credentials.replay' }, now)] };
  }
  await tx.update(refreshTokens).set({ spentAt: now }).where(own);
  // What is expired is refused anyway: only as long must it be known for spent.
  await tx.delete(refreshTokens).where(and(eq(refreshTokens.apiKeyId, row.id), lte(refreshTokens.expiresAt, now)));
  const issued = await issue(tx, row, now);
  const event = await recordAudit(tx, { ...about, action: 'credentials.refresh' }, now);
  return { result: accepted({ ...issued, secretId }), events: [event] };
}
