import { createHash, randomUUID } from 'node:crypto';
import { SCOPES } from '../../src/access/caller.js';
import { apiClient, type ApiClient } from './api-client.js';
import type { TestApp } from './test-app.js';
import { withClient } from './with-client.js';

const OF_A_WORKSPACE = SCOPES.filter((scope) => scope !== 'INSTANCE_ADMIN');

/** Somebody else's workspace, with a key of its own for every scope but the instance's, to which no workspace is foreign. */
export async function newWorkspace({ databaseUrl, url }: TestApp): Promise<ApiClient> {
  const [workspaceId, secret] = [randomUUID(), `pk_${randomUUID()}${randomUUID()}`];
  await withClient(databaseUrl, async (client) => {
    await client.query('insert into config.workspaces (id, name) values ($1, $2)', [workspaceId, 'Theirs']);
    await client.query(
      'insert into config.api_keys (id, workspace_id, name, secret_hash, scopes) values ($1, $2, $3, $4, $5)',
      [randomUUID(), workspaceId, 'theirs', createHash('sha256').update(secret).digest(), OF_A_WORKSPACE],
    );
  });
  return apiClient(url, secret);
}
