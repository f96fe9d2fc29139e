import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInstagramSimulator } from '../../src/simulators/meta-instagram.js';
import type { MessagingSimulator } from '../../src/simulators/meta-messaging.js';
import { createMessengerSimulator } from '../../src/simulators/meta-messenger.js';
import { startSimulator, type Simulator } from '../../src/simulators/simulator.js';
import { eventually } from '../support/eventually.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { findThread, MARK_READ, sendTo } from './provider-thread.js';

const APP = { accessToken: 'marker-token', appSecret: 'marker-secret' };
const VERIFY = 'marker-verify';

interface Changed {
  readonly done: { readonly channel: { readonly id: string } | null; readonly userErrors: readonly unknown[] };
}
interface Inbox {
  readonly conversations: {
    readonly nodes: readonly {
      readonly channel: { readonly id: string };
      readonly lastMessage: { readonly content: { readonly text: string } } | null;
    }[];
  };
}

const CREATE = `mutation ($input: CreateChannelInput!) { done: createChannel(input: $input) {
  channel { id } userErrors { code field } } }`;
const ask = (name: string) => `mutation ($input: ChannelInput!) { done: ${name}(input: $input) {
  isConfirmed account failure { code } userErrors { code field } } }`;
const PREVIEW = `query ($input: PreviewMessageInput!) { previewMessage(input: $input) {
  calls { body } userErrors { code } } }`;
const EXCEPTIONS = `query ($id: ID!) { channel(id: $id) { capabilities { serviceWindowHours
  windowExceptions { tag hours isForPeopleOnly category } } } }`;
const INBOX = `{ conversations(first: 50) { nodes { channel { id } lastMessage { content { text } } } } }`;

/** An account of a business, with the API that speaks for it. */
interface Line {
  readonly channelId: string;
  readonly messaging: MessagingSimulator;
  readonly simulator: Simulator;
}

const PRODUCTS = {
  META_MESSENGER: {
    ...{ platform: 'MESSENGER', ids: { pageId: '1100', messageTags: ['HUMAN_AGENT'] }, account: 'Simulated' },
  },
  META_INSTAGRAM: { platform: 'INSTAGRAM', ids: { accountId: '17841400' }, account: '@simulated' },
} as const;
type Provider = keyof typeof PRODUCTS;

