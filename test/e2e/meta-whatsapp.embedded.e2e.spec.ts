import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWhatsAppSimulator, type WhatsAppSimulator } from '../../src/simulators/meta-whatsapp.js';
import { startSimulator, type Simulator } from '../../src/simulators/simulator.js';
import { eventually } from '../support/eventually.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { findThread, MARK_READ, sendTo } from './provider-thread.js';

const JPEG = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(10_000, 3)]);
const ACCOUNT = { wabaId: '900', accessToken: 'marker-token', appSecret: 'marker-secret' };

interface Changed {
  readonly done: { readonly channel: { readonly id: string } | null; readonly userErrors: readonly unknown[] };
}
interface Inbox {
  readonly conversations: {
    readonly nodes: readonly {
      readonly channel: { readonly id: string };
      readonly contact: { readonly displayName: string | null };
      readonly lastMessage: { readonly content: { readonly text: string } } | null;
    }[];
  };
}

const CREATE = `mutation ($input: CreateChannelInput!) { done: createChannel(input: $input) {
  channel { id } userErrors { code field } } }`;
const ask = (name: string) => `mutation ($input: ChannelInput!) { done: ${name}(input: $input) {
  isConfirmed account failure { code } userErrors { code field } } }`;
const PICTURES = `{ conversations(first: 50) { nodes { lastMessage { content {
  ... on ImageContent { images { url } } } } } } }`;
const INBOX = `{ conversations(first: 50) { nodes { channel { id } contact { displayName } lastMessage { content { text } } } } }`;

interface Pictures {
  readonly conversations: {
    readonly nodes: readonly {
      readonly lastMessage: { readonly content: { readonly images?: readonly { readonly url: string }[] } } | null;
    }[];
  };
}

const CONVERSATION = `id address unreadCount serviceWindow { isOpen } messages { nodes { content { text } } }`;
const WHOLE = `query ($id: ID!) { conversation(id: $id) { ${CONVERSATION} }
  node(id: $id) { ... on Conversation { ${CONVERSATION} } } }`;
const LISTED = `query ($channelId: ID!) {
  conversations(first: 50, filter: { channelIds: [$channelId] }) { nodes { id unreadCount } }
  open: conversations(first: 50, filter: { channelIds: [$channelId], status: OPEN }) { nodes { id unreadCount } } }`;
const MARK_WHOLE = `mutation ($input: MarkConversationReadInput!) { done: markConversationRead(input: $input) {
  conversation { id unreadCount } userErrors { code } } }`;
const CLOSE = `mutation ($input: CloseConversationInput!) { done: closeConversation(input: $input) {
  conversation { id status } userErrors { code } } }`;

interface Whole {
  readonly conversation: {
    readonly id: string;
    readonly messages: { readonly nodes: readonly { readonly content: { readonly text: string } }[] };
  };
  readonly node: object;
}
interface Listed {
  readonly conversations: { readonly nodes: readonly { readonly id: string }[] };
  readonly open: Listed['conversations'];
}

/** A number of a business, with its Cloud API. */
interface Line {
  readonly channelId: string;
  readonly whatsApp: WhatsAppSimulator;
  readonly simulator: Simulator;
}

