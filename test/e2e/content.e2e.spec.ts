import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

const CONTENT = `text __typename
  ... on ContactsContent { contacts { name phoneNumbers emails organization } }
  ... on CarouselContent { cards { title media { url } actions { kind text url } } }
  ... on TemplateContent { name locale parameters { key part value media { url } } }
  ... on ReactionContent { emoji target { id } }`;
const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) {
  message { id content { ${CONTENT} } conversation { id } } userErrors { code field message } cursor } }`;
const SEND_ALL = `mutation ($input: SendMessagesInput!) { sendMessages(input: $input) { cursor userErrors { code }
  results { cursor userErrors { code field } message { id sortKey content { ${CONTENT} } } } } }`;
const MESSAGE = `query ($id: ID!) { message(id: $id) { id status providerMessageIds sortKey content { ${CONTENT} }
  reactions { emoji author authorId messageId } } }`;
const MESSAGES = `query ($id: ID!) { conversation(id: $id) { lastMessage { id }
  messages(last: 100) { nodes { id direction content { text } replyTo { id } } } } }`;
const INBOX = `subscription ($after: Cursor) { inboxUpdated(after: $after) { kind message { id reactions { emoji } } } }`;

interface Message {
  readonly id: string;
  readonly status: string;
  readonly sortKey: string | null;
  readonly providerMessageIds: readonly string[];
  readonly content: Readonly<Record<string, unknown>>;
  readonly conversation: { readonly id: string };
  readonly reactions: readonly { readonly emoji: string; readonly author: string; readonly messageId: string }[];
}
interface Payload {
  readonly message: Message | null;
  readonly userErrors: readonly { readonly code: string; readonly field: readonly string[] | null }[];
  readonly cursor: string | null;
}

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

const inputFor = (phoneNumber: string, content: object, more: object = {}) => ({
  ...{ channelId: app.channelId, to: { phoneNumber }, content, ...more },
});
async function send(phoneNumber: string, content: object, more: object = {}) {
  const input = inputFor(phoneNumber, content, more);
  const { sendMessage } = await app.client.run<{ sendMessage: Payload }>(SEND, { input });
  expect(sendMessage.userErrors).toEqual([]);
  if (sendMessage.message === null || sendMessage.cursor === null) throw new Error('It was sent.');
  return { ...sendMessage.message, cursor: sendMessage.cursor };
}
async function sendAll(messages: readonly object[]) {
  const sent = await app.client.run<{ sendMessages: { cursor: string; results: Payload[]; userErrors: unknown[] } }>(
    SEND_ALL,
    { input: { messages } },
  );
  expect(sent.sendMessages.userErrors).toEqual([]);
  return sent.sendMessages;
}
/** As it is behind a cursor: never older. */
async function read(id: string, cursor?: string): Promise<Message> {
  const headers = cursor === undefined ? undefined : { 'x-parley-after': cursor };
  return (await app.client.run<{ message: Message }>(MESSAGE, { id }, headers)).message;
}

interface Thread {
  readonly lastMessage: { readonly id: string } | null;
  readonly messages: {
    readonly nodes: readonly {
      readonly id: string;
      readonly direction: string;
      readonly replyTo: { id: string } | null;
    }[];
  };
}
const readThread = async (id: string): Promise<Thread> =>
  (await app.client.run<{ conversation: Thread }>(MESSAGES, { id })).conversation;

describe('content of every kind', () => {
  it('goes to the contact, and is read back as it was given', async () => {
    const card = { title: 'One', media: { url: 'https://example.com/1.png' } };
    const link = { kind: 'LINK', text: 'Open', url: 'https://example.com/' };
    const parameters = [
      { key: '1', value: 'Anna' },
      { key: 'image', part: 'HEADER', media: card.media },
    ];
    const { results } = await sendAll([
      inputFor('+15550100001', {
        contacts: { contacts: [{ name: 'Anna', phoneNumbers: ['+1'], organization: 'Acme' }] },
      }),
      inputFor('+15550100001', { carousel: { cards: [{ ...card, actions: [link] }] } }),
      inputFor('+15550100001', { template: { name: 'welcome', locale: 'en', parameters } }),
    ]);
    expect(results.flatMap(({ userErrors }) => userErrors)).toEqual([]);
    const messages = results.flatMap(({ message }) => message ?? []);
    expect(messages.map(({ content }) => content)).toEqual([
      {
        ...{ __typename: 'ContactsContent', text: 'Anna' },
        contacts: [{ name: 'Anna', phoneNumbers: ['+1'], emails: [], organization: 'Acme' }],
      },
      {
        ...{ __typename: 'CarouselContent', text: '' },
        cards: [{ ...card, actions: [link] }],
      },
      {
        ...{ __typename: 'TemplateContent', text: '', name: 'welcome', locale: 'en' },
        parameters: [
          { key: '1', part: 'BODY', value: 'Anna', media: null },
          { key: 'image', part: 'HEADER', value: null, media: card.media },
        ],
      },
    ]);
    for (const { id } of messages) {
      await eventually(async () => expect((await read(id)).status).toBe('DELIVERED'), { timeoutMs: 20_000 });
    }
  });

  it('of three pictures takes three calls, and the contact answers once', async () => {
    const images = [1, 2, 3].map((n) => ({ url: `https://example.com/${n}.png` }));
    const sent = await send('+15550100321', { image: { images, text: 'Three' } });
    await eventually(async () => expect((await read(sent.id)).status).toBe('READ'), { timeoutMs: 20_000 });
    expect((await read(sent.id)).providerMessageIds).toHaveLength(3);
    const answers = await eventually(async () => {
      const { messages } = await readThread(sent.conversation.id);
      const incoming = messages.nodes.filter(({ direction }) => direction === 'INCOMING');
      expect(incoming).not.toHaveLength(0);
      return incoming;
    });
    expect(answers).toHaveLength(1);
    expect(answers[0]?.replyTo?.id).toBe(sent.id);
  });
});