describe('Messenger and Instagram channels, through their simulated APIs', () => {
  let app: TestApp;
  const lines = new Map<Provider, Line>();
  beforeAll(async () => {
    app = await startTestApp();
    const messenger = createMessengerSimulator({ ...APP, pageId: '1100', replies: true });
    lines.set('META_MESSENGER', await connect('META_MESSENGER', messenger));
    const instagram = createInstagramSimulator({ ...APP, accountId: '17841400', replies: true });
    lines.set('META_INSTAGRAM', await connect('META_INSTAGRAM', instagram));
  });
  afterAll(async () => {
    await app.stop();
    for (const { simulator } of lines.values()) await simulator.stop();
  });

  /** The app's address is set by hand; then the account is subscribed by a call. */
  async function connect(provider: Provider, messaging: MessagingSimulator): Promise<Line> {
    const simulator = await startSimulator(messaging, { seed: 1 });
    const { platform, ids } = PRODUCTS[provider];
    const settings = { ...APP, ...ids, verifyToken: VERIFY, apiBaseUrl: simulator.baseUrl };
    const input = { name: platform, provider, platform, settings };
    const { done } = await app.client.run<Changed>(CREATE, { input });
    expect(done.userErrors).toEqual([]);
    const channelId = done.channel?.id ?? '';
    const url = `${app.url}/webhooks/${provider.toLowerCase().replace('_', '-')}/${channelId}`;
    const set = await fetch(`${simulator.baseUrl}/dashboard/webhook`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
      body: JSON.stringify({ url, verifyToken: VERIFY }),
    });
    expect(set.status).toBe(200);
    const { done: registered } = await app.client.run<{ done: object }>(ask('registerChannelWebhook'), {
      input: { channelId },
    });
    expect(registered).toMatchObject({ isConfirmed: true, userErrors: [] });
    return { channelId, messaging, simulator };
  }
  const lineOf = (provider: Provider): Line => {
    const line = lines.get(provider);
    if (line === undefined) throw new Error('Not connected.');
    return line;
  };
  const send = (
    { channelId }: Line,
    address: string,
    content: object = { text: { text: 'Hello' } },
    more: object = {},
  ) => sendTo(app.client, channelId, { address }, content, more);
  const sent = async (line: Line, address: string, content?: object): Promise<string> => {
    const { message, userErrors } = await send(line, address, content);
    expect(userErrors).toEqual([]);
    return message?.id ?? '';
  };
  const thread = (id: string) => findThread(app.client, id);
  const hasStatus = (id: string, ...statuses: readonly string[]) =>
    eventually(async () => expect(statuses).toContain((await thread(id)).status));
  const inbox = async () => {
    const { conversations } = await app.client.run<Inbox>(INBOX);
    return conversations.nodes.map(({ channel, lastMessage }) => `${channel.id} ${lastMessage?.content.text ?? ''}`);
  };
  /** The contact writes, so that he may be written to. */
  const hear = async ({ channelId, messaging, simulator }: Line, from: string, text: string) => {
    await simulator.post([messaging.messageFrom(from, { text })]);
    await eventually(async () => expect(await inbox()).toContain(`${channelId} ${text}`));
  };
  describe.each(Object.keys(PRODUCTS) as Provider[])('%s', (provider) => {
    it('is verified; a question with another token is not answered', async () => {
      const { channelId } = lineOf(provider);
      const { done } = await app.client.run<{ done: object }>(ask('verifyChannel'), { input: { channelId } });
      expect(done).toEqual({ isConfirmed: true, account: PRODUCTS[provider].account, failure: null, userErrors: [] });
      const url = `${app.url}/webhooks/${provider.toLowerCase().replace('_', '-')}/${channelId}`;
      expect((await fetch(`${url}?hub.mode=subscribe&hub.challenge=1&hub.verify_token=wrong`)).status).toBe(403);
    });

    it('shows the contact what was read', async () => {
      const line = lineOf(provider);
      await hear(line, '24001', 'Grüße 👋');
      const id = await sent(line, '24001');
      await hasStatus(id, 'DELIVERED', 'READ');
      const { conversation } = await thread(id);
      await app.client.run(MARK_READ, { input: { conversationId: conversation?.id } });
      await eventually(() => {
        const marks = line.simulator.calls.filter(({ body }) => body.includes('mark_seen'));
        expect(marks).toMatchObject([{ status: 200, json: { recipient: { id: '24001' } } }]);
      });
    });

    it('sends several pictures and their words as one message of several parts', async () => {
      const line = lineOf(provider);
      const images = ['a', 'b'].map((name) => ({ url: `https://example.net/${name}.jpg`, contentType: 'image/jpeg' }));
      await hear(line, '24002', 'Show me');
      const id = await sent(line, '24002', { image: { text: 'Look', images } });
      await eventually(async () => expect((await thread(id)).providerMessageIds).toHaveLength(3));
      await hasStatus(id, 'SENT', 'DELIVERED', 'READ');
    });

    it('refuses before sending, and says why a send failed', async () => {
      const line = lineOf(provider);
      expect(await send(line, '24009')).toMatchObject({ userErrors: [{ code: 'SERVICE_WINDOW_CLOSED' }] });
      await hear(line, '551', 'Soon gone');
      expect(await send(line, '551', { location: { latitude: 52.1, longitude: 4.9 } })).toMatchObject({
        userErrors: [{ code: 'CONTENT_UNSUPPORTED' }],
      });
      expect(await send(line, '551', { text: { text: 'é'.repeat(2_001) } })).toMatchObject({
        userErrors: [{ code: 'CONTENT_INVALID', field: ['content', 'text', 'text'] }],
      });
      const id = await sent(line, '551');
      await hasStatus(id, 'SENDING_FAILED');
      expect((await thread(id)).failure).toMatchObject({ code: 'RECIPIENT_UNREACHABLE', providerCode: '551/1545041' });
    });

    it('lets people answer for a week, under the name that Meta wants to be told, and nobody else', async () => {
      const line = lineOf(provider);
      const wrote = (from: string, daysAgo: number) =>
        line.messaging.event(from, {
          message: { mid: `m_old${from}`, text: `Of ${daysAgo} days ago` },
          timestamp: Date.now() - daysAgo * 86_400_000,
        });
      await line.simulator.post([wrote('24010', 2), wrote('24011', 8)]);
      await eventually(async () => expect(await inbox()).toContain(`${line.channelId} Of 8 days ago`));
      const closed = { userErrors: [{ code: 'SERVICE_WINDOW_CLOSED' }] };
      expect(await send(line, '24010', undefined, { author: 'BOT' })).toMatchObject(closed);
      expect(await send(line, '24011')).toMatchObject(closed);
      const input = { channelId: line.channelId, to: { address: '24010' }, content: { text: { text: 'Hello' } } };
      const { previewMessage } = await app.client.run<{ previewMessage: object }>(PREVIEW, { input });
      const tagged = { messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' };
      expect(previewMessage).toMatchObject({ calls: [{ body: tagged }], userErrors: [] });
      await hasStatus(await sent(line, '24010'), 'DELIVERED', 'READ');
      const [call, ...others] = line.simulator.calls.filter(({ body }) => body.includes('24010'));
      expect(others).toEqual([]);
      expect(call?.json).toMatchObject(tagged);
      const { channel } = await app.client.run<{ channel: object }>(EXCEPTIONS, { id: line.channelId });
      const exception = { tag: 'HUMAN_AGENT', hours: 168, isForPeopleOnly: true, category: null };
      expect(channel).toEqual({ capabilities: { serviceWindowHours: 24, windowExceptions: [exception] } });
    });
  });
});
