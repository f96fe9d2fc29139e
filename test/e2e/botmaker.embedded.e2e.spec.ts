import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBotmakerSimulator, type BotmakerSimulator } from '../../src/simulators/botmaker.js';
import { startSimulator, type Simulator } from '../../src/simulators/simulator.js';
import { eventually } from '../support/eventually.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { MARK_READ } from './provider-thread.js';

const CREDENTIALS = {
  ...{ clientId: 'client', secretId: 'marker-secret-id' },
  ...{ accessToken: 'marker-access', refreshToken: 'marker-refresh' },
};
const ACCOUNT = { channelId: 'shop-whatsapp-31200000000', webhookToken: 'marker-webhook' };

interface Payload {
  readonly done: {
    readonly channel?: { readonly id: string } | null;
    readonly message?: { readonly id: string } | null;
    readonly isConfirmed?: boolean;
    readonly account?: string | null;
    readonly userErrors: readonly { readonly code: string; readonly field: readonly string[] | null }[];
  };
}
interface Thread {
  readonly message: {
    readonly status: string;
    readonly failure: { readonly code: string } | null;
    readonly timeline: readonly { readonly status: string }[];
    readonly conversation: {
      readonly id: string;
      readonly messages: {
        readonly nodes: readonly { readonly direction: string; readonly content: { text: string } }[];
      };
    } | null;
  };
}

const CREATE = `mutation ($input: CreateChannelInput!) { done: createChannel(input: $input) {
  channel { id } userErrors { code field } } }`;
const VERIFY = `mutation ($input: ChannelInput!) { done: verifyChannel(input: $input) {
  isConfirmed account userErrors { code field } } }`;
const SEND = `mutation ($input: SendMessageInput!) { done: sendMessage(input: $input) {
  message { id } userErrors { code field } } }`;
const THREAD = `query ($id: ID!) { message(id: $id) { status failure { code } timeline { status }
  conversation { id messages { nodes { direction content { text } } } } } }`;
const CONVERSATIONS = `query ($channelId: ID!) { conversations(filter: { channelIds: [$channelId] }) { nodes {
  address lastMessage { content { text } } } } }`;

