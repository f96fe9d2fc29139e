import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiClient } from '../support/api-client.js';
import { openSocket } from '../support/closing-socket.js';
import { eventually } from '../support/eventually.js';
import { startTestSystem, type TestSystem } from '../support/test-app.js';

const CREATE = `mutation { createApiKey(input: { name: "backend", scopes: [MESSAGES_READ] }) { apiKey { id } secret } }`;
const TOKEN = `mutation ($id: ID!) { createClientToken(input: { conversationIds: [$id] }) { token } }`;
const REVOKE = `mutation ($id: ID!) { revokeApiKey(input: { id: $id }) { userErrors { code } } }`;

let system: TestSystem;
beforeAll(async () => {
  system = await startTestSystem([['api', 'interpreter', 'projector', 'dispatcher'], ['api']]);
});
afterAll(() => system.stop());

describe('F31: of several API processes', () => {
  it('each ends what is open within 5 s of a revocation by one of them, client tokens of the key included', async () => {
    const { createApiKey } = await system.client.run<{ createApiKey: { apiKey: { id: string }; secret: string } }>(
      CREATE,
    );
    const { conversations } = await system.client.run<{ conversations: { nodes: { id: string }[] } }>(
      '{ conversations(first: 1) { nodes { id } } }',
    );
    const [first] = system.apis;
    const { createClientToken } = await apiClient(first?.url ?? '', createApiKey.secret).run<{
      createClientToken: { token: string };
    }>(TOKEN, { id: conversations.nodes[0]?.id });
    const held = [createApiKey.secret, createClientToken.token];
    // Signed by one process, read by each.
    const sockets = system.apis.flatMap(({ url }) =>
      held.map((secret) =>
        openSocket(url, { authorization: `Bearer ${secret}` }, 'subscription { inboxUpdated { cursor } }'),
      ),
    );
    expect(sockets).toHaveLength(4);
    await Promise.all(sockets.map(({ connected }) => connected));
    await system.client.run(REVOKE, { id: createApiKey.apiKey.id });
    const since = performance.now();
    expect(await Promise.all(sockets.map(({ closed }) => closed))).toEqual([4403, 4403, 4403, 4403]);
    expect(performance.now() - since).toBeLessThan(5_000);
    for (const { url } of system.apis)
      for (const secret of held)
        await eventually(async () => expect((await apiClient(url, secret).ask('{ cursor }')).status).toBe(401));
    await Promise.all(sockets.map((socket) => socket.stop()));
  });
});
