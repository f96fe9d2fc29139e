import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSimulator, type Simulator } from '../../src/simulators/simulator.js';
import { createTelegramSimulator, type TelegramSimulator } from '../../src/simulators/telegram.js';
import { apiClient, type ApiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { scrape } from '../support/scrape.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

const BOT_TOKEN = '123456789:marker-token';
const JPEG = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(100_000, 3)]);
const CREATE = `mutation ($input: CreateChannelInput!) { createChannel(input: $input) { channel { id } } }`;
const REGISTER = `mutation ($input: ChannelInput!) { registerChannelWebhook(input: $input) { isConfirmed } }`;
const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) {
  message { id content { ... on ImageContent { images { url } } } } userErrors { code field } } }`;
const MEDIA = `content { ... on ImageContent { images { url contentType } } ... on FileContent { files { url filename } } }`;
const THREADS = `{ conversations { nodes { id messages { nodes { direction ${MEDIA} } } } } }`;

interface Content {
  readonly images?: readonly { readonly url: string }[];
  readonly files?: readonly { readonly url: string }[];
}
interface Threads {
  readonly conversations: {
    readonly nodes: readonly {
      readonly id: string;
      readonly messages: { readonly nodes: readonly { readonly direction: string; readonly content: Content }[] };
    }[];
  };
}

describe('an incoming picture, through the simulated Bot API', () => {
  let app: TestApp;
  let telegram: TelegramSimulator;
  let simulator: Simulator;
  let channelId: string;
  beforeAll(async () => {
    app = await startTestApp({ PARLEY_ALLOW_LOOPBACK: 'true' });
    telegram = createTelegramSimulator({ botToken: BOT_TOKEN });
    simulator = await startSimulator(telegram, { seed: 1 });
    const settings = { botToken: BOT_TOKEN, secretToken: 'secret', apiBaseUrl: simulator.baseUrl };
    const input = { name: 'Bot', provider: 'TELEGRAM', platform: 'TELEGRAM', settings };
    const made = await app.client.run<{ createChannel: { channel: { id: string } } }>(CREATE, { input });
    channelId = made.createChannel.channel.id;
    await app.client.run(REGISTER, { input: { channelId } });
  });
  afterAll(async () => {
    await app.stop();
    await simulator.stop();
  });

  const urlsBy = async (client: ApiClient) => {
    const { conversations } = await client.run<Threads>(THREADS);
    return conversations.nodes.flatMap(({ id, messages }) =>
      messages.nodes.flatMap(({ direction, content }) =>
        [...(content.images ?? []), ...(content.files ?? [])].map(({ url }) => ({ id, direction, url })),
      ),
    );
  };
  /** Of what the contact of this chat sends now. */
  const receive = async (chat: number, said: Readonly<Record<string, unknown>>) => {
    const before = new Set((await urlsBy(app.client)).map(({ url }) => new URL(url).pathname));
    await simulator.post([telegram.messageFrom(chat, said)]);
    return eventually(async () => {
      const found = (await urlsBy(app.client)).find(({ url }) => !before.has(new URL(url).pathname));
      if (found === undefined) throw new Error('Not there yet.');
      return found;
    });
  };

  it('is loaded as an img loads it: whole, in parts, by HEAD; and by nobody whose address is altered', async () => {
    const { url } = await receive(77, { photo: [{ file_id: 'small' }, { file_id: telegram.addFile(JPEG) }] });
    expect(url).toMatch(new RegExp(`^${app.url}/media/msg_[^?]+\\?`));
    expect(url).not.toMatch(/marker|AgAC|provider/);
    const whole = await fetch(url);
    expect([whole.status, whole.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
    expect(Buffer.from(await whole.arrayBuffer())).toEqual(JPEG);
    const part = await fetch(url, { headers: { range: 'bytes=10-19' } });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 10-19/${JPEG.length}`]);
    expect(Buffer.from(await part.arrayBuffer())).toEqual(JPEG.subarray(10, 20));
    const last = await fetch(url, { headers: { range: 'bytes=-5' } });
    expect([last.status, (await last.arrayBuffer()).byteLength]).toEqual([206, 5]);
    expect((await fetch(url, { headers: { range: `bytes=${JPEG.length}-` } })).status).toBe(416);
    const head = await fetch(url, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(JPEG.length)]);
    expect((await fetch(url.replace('signature=', 'signature=x'))).status).toBe(403);
    expect((await fetch(url, { method: 'POST' })).status).toBe(404);
    expect((await scrape(app.url)).value('parley_media_total', { provider: 'telegram', outcome: 'served' })).toBe(4);
    expect((await scrape(app.url)).value('parley_media_open')).toBe(0);
  });

  it('a document is saved and never run; one too large, and one that is gone, are told', async () => {
    const page = telegram.addFile(Buffer.from('<!doctype html><script>alert(1)</script>'), 'documents/a.html');
    const document = { file_id: page, mime_type: 'text/html', file_name: 'a.html' };
    const { url } = await receive(78, { document });
    const answer = await fetch(url);
    expect(await answer.text()).toContain('<script>');
    expect(answer.headers.get('content-type')).toBe('application/octet-stream');
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="a.html"/);
    const large = await receive(79, { video: { file_id: telegram.addFile(Buffer.alloc(21 * 1024 * 1024)) } });
    expect((await fetch(large.url)).status).toBe(502);
    const gone = await receive(80, { video: { file_id: 'gone' } });
    expect((await fetch(gone.url)).status).toBe(404);
  });

  it('is shown to a client token where its message is, and nowhere else', async () => {
    const one = await receive(81, { photo: [{ file_id: telegram.addFile(JPEG, 'photos/81.jpg') }] });
    const made = await app.client.run<{ createClientToken: { token: string } }>(
      'mutation ($input: CreateClientTokenInput!) { createClientToken(input: $input) { token } }',
      { input: { conversationIds: [one.id] } },
    );
    const seen = await urlsBy(apiClient(app.url, made.createClientToken.token));
    expect(seen.map(({ id }) => id)).toEqual([one.id]);
    expect((await fetch(seen[0]?.url ?? '')).status).toBe(200);
  });

  it('what a customer sends keeps its address, on this machine only where that is allowed', async () => {
    const image = (url: string) => ({ channelId, to: { address: '77' }, content: { image: { images: [{ url }] } } });
    const local = `${simulator.baseUrl}/a.jpg`;
    interface Sent {
      readonly sendMessage: {
        readonly message: { readonly content: Content } | null;
        readonly userErrors: readonly { readonly code: string }[];
      };
    }
    const sent = await app.client.run<Sent>(SEND, { input: image(local) });
    expect(sent.sendMessage.message?.content.images).toEqual([{ url: local }]);
    const refused = await app.client.run<Sent>(SEND, { input: image('http://10.0.0.1/a.jpg') });
    expect(refused.sendMessage.userErrors.map(({ code }) => code)).toEqual(['CONTENT_INVALID']);
  });
});
