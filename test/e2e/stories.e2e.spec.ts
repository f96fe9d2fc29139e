import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

interface Change {
  readonly messageStatusChanged: {
    readonly cursor: string;
    readonly change: { readonly status: string };
    readonly message: { readonly id: string; readonly failure: { readonly code: string } | null };
  };
}
interface Sent {
  readonly sendMessage: {
    readonly message: { readonly id: string; readonly status: string; readonly conversation: { readonly id: string } };
    readonly userErrors: readonly unknown[];
    readonly cursor: string;
  };
}

const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) {
  message { id status conversation { id } } userErrors { code field message } cursor } }`;
const STATUS = `subscription ($messageId: ID, $after: Cursor) { messageStatusChanged(messageId: $messageId, after: $after) {
  cursor change { status } message { id failure { code } } } }`;
const CONVERSATION = `query ($id: ID!) { conversation(id: $id) { unreadCount lastMessage { id direction content { text } }
  messages { nodes { id direction status timeline { status eventId } content { text } } } } }`;

interface Conversation {
  readonly conversation: {
    readonly unreadCount: number;
    readonly messages: {
      readonly nodes: readonly {
        readonly id: string;
        readonly direction: string;
        readonly status: string;
        readonly timeline: readonly { readonly status: string; readonly eventId: string }[];
        readonly content: { readonly text: string };
      }[];
    };
  };
}

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

/** Sends to a story's number and follows its statuses from before the first one. */
async function tell(to: string) {
  const { cursor } = await app.client.run<{ cursor: string }>('{ cursor }');
  const sent = await app.client.run<Sent>(SEND, {
    input: { channelId: app.channelId, to: { phoneNumber: to }, content: { text: { text: `Hello ${to}` } } },
  });
  expect(sent.sendMessage.userErrors).toEqual([]);
  const { id, conversation } = sent.sendMessage.message;
  const watch = app.client.watch<Change>(STATUS, { messageId: id, after: cursor });
  const statuses = () => watch.items.map((item) => item.messageStatusChanged.change.status);
  const read = () => app.client.run<Conversation>(CONVERSATION, { id: conversation.id });
  return { id, watch, statuses, read };
}

describe('the sandbox tells its stories', () => {
  it('+15550100000: delivered, read, and the contact answers within 2 s', async () => {
    const story = await tell('+15550100000');
    await eventually(() => expect(story.statuses()).toEqual(['ACCEPTED', 'PROCESSING', 'SENT', 'DELIVERED', 'READ']));
    await eventually(async () => {
      const { conversation } = await story.read();
      expect(conversation.messages.nodes.at(-1)).toMatchObject({ direction: 'INCOMING', status: 'RECEIVED' });
      expect(conversation.unreadCount).toBeGreaterThan(0);
    });
    expect(story.watch.errors).toEqual([]);
    await story.watch.stop();
  });

  it('+15550100001: delivered, never read', async () => {
    const story = await tell('+15550100001');
    await eventually(() => expect(story.statuses()).toEqual(['ACCEPTED', 'PROCESSING', 'SENT', 'DELIVERED']));
    await story.watch.stop();
  });

  it('+15550100002: refused', async () => {
    const story = await tell('+15550100002');
    await eventually(() => expect(story.statuses()).toEqual(['ACCEPTED', 'PROCESSING', 'SENDING_FAILED']));
    expect(story.watch.items.at(-1)?.messageStatusChanged.message.failure?.code).toBeTruthy();
    await story.watch.stop();
  });

  it('+15550100003: fails after SENT', async () => {
    const story = await tell('+15550100003');
    await eventually(() => expect(story.statuses()).toEqual(['ACCEPTED', 'PROCESSING', 'SENT', 'DELIVERY_FAILED']));
    await story.watch.stop();
  });

  it('+15550100006: accepts, drops the line, and nobody knows', async () => {
    const story = await tell('+15550100006');
    await eventually(() => expect(story.statuses()).toEqual(['ACCEPTED', 'PROCESSING', 'OUTCOME_UNKNOWN']));
    await story.watch.stop();
  });

  it('+15550100007: repeats and reverses its receipts, and the status only rises', async () => {
    const story = await tell('+15550100007');
    await eventually(() => expect(story.statuses().at(-1)).toBe('READ'));
    const ladder = ['ACCEPTED', 'PROCESSING', 'SENT', 'DELIVERED', 'READ'];
    const ranks = story.statuses().map((status) => ladder.indexOf(status));
    expect(ranks).toEqual([...new Set(ranks)].sort((a, b) => a - b));
    await eventually(async () => {
      const { conversation } = await story.read();
      const message = conversation.messages.nodes.find(({ id }) => id === story.id);
      const said = message?.timeline.map(({ status }) => status) ?? [];
      expect(new Set(said)).toEqual(new Set(ladder));
      expect(new Set(message?.timeline.map(({ eventId }) => eventId)).size).toBe(said.length);
    });
    await story.watch.stop();
  });

  it('+15550100008: a receipt before the answer finds its message', async () => {
    const story = await tell('+15550100008');
    await eventually(() => expect(['SENT', 'DELIVERED', 'READ']).toContain(story.statuses().at(-1)));
    await story.watch.stop();
  });

  it('every other number goes as the first', async () => {
    const story = await tell('+15550109999');
    await eventually(() => expect(story.statuses()).toEqual(['ACCEPTED', 'PROCESSING', 'SENT', 'DELIVERED', 'READ']));
    await story.watch.stop();
  });
});
