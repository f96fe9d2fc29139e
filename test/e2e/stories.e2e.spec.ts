import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { topology } from '../support/topology.js';

interface Change {
  readonly messageStatusChanged: {
    readonly cursor: string;
    readonly change: { readonly status: string };
    readonly message: { readonly id: string; readonly failure: { readonly code: string } | null };
  };
}
interface Sent {
  readonly sendMessage: {
    readonly message: { readonly id: string };
    readonly userErrors: readonly unknown[];
  };
}
interface Found {
  readonly message: { readonly conversation: { readonly id: string } };
}
interface Message {
  readonly id: string;
  readonly direction: string;
  readonly status: string;
  readonly statusAt: string;
  readonly createdAt: string;
  readonly timeline: readonly { readonly status: string; readonly eventId: string }[];
  readonly content: { readonly text: string };
}
interface Conversation {
  readonly conversation: { readonly unreadCount: number; readonly messages: { readonly nodes: readonly Message[] } };
}

const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) {
  message { id } userErrors { code field message } } }`;
const MESSAGE = `query ($id: ID!) { message(id: $id) { conversation { id } } }`;
const STATUS = `subscription ($messageId: ID, $after: Cursor) { messageStatusChanged(messageId: $messageId, after: $after) {
  cursor change { status } message { id failure { code } } } }`;
const CONVERSATION = `query ($id: ID!) { conversation(id: $id) { unreadCount
  messages(last: 100) { nodes { id direction status statusAt createdAt timeline { status eventId } content { text } } } } }`;

/** The whole crowd once: what it waits for are the carrier's own pauses, which are the same on every log. */
const CROWD = topology() === 'embedded' ? 20 : 5;

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

async function send(to: string, text = `Hello ${to}`) {
  const sent = await app.client.run<Sent>(SEND, {
    input: { channelId: app.channelId, to: { phoneNumber: to }, content: { text: { text } } },
  });
  expect(sent.sendMessage.userErrors).toEqual([]);
  return sent.sendMessage.message.id;
}

/** Once it is projected; a payload of many at once may not wait for it. */
const conversationOf = (id: string) =>
  eventually(async () => (await app.client.run<Found>(MESSAGE, { id })).message.conversation.id, { everyMs: 100 });

const read = async (id: string) => (await app.client.run<Conversation>(CONVERSATION, { id })).conversation;

/** Sends to a story's number and follows its statuses from before the first one. */
async function tell(to: string) {
  const { cursor } = await app.client.run<{ cursor: string }>('{ cursor }');
  const id = await send(to);
  const conversationId = await conversationOf(id);
  const watch = app.client.watch<Change>(STATUS, { messageId: id, after: cursor });
  const statuses = () => watch.items.map((item) => item.messageStatusChanged.change.status);
  const timeline = async () => {
    const { messages } = await read(conversationId);
    return messages.nodes.find((message) => message.id === id)?.timeline ?? [];
  };
  return { id, conversationId, watch, statuses, timeline };
}

const LADDER = 'ACCEPTED PROCESSING OUTCOME_UNKNOWN SENDING_FAILED SENT DELIVERY_FAILED DELIVERED READ'.split(' ');
/** Receipts may be recorded in another order than they happened in; each is there once. */
const inOrder = (statuses: readonly string[]) => [...statuses].sort((a, b) => LADDER.indexOf(a) - LADDER.indexOf(b));

const BEGINS = ['ACCEPTED', 'PROCESSING'];
const READ_BY = [...BEGINS, 'SENT', 'DELIVERED', 'READ'];

/** What subscribers see, and how many calls were made: each, and the acceptance of one, is a line in the timeline. */
const STORIES: readonly (readonly [number: string, title: string, statuses: readonly string[], processing: number])[] =
  [
    ['+15550100000', 'delivered, read, and the contact answers', READ_BY, 2],
    ['+15550100001', 'delivered, never read', [...BEGINS, 'SENT', 'DELIVERED'], 2],
    ['+15550100002', 'refused', [...BEGINS, 'SENDING_FAILED'], 1],
    ['+15550100003', 'fails after SENT', [...BEGINS, 'SENT', 'DELIVERY_FAILED'], 2],
    ['+15550100004', 'throttles twice, then goes as the first', READ_BY, 4],
    [
      '+15550100005',
      'takes it and drops the line; the receipts tell',
      [...BEGINS, 'OUTCOME_UNKNOWN', 'SENT', 'DELIVERED', 'READ'],
      1,
    ],
    ['+15550100006', 'drops the line, and nobody knows', [...BEGINS, 'OUTCOME_UNKNOWN'], 1],
    ['+15550100008', 'a receipt before the answer finds its message', READ_BY, 2],
    ['+15550100009', 'not there three times, then goes as the first', READ_BY, 5],
    ['+15550109999', 'every other number goes as the first', READ_BY, 2],
  ];

describe('the sandbox tells its stories, all at once', () => {
  const told = new Map<string, Awaited<ReturnType<typeof tell>>>();
  const storyOf = (to: string) => told.get(to) ?? expect.unreachable(`nothing was sent to ${to}`);
  const numbers = [...STORIES.map(([to]) => to), '+15550100007'];
  beforeAll(async () => {
    await Promise.all(numbers.map(async (to) => void told.set(to, await tell(to))));
  });
  afterAll(() => Promise.all([...told.values()].map(({ watch }) => watch.stop())));

  it.each(STORIES)(
    '%s: %s',
    async (to, _title, statuses, processing) => {
      const story = storyOf(to);
      await eventually(() => expect(story.statuses()).toEqual(statuses), { timeoutMs: 30_000 });
      const [accepted = '', , ...later] = statuses;
      const calls = Array.from({ length: processing }, () => 'PROCESSING');
      await eventually(async () => {
        const timeline = await story.timeline();
        expect(inOrder(timeline.map(({ status }) => status))).toEqual([accepted, ...calls, ...later]);
        expect(new Set(timeline.map(({ eventId }) => eventId)).size).toBe(timeline.length);
      });
      expect(story.watch.errors).toEqual([]);
    },
    45_000,
  );

  it('+15550100007: repeats and reverses its receipts, and the status only rises', async () => {
    const story = storyOf('+15550100007');
    await eventually(() => expect(story.statuses().at(-1)).toBe('READ'));
    const ranks = story.statuses().map((status) => READ_BY.indexOf(status));
    expect(ranks).toEqual([...new Set(ranks)].sort((a, b) => a - b));
    await eventually(async () => {
      const timeline = await story.timeline();
      const expected = [...BEGINS, 'PROCESSING', 'SENT', 'DELIVERED', 'READ'];
      expect(inOrder(timeline.map(({ status }) => status))).toEqual(expected);
      expect(new Set(timeline.map(({ eventId }) => eventId)).size).toBe(timeline.length);
    });
  });

  it('+15550100000: the answer is the last message, and unread', async () => {
    await eventually(async () => {
      const { messages, unreadCount } = await read(storyOf('+15550100000').conversationId);
      expect(messages.nodes.at(-1)).toMatchObject({
        direction: 'INCOMING',
        status: 'RECEIVED',
        content: { text: 'You said: Hello +15550100000' },
      });
      expect(unreadCount).toBeGreaterThan(0);
    });
  });

  it('+15550100002: says why', () => {
    const last = storyOf('+15550100002').watch.items.at(-1);
    expect(last?.messageStatusChanged.message.failure?.code).toBe('RECIPIENT_NOT_ON_PLATFORM');
  });

  it('+15550100006: is still unknown when all the others have ended', () => {
    expect(storyOf('+15550100006').statuses().at(-1)).toBe('OUTCOME_UNKNOWN');
  });

  it('ends each within 30 s also when a crowd of each is sent at once', async () => {
    const crowd = await Promise.all(
      numbers.flatMap((to) => Array.from({ length: CROWD }, (_, n) => send(to, `Hello ${to}, for the ${n + 1}. time`))),
    );
    const ends = new Map(STORIES.map(([to, , statuses]) => [storyOf(to).conversationId, statuses.at(-1)]));
    ends.set(storyOf('+15550100007').conversationId, 'READ');
    const sent = new Set(crowd);
    const ended = new Map<string, Message>();
    await eventually(
      async () => {
        for (const [conversationId, end] of ends) {
          const { messages } = await read(conversationId);
          const mine = messages.nodes.filter(({ id }) => sent.has(id));
          expect(mine.map(({ status }) => status)).toEqual(Array.from({ length: CROWD }, () => end));
          for (const message of mine) ended.set(message.id, message);
          // To read them all again in each look was most of the work of this test.
          ends.delete(conversationId);
        }
      },
      { timeoutMs: 50_000, everyMs: 500 },
    );
    const took = [...ended.values()].map((one) => Date.parse(one.statusAt) - Date.parse(one.createdAt));
    expect(Math.max(...took)).toBeLessThan(30_000);
  }, 60_000);
});
