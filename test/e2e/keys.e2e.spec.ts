import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { withClient } from '../support/with-client.js';
import { newWorkspace } from '../support/workspaces.js';

const SEND = `mutation ($input: SendMessageInput!) {
  sendMessage(input: $input) { cursor message { id } userErrors { code field } }
}`;
const SEND_ALL = `mutation ($input: SendMessagesInput!) {
  sendMessages(input: $input) { results { message { id } userErrors { code } } }
}`;
const CREATE_CHANNEL = `mutation ($input: CreateChannelInput!) {
  createChannel(input: $input) { channel { id } userErrors { code message } }
}`;

interface Sent {
  readonly cursor: string | null;
  readonly message: { readonly id: string } | null;
  readonly userErrors: readonly { readonly code: string; readonly field: readonly string[] | null }[];
}

describe('F26: an idempotency key', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.stop());

  const input = (idempotencyKey: string, more: Readonly<Record<string, unknown>> = {}) => ({
    ...{ channelId: app.channelId, to: { phoneNumber: '+15550100001' }, content: { text: { text: 'once' } } },
    ...{ idempotencyKey, ...more },
  });
  const send = async (sent: object, client: ApiClient = app.client): Promise<Sent> =>
    (await client.run<{ sendMessage: Sent }>(SEND, { input: sent })).sendMessage;
  const acceptedWith = (key: string) =>
    withClient(app.databaseUrl, async (client) => {
      const found = await client.query<{ id: string }>(
        `select distinct value->>'messageId' as id from read.events
         where type in ('message.accepted', 'message.scheduled') and value->'data'->>'idempotencyKey' = $1`,
        [key],
      );
      return found.rows.map(({ id }) => id).sort();
    });

  it('makes one message of 200 sends at once, and 200 equal answers', async () => {
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 200 }, () => send(input(key))));
    const ids = new Set(answers.map(({ message }) => message?.id));
    expect(ids.size).toBe(1);
    expect(new Set(answers.map(({ cursor }) => cursor)).size).toBe(1);
    expect(answers.flatMap(({ userErrors }) => userErrors)).toEqual([]);
    await eventually(async () => expect(await acceptedWith(key)).toEqual([...ids]), { timeoutMs: 10_000 });
  });

  it('makes one scheduled message of many sends at once, and one of a whole batch', async () => {
    const [key, batchKey] = [randomUUID(), randomUUID()];
    const scheduledAt = new Date(Date.now() + 3_600_000).toISOString();
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(input(key, { scheduledAt }))));
    expect(new Set(answers.map(({ message }) => message?.id)).size).toBe(1);
    const conflict = await send(input(key, { scheduledAt: new Date(Date.now() + 7_200_000).toISOString() }));
    expect(conflict.userErrors).toEqual([{ code: 'IDEMPOTENCY_CONFLICT', field: ['idempotencyKey'] }]);
    const batch = { messages: Array.from({ length: 20 }, () => input(batchKey)) };
    const batches = await Promise.all(
      Array.from({ length: 5 }, () =>
        app.client.run<{ sendMessages: { results: { message: { id: string } | null }[] } }>(SEND_ALL, { input: batch }),
      ),
    );
    const ids = batches.flatMap(({ sendMessages }) => sendMessages.results.map(({ message }) => message?.id));
    expect(ids).toHaveLength(100);
    expect(new Set(ids).size).toBe(1);
  });

  it('is refused with another input, and with 256 characters', async () => {
    const key = randomUUID();
    await send(input(key));
    for (const other of [{ content: { text: { text: 'twice' } } }, { to: { phoneNumber: '+15550100003' } }])
      expect((await send(input(key, other))).userErrors).toEqual([
        { code: 'IDEMPOTENCY_CONFLICT', field: ['idempotencyKey'] },
      ]);
    expect((await send(input('k'.repeat(256)))).userErrors).toEqual([
      { code: 'INPUT_INVALID', field: ['idempotencyKey'] },
    ]);
    expect((await send(input('k'.repeat(255)))).message).not.toBeNull();
  });

  it('is another one in another workspace', async () => {
    const key = randomUUID();
    const ours = await send(input(key));
    const stranger = await newWorkspace(app);
    const made = await stranger.run<{ createChannel: { channel: { id: string } | null } }>(CREATE_CHANNEL, {
      input: { name: 'theirs', provider: 'SANDBOX', platform: 'WHATSAPP', settings: {} },
    });
    const theirs = await send(input(key, { channelId: made.createChannel.channel?.id }), stranger);
    expect(theirs.userErrors).toEqual([]);
    expect(theirs.message?.id).not.toBe(ours.message?.id);
    expect((await send(input(key))).message?.id).toBe(ours.message?.id);
  });

  it('used again after 30 days is a new message', async () => {
    const key = randomUUID();
    const first = await send(input(key));
    const pass = `update work.idempotency_keys set created_at = created_at - interval '30 days 1 minute' where key = $1`;
    await withClient(app.databaseUrl, (client) => client.query(pass, [key]));
    const second = await send(input(key));
    expect(second.message?.id).not.toBe(first.message?.id);
    expect((await send(input(key))).message?.id).toBe(second.message?.id);
    await eventually(async () => expect(await acceptedWith(key)).toHaveLength(2), { timeoutMs: 10_000 });
  });
});