describe('WhatsApp channels, through the simulated Cloud API', () => {
  let app: TestApp;
  let shop: Line;
  let depot: Line;
  const lines: Line[] = [];
  beforeAll(async () => {
    app = await startTestApp();
    shop = await connect('1100');
    depot = await connect('1200');
  });
  afterAll(async () => {
    await app.stop();
    for (const { simulator } of lines) await simulator.stop();
  });

  async function connect(phoneNumberId: string): Promise<Line> {
    const whatsApp = createWhatsAppSimulator({ ...ACCOUNT, phoneNumberId, replies: true });
    const simulator = await startSimulator(whatsApp, { seed: 1 });
    const settings = { ...ACCOUNT, phoneNumberId, verifyToken: 'marker-verify', apiBaseUrl: simulator.baseUrl };
    const input = { name: phoneNumberId, provider: 'META_WHATSAPP', platform: 'WHATSAPP', settings };
    const { done } = await app.client.run<Changed>(CREATE, { input });
    expect(done.userErrors).toEqual([]);
    const line = { channelId: done.channel?.id ?? '', whatsApp, simulator };
    lines.push(line);
    const { done: registered } = await app.client.run<object & { done: object }>(ask('registerChannelWebhook'), {
      input: { channelId: line.channelId },
    });
    expect(registered).toMatchObject({ isConfirmed: true, userErrors: [] });
    return line;
  }
  const send = ({ channelId }: Line, phoneNumber: string, content: object = { text: { text: 'Hello' } }) =>
    sendTo(app.client, channelId, { phoneNumber }, content);
  const sent = async (line: Line, phoneNumber: string, content?: object): Promise<string> => {
    const { message, userErrors } = await send(line, phoneNumber, content);
    expect(userErrors).toEqual([]);
    return message?.id ?? '';
  };
  const thread = (id: string) => findThread(app.client, id);
  const hasStatus = (id: string, status: string) =>
    eventually(async () => expect((await thread(id)).status).toBe(status));
  const textFrom = ({ whatsApp }: Line, from: string, body: string) =>
    whatsApp.messageFrom(from, { type: 'text', text: { body } });
  /** The contact writes, so that he may be written to. */
  const hear = async (line: Line, from: string, body = 'Hi') => {
    await line.simulator.post([textFrom(line, from, body)]);
    await eventually(async () => expect((await inbox()).map(({ text }) => text)).toContain(body));
  };
  const inbox = async () => {
    const { conversations } = await app.client.run<Inbox>(INBOX);
    return conversations.nodes.map(({ channel, contact, lastMessage }) => ({
      ...{ channelId: channel.id, name: contact.displayName, text: lastMessage?.content.text },
    }));
  };
  const TEMPLATE = {
    template: { name: 'order_ready', locale: 'nl', parameters: [{ key: '1', part: 'BODY', value: 'Mia' }] },
  };

  it('are verified; a webhook of another token is not answered', async () => {
    const { done } = await app.client.run<{ done: object }>(ask('verifyChannel'), {
      input: { channelId: shop.channelId },
    });
    expect(done).toEqual({ isConfirmed: true, account: '+31 20 000 0000', failure: null, userErrors: [] });
    const url = `${app.url}/webhooks/meta-whatsapp/${shop.channelId}?hub.mode=subscribe&hub.challenge=1&hub.verify_token=`;
    expect((await fetch(`${url}wrong`)).status).toBe(403);
    expect(await (await fetch(`${url}marker-verify`)).text()).toBe('1');
  });

  it('hand on a file that only the token opens', async () => {
    const id = shop.whatsApp.addFile(JPEG);
    await shop.simulator.post([
      shop.whatsApp.messageFrom('31600000007', {
        type: 'image',
        image: { id, mime_type: 'image/jpeg', caption: 'Look' },
      }),
    ]);
    await eventually(async () => {
      const { conversations } = await app.client.run<Pictures>(PICTURES);
      const [picture] = conversations.nodes.flatMap(({ lastMessage }) => lastMessage?.content.images ?? []);
      const answer = await fetch(picture?.url ?? '');
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
      expect(Buffer.from(await answer.arrayBuffer())).toEqual(JPEG);
      expect(picture?.url).not.toContain('marker');
    });
  });

  it('show who types, about the newest message of the contact', async () => {
    await hear(shop, '31600000006', 'Are you there?');
    const id = await sent(shop, '+31600000006', { text: { text: 'Yes' } });
    await eventually(async () => expect((await thread(id)).conversation?.messages.nodes).toHaveLength(3));
    const conversationId = (await thread(id)).conversation?.id;
    const input = { conversationId, isTyping: true };
    await app.client.run(`mutation ($input: SetTypingInput!) { setTyping(input: $input) { userErrors { code } } }`, {
      input,
    });
    await eventually(() => {
      const shown = shop.simulator.calls.find(({ body }) => body.includes('typing_indicator'));
      expect(shown).toMatchObject({ status: 200, json: { message_id: expect.stringMatching(/^wamid/) as string } });
    });
  });

  it('show that what the contact wrote was read, up to its last message', async () => {
    await hear(shop, '31600000010', 'Did you read this?');
    const id = await sent(shop, '+31600000010', { text: { text: 'Not yet' } });
    await hasStatus(id, 'READ');
    const input = { conversationId: (await thread(id)).conversation?.id };
    const marks = () => shop.simulator.calls.filter(({ json }) => (json as { status?: string } | undefined)?.status);
    const before = marks().length;
    await app.client.run(MARK_READ, { input });
    await eventually(() => expect(marks().length).toBe(before + 1));
    expect(marks().at(-1)).toMatchObject({
      status: 200,
      json: { messaging_product: 'whatsapp', status: 'read', message_id: expect.stringMatching(/^wamid/) as string },
    });
  });

  it('write to the number that a contact went over to: what waited, and what is sent to the old one', async () => {
    const [before, after] = ['31600000008', '31600000009'];
    await hear(shop, before, 'Soon elsewhere');
    shop.simulator.misbehave({ throttles: 1 });
    const waiting = await sent(shop, `+${before}`, { text: { text: 'It waited' } });
    const callsOf = (words: string) => shop.simulator.calls.filter(({ body }) => body.includes(words));
    await eventually(() => expect(callsOf('It waited')).not.toEqual([]));
    const system = { type: 'user_changed_number', wa_id: after, body: 'Mia changed their phone number' };
    await shop.simulator.post([shop.whatsApp.messageFrom(before, { type: 'system', system })]);
    await hear(shop, after, 'Here I am');
    shop.simulator.misbehave({});
    await hasStatus(waiting, 'READ');
    expect(callsOf('It waited').at(-1)).toMatchObject({ status: 200, json: { to: after } });
    const late = await sent(shop, `+${before}`, { text: { text: 'To the old one' } });
    await hasStatus(late, 'READ');
    expect(callsOf('To the old one')).toMatchObject([{ status: 200, json: { to: after } }]);
    await eventually(async () => {
      const { conversation } = await thread(late);
      expect(conversation?.id).toBe((await thread(waiting)).conversation?.id);
      const texts = conversation?.messages.nodes.map(({ content }) => content.text);
      expect(texts).toEqual(expect.arrayContaining(['Soon elsewhere', 'It waited', 'Here I am', 'To the old one']));
    });
  });

  it('rule 5: have one thread with who came over to a number that had one: either id answers it', async () => {
    const [before, after] = ['31600000011', '31600000012'];
    await hear(shop, before, 'By the old number');
    const first = await sent(shop, `+${before}`, { text: { text: 'Noted' } });
    await hasStatus(first, 'READ');
    const old = (await thread(first)).conversation?.id;
    await hear(shop, after, 'By the new number');
    const system = { type: 'user_changed_number', wa_id: after, body: 'Mia changed their phone number' };
    await shop.simulator.post([shop.whatsApp.messageFrom(before, { type: 'system', system })]);
    const found = await eventually(async () => {
      const one = await app.client.run<Whole>(WHOLE, { id: old });
      expect(one.conversation.id).not.toBe(old);
      return one;
    });
    expect(found.node).toEqual(found.conversation);
    const { id, ...whole } = found.conversation;
    expect(whole).toMatchObject({ address: `+${after}`, unreadCount: 3, serviceWindow: { isOpen: true } });
    const texts = () =>
      app.client
        .run<Whole>(WHOLE, { id })
        .then(({ conversation }) => conversation.messages.nodes.map(({ content }) => content.text));
    expect(await texts()).toEqual(['By the old number', 'Noted', 'You said: Noted', 'By the new number']);
    expect((await thread(first)).conversation?.id).toBe(id);
    const { message, userErrors } = await sendTo(
      ...([app.client, shop.channelId, { conversationId: old }, { text: { text: 'Both ways' } }] as const),
      { replyToMessageId: first },
    );
    expect(userErrors).toEqual([]);
    await hasStatus(message?.id ?? '', 'READ');
    expect(shop.simulator.calls.find(({ body }) => body.includes('Both ways'))).toMatchObject({
      json: { to: after, context: { message_id: (await thread(first)).providerMessageIds[0] } },
    });
    await eventually(async () => expect((await texts()).slice(-2)).toEqual(['Both ways', 'You said: Both ways']));
    const input = { conversationId: old };
    const { done } = await app.client.run<{ done: object }>(MARK_WHOLE, { input });
    expect(done).toEqual({ conversation: { id, unreadCount: 0 }, userErrors: [] });
    const { done: closed } = await app.client.run<{ done: object }>(CLOSE, { input });
    expect(closed).toEqual({ conversation: { id, status: 'CLOSED' }, userErrors: [] });
    await eventually(async () => {
      const { open, conversations } = await app.client.run<Listed>(LISTED, { channelId: shop.channelId });
      expect(conversations.nodes.filter((one) => one.id === id || one.id === old)).toEqual([{ id, unreadCount: 0 }]);
      expect(open.nodes.filter((one) => one.id === id || one.id === old)).toEqual([]);
    });
  });

  it('write to whoever has not written by a template only', async () => {
    const { userErrors } = await send(shop, '+31600000002');
    expect(userErrors.map(({ code }) => code)).toEqual(['SERVICE_WINDOW_CLOSED']);
    await hasStatus(await sent(shop, '+31600000002', TEMPLATE), 'READ');
  });

  it('say why it failed, at once or later', async () => {
    const refused = await sent(shop, '+31691131026', TEMPLATE);
    const failed = await sent(shop, '+31690131049', TEMPLATE);
    await eventually(async () => {
      expect(await thread(refused)).toMatchObject({
        ...{ status: 'SENDING_FAILED', failure: { code: 'RECIPIENT_UNREACHABLE', providerCode: '131026' } },
      });
      expect(await thread(failed)).toMatchObject({
        ...{ status: 'SENDING_FAILED', failure: { code: 'POLICY', providerCode: '131049' } },
      });
    });
  });

  it('take an entry for another number of the same app as that number hears it', async () => {
    const posted = textFrom(depot, '31600000005', 'For the depot');
    await depot.simulator.post([{ ...posted, url: `${app.url}/webhooks/meta-whatsapp/${shop.channelId}` }]);
    await eventually(async () =>
      expect(await inbox()).toContainEqual({ channelId: depot.channelId, name: 'Mia', text: 'For the depot' }),
    );
  });
});