describe('a Botmaker channel, through the simulated API', () => {
  let app: TestApp;
  let botmaker: BotmakerSimulator;
  let simulator: Simulator;
  let channelId: string;
  beforeAll(async () => {
    app = await startTestApp();
    botmaker = createBotmakerSimulator({ ...ACCOUNT, credentials: CREDENTIALS, replies: true });
    simulator = await startSimulator(botmaker, { seed: 1 });
    const settings = { ...ACCOUNT, ...CREDENTIALS, apiBaseUrl: simulator.baseUrl };
    const input = { name: 'Shop', provider: 'BOTMAKER', platform: 'WHATSAPP', settings };
    const { done } = await app.client.run<Payload>(CREATE, { input });
    channelId = done.channel?.id ?? '';
    botmaker.connect(`${app.url}/webhooks/botmaker/${channelId}`);
  });
  afterAll(async () => {
    await app.stop();
    await simulator.stop();
  });

  const send = async (number: string, content: object = { text: { text: 'Hello' } }, channel = channelId) => {
    const input = { channelId: channel, to: { phoneNumber: `+${number}` }, content };
    return (await app.client.run<Payload>(SEND, { input })).done;
  };
  const template = { template: { name: 'order_ready', parameters: [{ key: 'name', part: 'BODY', value: 'Mia' }] } };
  const thread = async (id: string | undefined) => (await app.client.run<Thread>(THREAD, { id })).message;
  const untilStatus = (id: string | undefined, status: string) =>
    eventually(async () => expect((await thread(id)).status).toBe(status));
  /** The contact writes, which opens the window, and it is seen. */
  const written = async (number: string) => {
    await simulator.post([botmaker.messageFrom(number, { message: 'Anybody there?' })]);
    await eventually(async () => {
      const found = await app.client.run<{ conversations: { nodes: { address: string | null }[] } }>(CONVERSATIONS, {
        channelId,
      });
      expect(found.conversations.nodes.map(({ address }) => address)).toContain(`+${number}`);
    });
  };
  const calls = (path: string) => simulator.calls.filter((call) => call.path.endsWith(path));

  it('is verified by a call that changes nothing', async () => {
    const { done } = await app.client.run<Payload>(VERIFY, { input: { channelId } });
    expect(done).toEqual({ isConfirmed: true, account: 'Shop', userErrors: [] });
  });

  it('sends, is told what became of it, and is answered', async () => {
    expect((await send('31600000001')).userErrors.map(({ code }) => code)).toEqual(['SERVICE_WINDOW_CLOSED']);
    await written('31600000001');
    const { message } = await send('31600000001');
    await eventually(async () => {
      const found = await thread(message?.id);
      expect(found.status).toBe('READ');
      const statuses = new Set(found.timeline.map(({ status }) => status));
      for (const status of ['SENT', 'DELIVERED', 'READ']) expect(statuses).toContain(status);
      expect(found.conversation?.messages.nodes.map(({ direction, content }) => [direction, content.text])).toEqual([
        ['INCOMING', 'Anybody there?'],
        ['OUTGOING', 'Hello'],
        ['INCOMING', 'You said: Hello'],
      ]);
    });
    const { conversation } = await thread(message?.id);
    await app.client.run(MARK_READ, { input: { conversationId: conversation?.id } });
    await eventually(() => {
      const marks = calls('/send-read-typing-feedback');
      expect(marks).toMatchObject([{ status: 204, json: { contactId: '31600000001', typing: false } }]);
    });
  });

  it('asks Botmaker before it refuses: it may have heard what never came here', async () => {
    expect((await send('31600000008')).userErrors.map(({ code }) => code)).toEqual(['SERVICE_WINDOW_CLOSED']);
    // Written to before anybody of us was, by a webhook that is lost.
    botmaker.messageFrom('31600000009', { message: 'Anybody there?' });
    const { message, userErrors } = await send('31600000009');
    expect(userErrors).toEqual([]);
    await untilStatus(message?.id, 'READ');
    const asked = calls(`/chats/${ACCOUNT.channelId}:31600000009`);
    expect(asked.map(({ method, status }) => [method, status])).toEqual([['GET', 200]]);
  });

  it('says why it failed, at once or later; templates go at any time', async () => {
    const [bad, unknown, unreached, taken] = await Promise.all(
      ['31600000400', '31600000404', '31600000131', '31600000002'].map((number) => send(number, template)),
    );
    await untilStatus(taken?.message?.id, 'READ');
    for (const one of [bad, unknown]) {
      await untilStatus(one?.message?.id, 'SENDING_FAILED');
      expect((await thread(one?.message?.id)).failure?.code).toBe('RECIPIENT_INVALID');
    }
    await untilStatus(unreached?.message?.id, 'SENDING_FAILED');
    expect((await thread(unreached?.message?.id)).failure?.code).toBe('RECIPIENT_UNREACHABLE');
  });

  it('refuses before sending what Botmaker does not carry', async () => {
    const cards = { carousel: { text: 'Look', cards: [{ title: 'A', actions: [] }] } };
    expect((await send('31600000001', cards)).userErrors).toMatchObject([
      { code: 'CONTENT_UNSUPPORTED', field: ['content', 'carousel'] },
    ]);
  });

  it('slows down alone where it is throttled', async () => {
    const found = await app.client.run<{ channels: { nodes: { id: string }[] } }>(
      '{ channels(filter: { provider: SANDBOX }) { nodes { id } } }',
    );
    const begun = calls('/trigger-intent').length;
    simulator.misbehave({ throttles: 1 });
    const { message } = await send('31600000003', template);
    await eventually(() => expect(calls('/trigger-intent').length).toBeGreaterThan(begun));
    const other = await send('15550100000', { text: { text: 'Hello' } }, found.channels.nodes[0]?.id);
    await eventually(async () => expect(['DELIVERED', 'READ']).toContain((await thread(other.message?.id)).status));
    expect((await thread(message?.id)).timeline.map(({ status }) => status)).not.toContain('SENT');
    simulator.misbehave({});
    await untilStatus(message?.id, 'READ');
  });

  it('nobody knows what became of what was taken before the line dropped, until a receipt tells', async () => {
    botmaker.holdBack();
    simulator.misbehave({ acceptsAndDrops: 1 });
    const begun = calls('/trigger-intent').length;
    const { message } = await send('31600000004', template);
    await untilStatus(message?.id, 'OUTCOME_UNKNOWN');
    simulator.misbehave({});
    await simulator.post(botmaker.release());
    await untilStatus(message?.id, 'READ');
    expect(calls('/trigger-intent')).toHaveLength(begun + 1);
  });

  it('takes repeated and reordered webhooks once', async () => {
    await written('31600000005');
    simulator.misbehave({ repeats: 1, reorders: 0.5 });
    const { message } = await send('31600000005');
    await untilStatus(message?.id, 'READ');
    await eventually(async () => {
      const nodes = (await thread(message?.id)).conversation?.messages.nodes ?? [];
      expect(nodes.map(({ content }) => content.text)).toEqual(['Anybody there?', 'Hello', 'You said: Hello']);
    });
    simulator.misbehave({});
  });

  it('exchanges credentials that have ended by itself, once, and sends what waits for them', async () => {
    botmaker.expire();
    const numbers = ['31600000011', '31600000012', '31600000013', '31600000014'];
    const sent = await Promise.all(numbers.map((number) => send(number, template)));
    for (const { message } of sent) await untilStatus(message?.id, 'READ');
    const exchanges = simulator.calls.filter(
      ({ method, path }) => method === 'POST' && path.endsWith('/auth/credentials'),
    );
    expect(exchanges.map(({ json, status }) => [(json as { refreshToken: string }).refreshToken, status])).toEqual([
      ['marker-refresh', 200],
    ]);
    const audited = await app.client.run<object>('{ auditEvents(first: 50) { nodes { action } } }');
    expect(JSON.stringify(audited).match(/channel\.refresh_credentials/g)).toHaveLength(1);
    const shown = await app.client.run<object>(
      '{ channels { nodes { id name webhookUrl capabilities { content { kind limits } } } } }',
    );
    expect(JSON.stringify(shown)).not.toContain('marker-');
  });
});
