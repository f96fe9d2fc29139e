import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { WORKSPACE_SCOPES } from '../../src/access/caller.js';
import { apiClient, type ApiClient } from '../support/api-client.js';
import { openSocket } from '../support/closing-socket.js';
import { eventually } from '../support/eventually.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { withClient } from '../support/with-client.js';

const KEY = 'apiKey { id name kind scopes createdAt expiresAt lastUsedAt previousSecretExpiresAt }';
const CREATE = `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { ${KEY} secret userErrors { code field } } }`;
const ROTATE = `mutation ($input: RotateApiKeyInput!) { rotateApiKey(input: $input) { ${KEY} secret userErrors { code field } } }`;
const REVOKE = `mutation ($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { ${KEY} userErrors { code field } } }`;
const WATCH = 'subscription { inboxUpdated { cursor } }';

interface Payload {
  readonly apiKey: { readonly id: string; readonly expiresAt: string | null; readonly scopes: string[] } | null;
  readonly secret?: string | null;
  readonly userErrors: readonly { readonly code: string; readonly field: string[] }[];
}

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

const run = async (query: string, input: object, client: ApiClient = app.client): Promise<Payload> => {
  const [payload] = Object.values(await client.run<Record<string, Payload>>(query, { input }));
  if (payload === undefined) throw new Error('No answer.');
  return payload;
};
const create = async (scopes: readonly string[], more: object = {}, client?: ApiClient) => {
  const made = await run(CREATE, { name: 'made', scopes, ...more }, client);
  expect(made.userErrors).toEqual([]);
  return { id: made.apiKey?.id ?? '', secret: made.secret ?? '', client: apiClient(app.url, made.secret ?? '') };
};
const statusOf = async (client: ApiClient): Promise<number> => (await client.ask('{ viewer { workspaceId } }')).status;

