import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { postSigned, startScriptedCarrier } from '../support/scripted-carrier.js';
import { startTestSystem, type TestSystem } from '../support/test-app.js';
import { PROCESSES } from '../support/topology.js';
import { withClient } from '../support/with-client.js';

interface Published {
  readonly eventPublished: {
    readonly cursor: string;
    readonly event: { readonly id: string; readonly subject: string };
  };
}
interface Events {
  readonly events: {
    readonly nodes: readonly { readonly id: string; readonly subject: string }[];
    readonly pageInfo: { readonly endCursor: string | null; readonly hasNextPage: boolean };
  };
}
interface Sent {
  readonly sendMessage: {
    readonly message: { readonly id: string } | null;
    readonly userErrors: readonly { readonly code: string }[];
    readonly cursor: string;
  };
}
interface Conversation {
  readonly conversation: { readonly unreadCount: number } | null;
}

const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) {
  message { id } userErrors { code } cursor } }`;
const PUBLISHED = `subscription ($after: Cursor) { eventPublished(after: $after) { cursor event { id subject } } }`;
const EVENTS = `query ($after: Cursor) { events(first: 1000, after: $after) {
  nodes { id subject } pageInfo { endCursor hasNextPage } } }`;
const STATUS = 'query ($id: ID!) { message(id: $id) { status } }';
const UNREAD = 'query ($id: ID!) { conversation(id: $id) { unreadCount } }';
const CREATE_CHANNEL = `mutation ($input: CreateChannelInput!) { createChannel(input: $input) {
  channel { id } userErrors { code } } }`;

let system: TestSystem;
let a: ApiClient;
let b: ApiClient;
/** Of the second API process. */
let bUrl: string;
beforeAll(async () => {
  system = await startTestSystem(PROCESSES['kafka-pairs']);
  const [first, second] = system.apis;
  if (!first || !second) throw new Error('Two API processes were asked for.');
  [a, b, bUrl] = [first.client, second.client, second.url];
});
afterAll(() => system.stop());

const send = async (by: ApiClient, to: string, more: { idempotencyKey?: string; channelId?: string } = {}) => {
  const input = { channelId: system.channelId, to: { phoneNumber: to }, content: { text: { text: 'Hello' } }, ...more };
  const { sendMessage } = await by.run<Sent>(SEND, { input });
  expect(sendMessage.userErrors).toEqual([]);
  return sendMessage;
};
const cursorOf = async (by: ApiClient) => (await by.run<{ cursor: string }>('{ cursor }')).cursor;
const statusOf = async (by: ApiClient, id: string | undefined) =>
  (await by.run<{ message: { status: string } | null }>(STATUS, { id })).message?.status;
const seenBy = (items: readonly Published[]) => items.map(({ eventPublished }) => eventPublished.event);

async function journalAfter(by: ApiClient, cursor: string) {
  const found: Events['events']['nodes'][number][] = [];
  for (let after = cursor; ;) {
    const { events } = await by.run<Events>(EVENTS, { after });
    found.push(...events.nodes);
    if (!events.pageInfo.hasNextPage || events.pageInfo.endCursor === null) return found;
    after = events.pageInfo.endCursor;
  }
}

/** The ids of each conversation (or contact) in the order in which they came. */
function bySubject(events: readonly { readonly id: string; readonly subject: string }[]) {
  const ids: Record<string, string[]> = {};
  for (const { id, subject } of events) (ids[subject] ??= []).push(id);
  return ids;
}

describe('the live feed of two API processes', () => {
  it('shows on one what was sent through the other, and goes on there after the last cursor', async () => {
    const cursor = await cursorOf(a);
    const onA = a.watch<Published>(PUBLISHED, { after: cursor });
    await Promise.all(Array.from({ length: 30 }, (_, index) => send(b, `+1555020${1000 + (index % 7)}`)));
    await eventually(() => expect(onA.items.length).toBeGreaterThan(60));
    await onA.stop();
    const onB = b.watch<Published>(PUBLISHED, { after: onA.items.at(-1)?.eventPublished.cursor });
    await Promise.all(Array.from({ length: 30 }, (_, index) => send(a, `+1555020${1000 + (index % 7)}`)));
    await eventually(
      async () => {
        const journal = await journalAfter(a, cursor);
        // Accepted, dispatched, submitted, sent, delivered and read.
        expect(journal.length).toBeGreaterThan(60 * 6);
        const seen = [...seenBy(onA.items), ...seenBy(onB.items)];
        expect(seen.length).toBe(journal.length);
        expect(bySubject(seen)).toEqual(bySubject(journal));
      },
      { timeoutMs: 40_000, everyMs: 250 },
    );
    expect([...onA.errors, ...onB.errors]).toEqual([]);
    await onB.stop();
  });

  it('answers on one, after the cursor of a send through the other, what was sent: 200 times', async () => {
    const round = async (worker: number) => {
      for (let index = 0; index < 20; index += 1) {
        const [writes, reads] = index % 2 === 0 ? [a, b] : [b, a];
        const { message, cursor } = await send(writes, `+1555020${2000 + worker}`);
        const query = 'query ($id: ID!) { message(id: $id) { id } }';
        const seen = await reads.run(query, { id: message?.id }, { 'x-parley-after': cursor });
        expect(seen).toEqual({ message: { id: message?.id } });
      }
    };
    await Promise.all(Array.from({ length: 10 }, (_, worker) => round(worker)));
  });

  it('loses nothing while the connections that listen for NOTIFY are killed on and on', async () => {
    const cursor = await cursorOf(a);
    const watches = [a, b].map((by) => by.watch<Published>(PUBLISHED, { after: cursor }));
    const killed = await whileKillingListeners(system.databaseUrl, async () => {
      const sent = await Promise.all(
        Array.from({ length: 20 }, (_, index) => send(index % 2 === 0 ? a : b, `+1555020${3000 + index}`)),
      );
      for (const { message } of sent)
        await eventually(async () => expect(await statusOf(b, message?.id)).toBe('READ'), { everyMs: 100 });
    });
    expect(killed).toBeGreaterThan(8);
    await eventually(
      async () => {
        const journal = bySubject(await journalAfter(a, cursor));
        for (const watch of watches) expect(bySubject(seenBy(watch.items))).toEqual(journal);
      },
      { timeoutMs: 20_000, everyMs: 250 },
    );
    for (const watch of watches) await watch.stop();
  });
});

/** Every process has one such connection, and makes a new one at once. @returns how many were ended */
async function whileKillingListeners(databaseUrl: string, work: () => Promise<void>): Promise<number> {
  const done = new AbortController();
  const killing = withClient(databaseUrl, async (client) => {
    let ended = 0;
    while (!done.signal.aborted) {
      const { rowCount } = await client.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()
         and pid <> pg_backend_pid() and state = 'idle' and (query like 'listen %' or query = 'select 1')`,
      );
      ended += rowCount ?? 0;
      await pause(20);
    }
    return ended;
  });
  try {
    await work();
  } finally {
    done.abort();
  }
  return killing;
}

