import { afterAll, beforeAll, expect, it } from 'vitest';
import { startSimulator, type Simulator } from '../../src/simulators/simulator.js';
import { createTelegramSimulator } from '../../src/simulators/telegram.js';
import { eventually } from '../support/eventually.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

const BOT = { botToken: '123456789:marker-token', secretToken: 'marker-secret' };
const CREATE = `mutation ($input: CreateChannelInput!) { createChannel(input: $input) { channel { id } } }`;
const PREVIEW = `query ($input: PreviewMessageInput!) { previewMessage(input: $input) {
  calls { method url headers body } userErrors { code field } } }`;
const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } userErrors { code field } } }`;

interface Previewed {
  readonly previewMessage: {
    readonly calls: readonly { readonly url: string; readonly headers: object; readonly body: object }[];
    readonly userErrors: readonly object[];
  };
}
interface Sent {
  readonly sendMessage: { readonly userErrors: readonly object[] };
}

let app: TestApp;
let simulator: Simulator;
let channelId: string;
beforeAll(async () => {
  app = await startTestApp();
  simulator = await startSimulator(createTelegramSimulator({ botToken: BOT.botToken, replies: false }), { seed: 1 });
  const settings = { ...BOT, apiBaseUrl: simulator.baseUrl };
  const input = { name: 'a bot', provider: 'TELEGRAM', platform: 'TELEGRAM', settings };
  const { createChannel } = await app.client.run<{ createChannel: { channel: { id: string } } }>(CREATE, { input });
  channelId = createChannel.channel.id;
});
afterAll(async () => {
  await app.stop();
  await simulator.stop();
});

const preview = async (content: object) =>
  (await app.client.run<Previewed>(PREVIEW, { input: { channelId, to: { address: '4711' }, content } })).previewMessage;
const send = async (content: object) =>
  (await app.client.run<Sent>(SEND, { input: { channelId, to: { address: '4711' }, content } })).sendMessage;

it('shows what is sent then, and no secret', async () => {
  const contacts = {
    contacts: [
      { name: 'Anna', phoneNumbers: ['+15550100001'] },
      { name: 'Bo', phoneNumbers: ['+1555'] },
    ],
  };
  const { calls, userErrors } = await preview({ contacts });
  expect(userErrors).toEqual([]);
  expect(calls.map(({ url }) => url)).toEqual([1, 2].map(() => `${simulator.baseUrl}/bot[hidden]/sendContact`));
  expect(JSON.stringify(calls)).not.toContain('marker-');
  expect(simulator.calls).toEqual([]);
  await send({ contacts });
  await eventually(() => expect(simulator.calls).toHaveLength(2));
  expect(simulator.calls.map(({ json }) => json)).toEqual(calls.map(({ body }) => body));
});

it('is refused as a send is', async () => {
  const tooLong = { text: { text: 'x'.repeat(5_000) } };
  const { calls, userErrors } = await preview(tooLong);
  expect(calls).toEqual([]);
  expect(userErrors).toContainEqual({ code: 'CONTENT_INVALID', field: ['content', 'text', 'text'] });
  expect((await send(tooLong)).userErrors).toEqual(userErrors);
});
