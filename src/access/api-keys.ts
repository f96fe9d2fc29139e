import { createHash, randomBytes } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Database, Executor } from '../database/database.js';
import { createMicroBatch } from '../database/micro-batch.js';
import type { Clock } from '../events/kernel/clock.js';
import { apiKeyIds, workspaceIds } from '../events/kernel/ids.js';
import { isScope, type Caller } from './caller.js';

/** Longer than any key of ours: nothing longer is even hashed. */
const SECRET_LENGTH_MAX = 512;
/** A revoked key is refused everywhere within this time. */
const KEPT_MS = 5_000;
const KEPT_MAX = 10_000;
const BATCH_MAX = 500;
const WAITING_MAX = 10_000;

/** `pk_` and 43 characters: 256 bits, so that a plain SHA-256 at rest is enough. */
export const newApiKey = (): string => `pk_${randomBytes(32).toString('base64url')}`;

/** What is stored of a key: 32 bytes. */
export const apiKeyHash = (secret: string): Buffer => createHash('sha256').update(secret).digest();

export interface Authenticator {
  /** Undefined: no such key, or it has expired. @throws when Postgres is away */
  authenticate(secret: string): Promise<Caller | undefined>;
}

interface Kept {
  readonly caller: Caller;
  readonly until: number;
}

/** Finds callers by their key's hash. Who was found is kept for 5 s; who wasn't is asked for again each time. */
export function createAuthenticator({ database, clock }: { database: Database; clock: Clock }): Authenticator {
  const kept = new Map<string, Kept>();
  const find = createMicroBatch({
    sizeMax: BATCH_MAX,
    waitingMax: WAITING_MAX,
    run: (hashes: readonly string[]) => findCallers(database.orm, hashes),
  });
  return {
    async authenticate(secret) {
      if (secret === '' || secret.length > SECRET_LENGTH_MAX) return undefined;
      const hash = apiKeyHash(secret).toString('hex');
      const known = kept.get(hash);
      const now = clock.now().getTime();
      const caller = known !== undefined && known.until > now ? known.caller : await find(hash);
      if (caller === undefined || hasExpired(caller, now)) {
        kept.delete(hash);
        return undefined;
      }
      if (caller !== known?.caller) keep(kept, hash, { caller, until: now + KEPT_MS });
      return caller;
    },
  };
}

const hasExpired = ({ expiresAt }: Caller, now: number): boolean => expiresAt !== null && expiresAt.getTime() <= now;

/** The longest kept goes first. */
function keep(kept: Map<string, Kept>, hash: string, entry: Kept): void {
  kept.delete(hash);
  kept.set(hash, entry);
  const [oldest] = kept.keys();
  if (kept.size > KEPT_MAX && oldest !== undefined) kept.delete(oldest);
}

interface KeyRow extends Record<string, unknown> {
  place: number;
  id: string;
  workspace_id: string;
  scopes: string[];
  expires_at_ms: number | null;
}

async function findCallers(executor: Executor, hashes: readonly string[]): Promise<readonly (Caller | undefined)[]> {
  const found = await executor.execute<KeyRow>(sql`
    select place::integer, id, workspace_id, scopes, (extract(epoch from expires_at) * 1000)::float8 as expires_at_ms
    from unnest(${sql.param(hashes)}::text[]) with ordinality as asked (hash, place)
    join config.api_keys on secret_hash = decode(hash, 'hex')`);
  const callers = new Map(found.rows.map((row) => [row.place - 1, callerOf(row)]));
  return hashes.map((_, index) => callers.get(index));
}

const callerOf = (row: KeyRow): Caller => ({
  workspaceId: workspaceIds.fromUuid(row.workspace_id),
  keyId: apiKeyIds.fromUuid(row.id),
  scopes: new Set(row.scopes.filter(isScope)),
  expiresAt: row.expires_at_ms === null ? null : new Date(row.expires_at_ms),
});
