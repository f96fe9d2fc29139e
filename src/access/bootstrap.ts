import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { and, asc, eq, ne, sql } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import type { Database, Transaction } from '../database/database.js';
import { workspaceIds, type WorkspaceId } from '../events/kernel/ids.js';
import { apiKeys, workspaces } from '../schema/tables/index.js';
import { apiKeyHash, newApiKey } from './api-keys.js';
import { SCOPES } from './caller.js';

export const API_KEY_FILE = 'api-key';
const WORKSPACE_NAME = 'Demo';
const CONFIGURED_NAME = 'Bootstrap key (PARLEY_BOOTSTRAP_API_KEY)';
const MADE_NAME = 'Bootstrap key (made at the first start)';
/** Each start sees to the key of this name, and makes others of it worth nothing. */
export const BOOTSTRAP_KEY_NAMES: readonly string[] = [CONFIGURED_NAME, MADE_NAME];

export interface BootstrapDeps {
  readonly database: Database;
  readonly dataDir: string;
  /** `PARLEY_BOOTSTRAP_API_KEY`; undefined: one is made and kept in `<dataDir>/api-key`. */
  readonly configuredKey: string | undefined;
}

export interface Bootstrapped {
  /** Administers the demo workspace, with every scope. */
  readonly apiKey: string;
  readonly workspaceId: WorkspaceId;
}

/** Makes sure of the demo workspace and of the key that administers it. Safe to repeat, and at two processes at once. */
export async function bootstrapWorkspace(deps: BootstrapDeps): Promise<Bootstrapped> {
  const apiKey = deps.configuredKey ?? (await keptKey(deps.dataDir));
  return deps.database.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext('parley bootstrap'))`);
    const workspace = await ensureWorkspace(tx);
    await ensureKey(tx, workspace, apiKey, deps.configuredKey === undefined ? MADE_NAME : CONFIGURED_NAME);
    if (deps.configuredKey !== undefined) await dropFormerKeys(tx, workspace, apiKey);
    return { apiKey, workspaceId: workspaceIds.fromUuid(workspace) };
  });
}

/** The demo workspace is the first that this instance ever had. */
async function ensureWorkspace(tx: Transaction): Promise<string> {
  const byAge = [asc(workspaces.createdAt), asc(workspaces.id)] as const;
  const [first] = await tx
    .select()
    .from(workspaces)
    .orderBy(...byAge)
    .limit(1);
  if (first !== undefined) return first.id;
  const id = uuidv7();
  await tx.insert(workspaces).values({ id, name: WORKSPACE_NAME });
  return id;
}

async function ensureKey(tx: Transaction, workspaceId: string, secret: string, name: string): Promise<void> {
  const scopes = [...SCOPES];
  await tx
    .insert(apiKeys)
    .values({ id: uuidv7(), workspaceId, name, secretHash: apiKeyHash(secret), scopes })
    .onConflictDoUpdate({
      target: apiKeys.secretHash,
      set: { scopes, expiresAt: null },
      setWhere: eq(apiKeys.workspaceId, workspaceId),
    });
}

/** Whoever changes the variable wants the former value to be worth nothing. */
async function dropFormerKeys(tx: Transaction, workspaceId: string, secret: string): Promise<void> {
  const former = [eq(apiKeys.name, CONFIGURED_NAME), ne(apiKeys.secretHash, apiKeyHash(secret))];
  await tx.delete(apiKeys).where(and(eq(apiKeys.workspaceId, workspaceId), ...former));
}

/** The key that the first start made, for who is on the same machine; undefined: there is none here. */
export async function findKeptKey(dataDir: string): Promise<string | undefined> {
  const text = await readFile(join(dataDir, API_KEY_FILE), 'utf8').catch(() => '');
  return text.trim() === '' ? undefined : text.trim();
}

/** Written before it's made valid: a process that dies between the two leaves no key that nobody knows. */
async function keptKey(dataDir: string): Promise<string> {
  const path = join(dataDir, API_KEY_FILE);
  if (!existsSync(path)) {
    await mkdir(dataDir, { recursive: true });
    await makeKeyFile(path);
  }
  await chmod(path, 0o600);
  const kept = (await readFile(path, 'utf8')).trim();
  if (kept === '') throw new Error(`${path} is empty. Remove it, and a new API key is made at the next start.`);
  return kept;
}

/** Whole or not at all: of two processes that start at once the second must not read what the first has half written. */
async function makeKeyFile(path: string): Promise<void> {
  const unfinished = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(unfinished, `${newApiKey()}\n`, { mode: 0o600, flush: true });
  try {
    await link(unfinished, path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    await rm(unfinished, { force: true });
  }
}
