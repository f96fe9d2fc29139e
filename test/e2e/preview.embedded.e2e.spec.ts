import { afterAll, beforeAll, expect, it } from 'vitest';
import { startSimulator, type Simulator } from '../../src/simulators/simulator.js';
import { createTelegramSimulator } from '../../src/simulators/telegram.js';
import { eventually } from '../support/eventually.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

const BOT = { botToken: '123456789:marker-token', secretToken: 'marker-secret' };
const CREATE = `mutation ($input: CreateChannelInput!) { createChannel(input: $input) { channel { id } } }`;
const PREVIEW = `query ($input: PreviewMessageInput!) { previewMessage(input: $input) {
  calls { method url headers body } degradedFrom userErrors { code field } } }`;
const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) {
  message { id degradedFrom content { text } } userErrors { code field } } }`;

const UPDATE = `mutation ($input: UpdateChannelInput!) { updateChannel(input: $input) {
  channel { degradeUnsupported } userErrors { code } } }`;
const READ = `query ($id: ID!) { message(id: $id) { status degradedFrom content { __typename text } } }`;

interface Previewed {
  readonly previewMessage: {
    readonly calls: readonly { readonly url: string; readonly headers: object; readonly body: object }[];
    readonly degradedFrom: string | null;
    readonly userErrors: readonly object[];
  };
}
interface Sent {
  readonly sendMessage: {
    readonly message: { readonly id: string; readonly degradedFrom: string | null } | null;
    readonly userErrors: readonly object[];
  };
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

it('sends in plain form what the channel does not carry, once it is told to', async () => {
  const { length: before } = simulator.calls;
  // Telegram carries contacts that have a phone number.
  const contacts = { contacts: [{ name: 'Anna', emails: ['anna@example.com'] }] };
  const refused = [{ code: 'CONTENT_INVALID', field: ['content', 'contacts', 'contacts'] }];
  expect((await send({ contacts })).userErrors).toEqual(refused);
  const update = (degradeUnsupported: boolean) => app.client.run(UPDATE, { input: { channelId, degradeUnsupported } });
  expect(await update(true)).toMatchObject({
    updateChannel: { channel: { degradeUnsupported: true }, userErrors: [] },
  });
  const plain = { chat_id: '4711', text: 'Anna\nanna@example.com' };
  await eventually(async () =>
    expect(await preview({ contacts })).toMatchObject({ degradedFrom: 'contacts', calls: [{ body: plain }] }),
  );
  const { message } = await send({ contacts });
  expect(message).toMatchObject({ degradedFrom: 'contacts', content: { text: plain.text } });
  await eventually(() => expect(simulator.calls.slice(before).map(({ json }) => json)).toEqual([plain]));
  await eventually(async () =>
    expect(await app.client.run(READ, { id: message?.id })).toEqual({
      message: { status: 'SENT', degradedFrom: 'contacts', content: { __typename: 'TextContent', text: plain.text } },
    }),
  );
  expect(await preview({ text: { text: 'as it is' } })).toMatchObject({ degradedFrom: null });
  await update(false);
  await eventually(async () => expect((await preview({ contacts })).userErrors).toEqual(refused));
});
