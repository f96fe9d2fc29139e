import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

interface Change {
  readonly messageStatusChanged: {
    readonly cursor: string;
    readonly change: { readonly status: string; readonly recordedAt: string };
  };
}
interface Sent {
  readonly sendMessage: { readonly cursor: string; readonly message: { readonly id: string } };
}
interface Message {
  readonly id: string;
  readonly status: string;
  readonly timeline: readonly { readonly status: string }[];
}
interface Past {
  readonly conversation: {
    readonly unreadCount: number;
    readonly messages: { readonly nodes: readonly Message[] };
    readonly contact: { readonly addresses: readonly { readonly address: string }[] } | null;
  } | null;
}

/** Of no demo conversation; it goes as the first of the sandbox's. */
const NUMBER = '+15550107070';
const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { cursor message { id } } }`;
const STATUS = `subscription ($messageId: ID, $after: Cursor) { messageStatusChanged(messageId: $messageId, after: $after) {
  cursor change { status recordedAt } } }`;
const PAST = `query ($id: ID!, $asOf: ConversationAsOf) { conversation(id: $id, asOf: $asOf) { unreadCount
  messages { nodes { id status timeline { status } } } contact { addresses { address } } } }`;
const STEPS = ['ACCEPTED', 'PROCESSING', 'SENT', 'DELIVERED', 'READ'];

let app: TestApp;
let before: string;
let messageId: string;
let conversationId: string;
let changes: Change['messageStatusChanged'][];

beforeAll(async () => {
  app = await startTestApp();
  before = (await app.client.run<{ cursor: string }>('{ cursor }')).cursor;
  const { sendMessage } = await app.client.run<Sent>(SEND, {
    input: { channelId: app.channelId, to: { phoneNumber: NUMBER }, content: { text: { text: 'Hello' } } },
  });
  messageId = sendMessage.message.id;
  const found = await app.client.run<{ message: { conversation: { id: string } } }>(
    'query ($id: ID!) { message(id: $id) { conversation { id } } }',
    { id: messageId },
    { 'x-parley-after': sendMessage.cursor },
  );
  conversationId = found.message.conversation.id;
  const watch = app.client.watch<Change>(STATUS, { messageId, after: before });
  await eventually(() => expect(watch.items.at(-1)?.messageStatusChanged.change.status).toBe('READ'), {
    timeoutMs: 30_000,
  });
  await watch.stop();
  changes = watch.items.map((item) => item.messageStatusChanged);
});
afterAll(() => app.stop());

const at = async (asOf: Readonly<Record<string, string>> | null) =>
  (await app.client.run<Past>(PAST, { id: conversationId, asOf })).conversation;

const codeOf = async (asOf: unknown, id = conversationId) => {
  const { errors } = await app.client.ask(PAST, { id, asOf });
  return errors?.[0]?.extensions.code;
};

describe('a conversation as of a moment, over HTTP', () => {
  it('shows at the cursor of each step what the message stood at', async () => {
    expect(changes.map(({ change }) => change.status)).toEqual(STEPS);
    for (const { cursor, change } of changes) {
      const past = await at({ cursor });
      const message = past?.messages.nodes.find(({ id }) => id === messageId);
      expect(message?.status).toBe(change.status);
      expect(message?.timeline.at(-1)?.status).toBe(change.status);
    }
  });

  it('shows at the time of each step nothing that was recorded later', async () => {
    for (const { change } of changes) {
      const past = await at({ time: change.recordedAt });
      const later = changes.filter((one) => one.change.recordedAt > change.recordedAt).map((one) => one.change.status);
      expect(later).not.toContain(past?.messages.nodes.find(({ id }) => id === messageId)?.status);
    }
    const last = changes.at(-1) ?? expect.unreachable();
    expect((await at({ time: last.change.recordedAt }))?.contact?.addresses).toEqual([{ address: NUMBER }]);
  });

  it('is null before there was anything, and where there is no such conversation', async () => {
    expect(await at({ cursor: before })).toBeNull();
    expect(await at({ time: '1970-01-01T00:00:00Z' })).toBeNull();
    expect(await at({ time: '0000-01-01T00:00:00Z' })).toBeNull();
    const { data } = await app.client.ask<Past>(PAST, {
      id: 'conv_00000000000000000000000000',
      asOf: { cursor: before },
    });
    expect(data?.conversation).toBeNull();
  });

  it('is as it is now without a moment, also where it is said to be null', async () => {
    await eventually(async () => expect((await at(null))?.unreadCount).toBe(1), { timeoutMs: 30_000 });
  });

  it.each([
    ['neither', {}],
    ['both', { time: '2026-01-01T00:00:00Z', cursor: 'x' }],
    ['a null', { time: null }],
    ['what is no time', { time: 'yesterday' }],
    ['a day that no month has', { time: '2026-02-30T00:00:00Z' }],
    ['a time that is still to come', { time: '9999-12-31T23:59:59Z' }],
  ])('refuses %s', async (_what, asOf) => {
    expect(await codeOf(asOf)).toBe('BAD_USER_INPUT');
  });

  it('refuses a literal that is not exactly one', async () => {
    for (const asOf of ['{}', '{ time: "2026-01-01T00:00:00Z", cursor: "x" }', '{ cursor: null }']) {
      const { errors } = await app.client.ask(`{ conversation(id: "${conversationId}", asOf: ${asOf}) { id } }`);
      expect(errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
    }
  });

  it('refuses what is no cursor of this journal, and a malformed id', async () => {
    const { conversation } = await app.client.run<{
      conversation: { messages: { pageInfo: { endCursor: string } } };
    }>('query ($id: ID!) { conversation(id: $id) { messages { pageInfo { endCursor } } } }', { id: conversationId });
    const flipped = `${before.slice(0, 4)}${before[4] === 'A' ? 'B' : 'A'}${before.slice(5)}`;
    for (const cursor of ['', 'x', conversation.messages.pageInfo.endCursor, flipped])
      expect(await codeOf({ cursor })).toBe('CURSOR_INVALID');
    expect(await codeOf({ cursor: before }, 'conv_x')).toBe('BAD_USER_INPUT');
  });

  it('tells nobody without a key', async () => {
    const { errors } = await apiClient(app.url, 'pk_nobody').ask(PAST, {
      id: conversationId,
      asOf: { cursor: before },
    });
    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });
});
