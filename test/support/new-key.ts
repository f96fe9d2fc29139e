import type { Scope } from '../../src/access/caller.js';
import { createKey } from '../../src/access/manage-keys.js';
import { openDatabase } from '../../src/database/open-database.js';
import { workspaceIds } from '../../src/events/kernel/ids.js';
import { testLog } from './log.js';

/** A key with just these scopes, made as the operator makes one. */
export async function newKeyIn(databaseUrl: string, workspace: string, scopes: readonly Scope[]): Promise<string> {
  const workspaceId = workspaceIds.parse(workspace);
  if (workspaceId === undefined) throw new RangeError('Not the id of a workspace.');
  const database = openDatabase(databaseUrl, testLog, { poolMax: 1 });
  try {
    return (await createKey(database, { workspaceId, name: 'of a test', scopes, expiresAt: null }, new Date())).key;
  } finally {
    await database.close();
  }
}