describe('API keys', () => {
  it('are made, listed, found as nodes, and never shown again', async () => {
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const made = await create(['MESSAGES_READ', 'MESSAGES_SEND'], { name: 'Inbox', expiresAt });
    expect(made.secret).toMatch(/^pk_[\w-]{43}$/);
    expect(await made.client.run('{ viewer { scopes expiresAt } }')).toEqual({
      viewer: { scopes: ['MESSAGES_SEND', 'MESSAGES_READ'], expiresAt },
    });
    const listed = await app.client.run<{ apiKeys: { nodes: { id: string }[] }; node: object }>(
      `{ apiKeys(last: 1) { nodes { id name kind } } node(id: "${made.id}") { ... on ApiKey { name } } }`,
    );
    expect(listed).toEqual({
      apiKeys: { nodes: [{ id: made.id, name: 'Inbox', kind: 'API_KEY' }] },
      node: { name: 'Inbox' },
    });
  });

  it('get no scope that their maker lacks, by making and by rotating', async () => {
    const admin = await create(['KEYS_ADMIN', 'MESSAGES_READ']);
    const asked = { name: 'mightier', scopes: ['KEYS_ADMIN', 'CHANNELS_ADMIN'] };
    expect(await run(CREATE, asked, admin.client)).toMatchObject({
      apiKey: null,
      secret: null,
      userErrors: [{ code: 'SCOPE_NOT_HELD', field: ['scopes'] }],
    });
    const mighty = await create(['CHANNELS_ADMIN']);
    expect((await run(ROTATE, { id: mighty.id }, admin.client)).userErrors).toEqual([
      { code: 'SCOPE_NOT_HELD', field: ['id'] },
    ]);
    expect(await statusOf(mighty.client)).toBe(200);
    await create(['MESSAGES_READ'], {}, admin.client);
  });

  it.each([
    ['no name', { name: ' ' }, 'name'],
    ['a name of two lines', { name: 'a\nb' }, 'name'],
    ['the bootstrap key’s name', { name: 'Bootstrap key (made at the first start)' }, 'name'],
    ['no scope', { scopes: [] }, 'scopes'],
    ['an end that has passed', { expiresAt: '2020-01-01T00:00:00Z' }, 'expiresAt'],
    ['an end that is no time', { expiresAt: 'tomorrow' }, 'expiresAt'],
  ])('are refused with %s', async (_what, input, field) => {
    const refused = await run(CREATE, { name: 'x', scopes: ['MESSAGES_READ'], ...input });
    expect(refused).toMatchObject({
      apiKey: null,
      secret: null,
      userErrors: [{ code: 'INPUT_INVALID', field: [field] }],
    });
  });

  it('refuse what is no key, and what has ended', async () => {
    const { id } = await create(['MESSAGES_READ']);
    for (const unknown of ['x', app.channelId, 'key_00000000000000000000000000'])
      for (const query of [ROTATE, REVOKE])
        expect((await run(query, { id: unknown })).userErrors).toEqual([{ code: 'API_KEY_NOT_FOUND', field: ['id'] }]);
    const ended = await run(REVOKE, { id });
    expect(Date.parse(ended.apiKey?.expiresAt ?? '')).toBeLessThanOrEqual(Date.now());
    expect(await run(REVOKE, { id })).toEqual(ended);
    expect((await run(ROTATE, { id })).userErrors).toEqual([{ code: 'API_KEY_ENDED', field: ['id'] }]);
    for (const overlapSeconds of [-1, 604_801])
      expect((await run(ROTATE, { id, overlapSeconds })).userErrors).toEqual([
        { code: 'INPUT_INVALID', field: ['overlapSeconds'] },
      ]);
  });

  it('leave the bootstrap key to each start, which would bring a former secret back', async () => {
    const { apiKeys } = await app.client.run<{ apiKeys: { nodes: { id: string }[] } }>(
      '{ apiKeys(first: 1) { nodes { id } } }',
    );
    const rotated = await run(ROTATE, { id: apiKeys.nodes[0]?.id });
    expect(rotated).toMatchObject({ secret: null, userErrors: [{ code: 'INPUT_INVALID', field: ['id'] }] });
    expect(await statusOf(app.client)).toBe(200);
  });

  it('keep the former secret for the overlap after a rotation, and no longer', async () => {
    const { id, client: former } = await create(['MESSAGES_READ']);
    const rotated = await run(ROTATE, { id, overlapSeconds: 600 });
    const current = apiClient(app.url, rotated.secret ?? '');
    expect(await former.run('{ viewer { expiresAt scopes } }')).toEqual({
      viewer: { expiresAt: expect.any(String), scopes: ['MESSAGES_READ'] },
    });
    expect(await current.run('{ viewer { expiresAt } }')).toEqual({ viewer: { expiresAt: null } });
    const passed = `update config.api_keys set previous_secret_until = now() where previous_secret_hash is not null`;
    await withClient(app.databaseUrl, (client) => client.query(`${passed}; notify parley_keys`));
    await eventually(async () => expect(await statusOf(former)).toBe(401), { timeoutMs: 6_000 });
    const again = await run(ROTATE, { id, overlapSeconds: 0 });
    await eventually(async () => expect(await statusOf(current)).toBe(401), { timeoutMs: 6_000 });
    expect(await statusOf(apiClient(app.url, again.secret ?? ''))).toBe(200);
  });

  it('F31: end what they hold open within 5 s of their revocation, rotation and end', async () => {
    const [revoked, rotated, expiring, kept] = await Promise.all([
      create(['MESSAGES_READ']),
      create(['MESSAGES_READ']),
      create(['MESSAGES_READ'], { expiresAt: new Date(Date.now() + 2_500).toISOString() }),
      create(['MESSAGES_READ']),
    ]);
    const sockets = [revoked, rotated, expiring, kept].map(({ secret }) =>
      openSocket(app.url, { authorization: `Bearer ${secret}` }, WATCH),
    );
    const [ofRevoked, ofRotated, ofExpiring, ofKept] = sockets;
    await Promise.all(sockets.map(({ connected }) => connected));
    await Promise.all([run(REVOKE, { id: revoked.id }), run(ROTATE, { id: rotated.id, overlapSeconds: 0 })]);
    const since = Date.now();
    expect(await Promise.all([ofRevoked?.closed, ofRotated?.closed, ofExpiring?.closed])).toEqual([4403, 4403, 4403]);
    expect(Date.now() - since).toBeLessThan(5_000);
    for (const { client } of [revoked, rotated, expiring])
      await eventually(async () => expect(await statusOf(client)).toBe(401), { timeoutMs: 6_000 });
    const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { cursor } }`;
    await app.client.run(SEND, {
      input: { channelId: app.channelId, to: { phoneNumber: '+15550100001' }, content: { text: { text: 'still?' } } },
    });
    await eventually(() => expect(ofKept?.items).not.toEqual([]));
    await Promise.all(sockets.map((socket) => socket.stop()));
  });
});

describe('F31: who was told to go', () => {
  it('is listened to no more, whether he goes or not', async () => {
    const { id, secret } = await create(['MESSAGES_SEND', 'MESSAGES_READ']);
    const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const say = (message: object) => {
      socket.send(JSON.stringify(message));
    };
    await once(socket, 'open');
    say({ type: 'connection_init', payload: { authorization: `Bearer ${secret}` } });
    await once(socket, 'message');
    // A client that never answers a close frame, and hears of it nevertheless.
    const isTold = new Promise<void>((resolve) => {
      socket.close = () => {
        resolve();
      };
    });
    await run(REVOKE, { id });
    await isTold;
    const input = {
      ...{ channelId: app.channelId, to: { phoneNumber: '+15550100001' }, content: { text: { text: 'one more' } } },
      reference: 'after the end',
    };
    const query = 'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { cursor } }';
    say({ type: 'subscribe', id: 'late', payload: { query, variables: { input } } });
    await once(socket, 'close');
    // Behind whatever became of it.
    const sent = await app.client.run<{ sendMessage: { cursor: string } }>(query, {
      input: { ...input, reference: 'later' },
    });
    const found = await app.client.run<{ events: { nodes: { data: { reference?: string } }[] } }>(
      '{ events(first: 1000, filter: { types: ["message.accepted"] }) { nodes { data } } }',
      {},
      { 'x-parley-after': sent.sendMessage.cursor },
    );
    const references = found.events.nodes.map(({ data }) => data.reference);
    expect(references).toContain('later');
    expect(references).not.toContain('after the end');
  });
});

describe('F31: credentials', () => {
  interface Issued {
    readonly apiKey: { readonly id: string; readonly kind: string };
    readonly accessToken: string;
    readonly accessTokenExpiresAt: string;
    readonly secretId: string;
    readonly refreshToken: string;
  }
  interface Answer {
    readonly credentials: Issued | null;
    readonly userErrors: readonly { readonly code: string; readonly field: readonly string[] }[];
  }
  const FIELDS = `credentials { apiKey { id kind } accessToken accessTokenExpiresAt secretId refreshToken }
    userErrors { code field }`;
  const NEW = `mutation ($input: CreateCredentialsInput!) { createCredentials(input: $input) { ${FIELDS} } }`;
  const REFRESH = `mutation ($input: RefreshCredentialsInput!) { refreshCredentials(input: $input) { ${FIELDS} } }`;
  const INVALID = { credentials: null, userErrors: [{ code: 'REFRESH_TOKEN_INVALID', field: ['refreshToken'] }] };

  const clientOf = (secret: string) => apiClient(app.url, secret);
  const make = async (): Promise<Issued> => {
    const input = { name: 'robot', scopes: ['MESSAGES_READ'] };
    const { createCredentials } = await app.client.run<{ createCredentials: Answer }>(NEW, { input });
    if (createCredentials.credentials === null) throw new Error('No credentials.');
    return createCredentials.credentials;
  };
  const refresh = async ({ secretId, refreshToken }: Pick<Issued, 'secretId' | 'refreshToken'>): Promise<Answer> => {
    const input = { secretId, refreshToken };
    return (await clientOf(secretId).run<{ refreshCredentials: Answer }>(REFRESH, { input })).refreshCredentials;
  };
  const refreshed = async (of: Issued): Promise<Issued> => {
    const { credentials } = await refresh(of);
    if (credentials === null) throw new Error('Not refreshed.');
    return credentials;
  };

  it('are an access token of an hour, and a secret id that opens nothing but the refreshing', async () => {
    const made = await make();
    expect(Date.parse(made.accessTokenExpiresAt) - Date.now()).toBeGreaterThan(3_500_000);
    expect(await clientOf(made.accessToken).run('{ viewer { scopes expiresAt } }')).toEqual({
      viewer: { scopes: ['MESSAGES_READ'], expiresAt: made.accessTokenExpiresAt },
    });
    const bySecretId = clientOf(made.secretId);
    expect(await bySecretId.run('{ viewer { scopes } }')).toEqual({ viewer: { scopes: [] } });
    expect((await bySecretId.ask('{ conversations { nodes { id } } }')).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    expect(await statusOf(clientOf(made.refreshToken))).toBe(401);
    expect((await run(ROTATE, { id: made.apiKey.id })).userErrors).toEqual([{ code: 'INPUT_INVALID', field: ['id'] }]);
    const { rows } = await withClient(app.databaseUrl, (client) =>
      client.query<{ row: string }>(
        `select api_keys::text as row from config.api_keys union all select refresh_tokens::text from config.refresh_tokens`,
      ),
    );
    for (const secret of [made.accessToken, made.secretId, made.refreshToken])
      expect(JSON.stringify(rows)).not.toContain(secret);
  });

  it('rotate both tokens, and end what was opened with the former', async () => {
    const made = await make();
    const socket = openSocket(app.url, { authorization: `Bearer ${made.accessToken}` }, WATCH);
    await socket.connected;
    const next = await refreshed(made);
    expect(next).toMatchObject({ apiKey: made.apiKey, secretId: made.secretId });
    expect(await statusOf(clientOf(next.accessToken))).toBe(200);
    await eventually(async () => expect(await statusOf(clientOf(made.accessToken))).toBe(401));
    expect(await socket.closed).toBe(4403);
    await socket.stop();
  });

  it('are refreshed also when the access token is over', async () => {
    const made = await make();
    await withClient(app.databaseUrl, (client) =>
      client.query(
        `update config.api_keys set secret_expires_at = now() where secret_id_hash is not null; notify parley_keys`,
      ),
    );
    await eventually(async () => expect(await statusOf(clientOf(made.accessToken))).toBe(401));
    expect(await statusOf(clientOf((await refreshed(made)).accessToken))).toBe(200);
  });

  it('end as a whole when a refresh token comes twice, and say so in the audit', async () => {
    const made = await make();
    const next = await refreshed(made);
    expect(await refresh(made)).toEqual(INVALID);
    await eventually(async () => expect(await statusOf(clientOf(next.accessToken))).toBe(401));
    await eventually(async () => expect(await statusOf(clientOf(made.secretId))).toBe(401));
    const input = { secretId: next.secretId, refreshToken: next.refreshToken };
    expect(await app.client.run(REFRESH, { input })).toEqual({ refreshCredentials: INVALID });
    await eventually(async () =>
      expect(
        await app.client.run(`{ auditEvents(filter: { subjectId: "${made.apiKey.id}" }) { nodes { action } } }`),
      ).toEqual({
        auditEvents: {
          nodes: ['credentials.replay', 'credentials.refresh', 'credentials.create'].map((action) => ({ action })),
        },
      }),
    );
  });

  it('are ended by two who show one refresh token at once', async () => {
    const made = await make();
    const answers = await Promise.all([refresh(made), refresh(made)]);
    expect(answers.filter(({ credentials }) => credentials === null)).toEqual([INVALID]);
    const winner = answers.find(({ credentials }) => credentials !== null)?.credentials;
    await eventually(async () => expect(await statusOf(clientOf(winner?.accessToken ?? ''))).toBe(401));
  });

  it('are not ended by who shows what was never theirs', async () => {
    const [made, other] = [await make(), await make()];
    for (const refreshToken of ['', 'rt_x', other.refreshToken, made.accessToken])
      expect(await refresh({ secretId: made.secretId, refreshToken })).toEqual(INVALID);
    await run(REVOKE, { id: other.apiKey.id });
    const input = { secretId: other.secretId, refreshToken: other.refreshToken };
    expect(await app.client.run(REFRESH, { input })).toEqual({ refreshCredentials: INVALID });
    expect((await refreshed(made)).accessToken).not.toBe(made.accessToken);
  });
});

describe('the audit', () => {
  interface Audit {
    readonly auditEvents: {
      readonly nodes: readonly { readonly action: string; readonly subjectId: string; readonly actorId: string }[];
      readonly pageInfo: { readonly endCursor: string; readonly hasNextPage: boolean };
    };
  }
  const AUDIT = `query ($first: Int, $after: String, $filter: AuditEventFilter) {
    auditEvents(first: $first, after: $after, filter: $filter) {
      nodes { id action actorId subjectId recordedAt } pageInfo { endCursor hasNextPage } } }`;
  const audit = async (variables: object, client = app.client) =>
    (await client.run<Audit>(AUDIT, { ...variables })).auditEvents;

  it('lists who did what to what, newest first, and finds it by action, actor, subject and time', async () => {
    const admin = await create([...WORKSPACE_SCOPES]);
    const from = new Date().toISOString();
    const { id } = await create(['MESSAGES_READ'], {}, admin.client);
    await run(ROTATE, { id }, admin.client);
    await run(REVOKE, { id }, admin.client);
    const filter = { subjectId: id };
    await eventually(async () =>
      expect((await audit({ filter })).nodes.map(({ action }) => action)).toEqual([
        'api_key.revoke',
        'api_key.rotate',
        'api_key.create',
      ]),
    );
    const [{ actorId } = { actorId: '' }] = (await audit({ filter })).nodes;
    expect(actorId).toBe(admin.id);
    expect((await audit({ filter: { actorId, actions: ['api_key.rotate'] } })).nodes).toMatchObject([
      { subjectId: id },
    ]);
    expect((await audit({ filter: { ...filter, from } })).nodes).toHaveLength(3);
    expect((await audit({ filter: { ...filter, to: from } })).nodes).toEqual([]);
    const page = await audit({ first: 2, filter });
    expect(page.pageInfo.hasNextPage).toBe(true);
    const rest = await audit({ first: 2, filter, after: page.pageInfo.endCursor });
    expect([...page.nodes, ...rest.nodes].map(({ action }) => action)).toEqual([
      'api_key.revoke',
      'api_key.rotate',
      'api_key.create',
    ]);
    for (const [bad, code] of [
      [{ filter: { from: 'x' } }, 'BAD_USER_INPUT'],
      [{ filter: { actions: ['\0'] } }, 'BAD_USER_INPUT'],
      [{ after: 'x' }, 'CURSOR_INVALID'],
    ] as const)
      expect((await app.client.ask(AUDIT, bad)).errors?.[0]?.extensions.code).toBe(code);
  });

  it('finds it by an index, however long the journal is', async () => {
    const plan = await withClient(app.databaseUrl, async (client) => {
      await client.query('set enable_seqscan = off');
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(
        `explain select value from read.events where workspace_id = (select id from config.workspaces limit 1)
         and type = 'audit.recorded' order by "offset" desc limit 26`,
      );
      return rows.map((row) => row['QUERY PLAN']).join('\n');
    });
    expect(plan).toContain('Index Scan Backward using events_audit');
    expect(plan).not.toContain('Sort');
  });
});