describe('commands on two API processes', () => {
  it('make one message of 50 sends through each at the same moment with one key, and 100 equal answers', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => [a, b])
        .flat()
        .map((by) => send(by, '+15550204000', { idempotencyKey: 'a hundred at once' })),
    );
    expect(new Set(answers.map(({ message, cursor }) => `${message?.id} ${cursor}`)).size).toBe(1);
  });

  it('make a channel that takes webhooks at the other one at once', async () => {
    const carrier = await startScriptedCarrier();
    const settings = { apiBaseUrl: carrier.baseUrl };
    const created = await a.run<{ createChannel: { channel: { id: string } } }>(CREATE_CHANNEL, {
      input: { name: 'new', provider: 'SANDBOX', platform: 'WHATSAPP', settings },
    });
    const channelId = created.createChannel.channel.id;
    const webhooks = `${bUrl}/webhooks/sandbox/${channelId}`;
    // Known, but not signed by whom it should be: 404 would be a channel that nobody has.
    expect(await postSigned(webhooks, 'not its token', {})).toBe(401);
    await send(b, '+15550205000', { channelId });
    const call = await eventually(() => {
      const [first] = carrier.calls;
      if (first === undefined) throw new Error('The carrier was not called.');
      return first;
    });
    const occurredAt = new Date().toISOString();
    const receipt = { type: 'receipt', id: call.id, reference: call.reference, status: 'read', occurredAt };
    expect(await postSigned(webhooks, call.token, receipt)).toBe(200);
    await eventually(async () => expect(await statusOf(a, call.reference.split('.')[0])).toBe('READ'));
    await carrier.close();
  });

  it('mark a conversation read on one, and the other says so', async () => {
    const { message, cursor } = await send(a, '+15550206000');
    const found = await b.run<{ message: { conversation: { id: string } } }>(
      'query ($id: ID!) { message(id: $id) { conversation { id } } }',
      { id: message?.id },
      { 'x-parley-after': cursor },
    );
    const { id } = found.message.conversation;
    await eventually(async () =>
      expect((await b.run<Conversation>(UNREAD, { id })).conversation?.unreadCount).toBeGreaterThan(0),
    );
    const changed = b.watch<{ conversationUpdated: { conversation: { unreadCount: number } } }>(
      'subscription ($id: ID) { conversationUpdated(conversationId: $id) { conversation { unreadCount } } }',
      { id },
    );
    const mark = 'mutation ($id: ID!) { markConversationRead(input: { conversationId: $id }) { cursor } }';
    const { markConversationRead: marked } = await a.run<{ markConversationRead: { cursor: string } }>(mark, { id });
    const read = await b.run<Conversation>(UNREAD, { id }, { 'x-parley-after': marked.cursor });
    expect(read.conversation?.unreadCount).toBe(0);
    await eventually(() => expect(changed.items.at(-1)?.conversationUpdated.conversation.unreadCount).toBe(0));
    await changed.stop();
  });
});
