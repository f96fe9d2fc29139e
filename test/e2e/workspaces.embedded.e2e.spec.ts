import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WORKSPACE_SCOPES } from '../../src/access/caller.js';
import { messageIds, workspaceIds } from '../../src/events/kernel/ids.js';
import { apiClient, type ApiClient } from '../support/api-client.js';
import { openSocket } from '../support/closing-socket.js';
import { eventually } from '../support/eventually.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { withClient } from '../support/with-client.js';

const CREATE = `mutation ($input: CreateWorkspaceInput!) {
  createWorkspace(input: $input) { workspace { id name suspendedAt } apiKey { scopes } secret userErrors { code field } } }`;
const SUSPEND = `mutation ($input: SuspendWorkspaceInput!) {
  suspendWorkspace(input: $input) { workspace { id suspendedAt } userErrors { code field } } }`;
const RESUME = `mutation ($input: ResumeWorkspaceInput!) {
  resumeWorkspace(input: $input) { workspace { id suspendedAt } userErrors { code field } } }`;
const CREATE_CHANNEL = `mutation ($input: CreateChannelInput!) { createChannel(input: $input) { channel { id } } }`;
const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } userErrors { code } } }`;

interface Refusals {
  readonly userErrors: readonly { readonly code: string; readonly field: readonly string[] }[];
}
interface Details extends Refusals {
  readonly workspace: { readonly id: string; readonly suspendedAt: string | null } | null;
}

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

async function run<Payload>(query: string, input: object, client: ApiClient = app.client): Promise<Payload> {
  const [payload] = Object.values(await client.run<Record<string, Payload>>(query, { input }));
  if (payload === undefined) throw new Error('No answer.');
  return payload;
}

interface Tenant {
  readonly id: string;
  readonly secret: string;
  readonly client: ApiClient;
  send(phoneNumber: string, more?: object): Promise<string>;
}

async function newTenant(name: string): Promise<Tenant> {
  const made = await run<Details & { secret: string; apiKey: { scopes: string[] } }>(CREATE, { name });
  expect(made).toMatchObject({ workspace: { name, suspendedAt: null }, apiKey: { scopes: WORKSPACE_SCOPES } });
  const client = apiClient(app.url, made.secret);
  const settings = { name: 'theirs', provider: 'SANDBOX', platform: 'WHATSAPP', settings: {} };
  const { channel } = await run<{ channel: { id: string } }>(CREATE_CHANNEL, settings, client);
  return {
    ...{ id: made.workspace?.id ?? '', secret: made.secret, client },
    async send(phoneNumber, more = {}) {
      const message = { channelId: channel.id, to: { phoneNumber }, content: { text: { text: 'hi' } }, ...more };
      return (await run<{ message: { id: string } }>(SEND, message, client)).message.id;
    },
  };
}

describe('workspaces', () => {
  it('are made with a first key, listed, and see only themselves', async () => {
    const tenant = await newTenant('Their shop');
    const WHOSE = '{ viewer { workspaceId } conversations { nodes { id } } }';
    expect(await tenant.client.run(WHOSE)).toEqual({
      viewer: { workspaceId: tenant.id },
      conversations: { nodes: [] },
    });
    const { workspaces } = await app.client.run<{ workspaces: { nodes: { id: string }[] } }>(
      '{ workspaces { nodes { id } } }',
    );
    expect(workspaces.nodes.map(({ id }) => id)).toContain(tenant.id);
    expect(workspaces.nodes).toHaveLength(2);
    for (const query of [
      '{ workspaces { nodes { id } } }',
      `mutation { suspendWorkspace(input: { id: "${tenant.id}" }) { workspace { id } } }`,
    ])
      expect((await tenant.client.ask(query)).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });

  it('refuse a bad name, what is no workspace, and that one shuts himself out', async () => {
    const { viewer } = await app.client.run<{ viewer: { workspaceId: string } }>('{ viewer { workspaceId } }');
    expect((await run<Details>(CREATE, { name: '' })).userErrors).toEqual([{ code: 'INPUT_INVALID', field: ['name'] }]);
    expect((await run<Details>(SUSPEND, { id: viewer.workspaceId })).userErrors).toEqual([
      { code: 'INPUT_INVALID', field: ['id'] },
    ]);
    for (const id of ['x', workspaceIds.fromUuid('00000000-0000-7000-8000-000000000000')])
      for (const query of [SUSPEND, RESUME])
        expect((await run<Details>(query, { id })).userErrors).toEqual([
          { code: 'WORKSPACE_NOT_FOUND', field: ['id'] },
        ]);
  });

  it('F31: let nobody in while they are suspended, take webhooks, and go on afterwards where they stood', async () => {
    const [tenant, other] = [await newTenant('Late payer'), await newTenant('Neighbour')];
    const socket = openSocket(app.url, { apiKey: tenant.secret }, 'subscription { inboxUpdated { cursor } }');
    await socket.connected;
    // Its receipts come two seconds after the call: into the suspension.
    const answered = await tenant.send('+15550100005');
    await eventually(async () => expect(await statusOf(answered)).toBe('OUTCOME_UNKNOWN'));
    const later = await tenant.send('+15550100001', { scheduledAt: new Date(Date.now() + 1_200).toISOString() });
    const suspended = await run<Details>(SUSPEND, { id: tenant.id });
    expect(suspended.workspace?.suspendedAt).toEqual(expect.any(String));
    expect(await run<Details>(SUSPEND, { id: tenant.id })).toEqual(suspended);
    expect(await socket.closed).toBe(4403);
    await eventually(async () => expect((await tenant.client.ask('{ cursor }')).status).toBe(401));
    await eventually(async () => expect(await statusOf(answered)).toBe('READ'), { timeoutMs: 8_000 });
    // Due by now: another's that came later has left.
    const neighbours = await other.send('+15550100001', { scheduledAt: new Date(Date.now() + 1_200).toISOString() });
    await eventually(async () => expect(await statusOf(neighbours)).toBe('DELIVERED'), { timeoutMs: 8_000 });
    expect(await statusOf(later)).toBe('SCHEDULED');
    expect((await run<Details>(RESUME, { id: tenant.id })).workspace).toEqual({ id: tenant.id, suspendedAt: null });
    await eventually(async () => expect(await statusOf(later)).toBe('DELIVERED'), { timeoutMs: 8_000 });
    const done = await tenant.client.run('{ auditEvents { nodes { action } } }');
    expect(JSON.stringify(done)).toMatch(/workspace.resume.*workspace.suspend.*workspace.create/);
    await socket.stop();
  });
});

/** Past the API, which the workspace's own key can't ask. */
async function statusOf(messageId: string): Promise<string | undefined> {
  const id = messageIds.parse(messageId);
  return withClient(app.databaseUrl, async (client) => {
    const select = 'select status from read.messages where id = $1';
    const { rows } = await client.query<{ status: string }>(select, [id && messageIds.toUuid(id)]);
    return rows[0]?.status;
  });
}