describe('a reaction', () => {
  it('stands on its message, is none of the messages, tells the inbox, and is taken back', async () => {
    const target = await send('+15550100001', { text: { text: 'react to me' } });
    await eventually(async () => expect((await read(target.id)).status).toBe('DELIVERED'), { timeoutMs: 20_000 });
    const { cursor } = await app.client.run<{ cursor: string }>('{ cursor }');
    const inbox = app.client.watch<{ inboxUpdated: { kind: string; message: Message | null } }>(INBOX, {
      after: cursor,
    });
    const reaction = await send(
      '+15550100001',
      { reaction: { messageId: target.id, emoji: '👍' } },
      { authorId: 'anna' },
    );
    expect(reaction.content).toMatchObject({ emoji: '👍', target: { id: target.id } });
    expect((await read(target.id, reaction.cursor)).reactions).toEqual([
      { emoji: '👍', author: 'AGENT', authorId: 'anna', messageId: reaction.id },
    ]);
    expect((await read(reaction.id)).sortKey).toBeNull();
    const { messages, lastMessage } = await readThread(target.conversation.id);
    expect(messages.nodes.map(({ id }) => id)).not.toContain(reaction.id);
    expect(lastMessage?.id).not.toBe(reaction.id);
    await eventually(() =>
      expect(inbox.items.map(({ inboxUpdated }) => [inboxUpdated.kind, inboxUpdated.message?.id])).toContainEqual([
        'MESSAGE_UPDATED',
        target.id,
      ]),
    );
    // It reaches the contact as a call of its own, which names what it is about.
    await eventually(async () => expect((await read(reaction.id)).status).toBe('DELIVERED'), { timeoutMs: 20_000 });
    const back = await send('+15550100001', { reaction: { messageId: target.id, emoji: null } });
    expect((await read(target.id, back.cursor)).reactions).toEqual([]);
    await inbox.stop();
  });
});

const THREADS = 50;

describe('a batch', () => {
  it('of 500 is answered in its order, within 5 s, and repeated without a second message', async () => {
    const batch = Array.from({ length: 500 }, (_, n) =>
      inputFor(
        `+155501004${String(n % THREADS).padStart(2, '0')}`,
        { text: { text: `${n}` } },
        { idempotencyKey: `batch ${n}` },
      ),
    );
    const startedAt = performance.now();
    const first = await sendAll(batch);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(first.results.flatMap(({ userErrors }) => userErrors)).toEqual([]);
    expect(first.results.map(({ message }) => message?.content['text'])).toEqual(batch.map((_, n) => `${n}`));
    const sortKeys = first.results.map(({ message }) => message?.sortKey ?? '');
    for (let thread = 0; thread < THREADS; thread += 1) {
      const keys = sortKeys.filter((_, n) => n % THREADS === thread);
      expect(keys).toEqual([...new Set(keys)].sort());
    }
    const again = await sendAll(batch.slice(0, 50));
    expect(again.results.map(({ message }) => message?.id)).toEqual(
      first.results.slice(0, 50).map(({ message }) => message?.id),
    );
  });

  it('of 501 is refused as a whole', async () => {
    const batch = Array.from({ length: 501 }, () => inputFor('+15550100001', { text: { text: 'x' } }));
    const refused = await app.client.run(SEND_ALL, { input: { messages: batch } });
    expect(refused).toEqual({
      sendMessages: { cursor: null, results: [], userErrors: [{ code: 'BATCH_TOO_LARGE' }] },
    });
  });
});
