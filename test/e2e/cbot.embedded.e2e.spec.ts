import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCbotSimulator, type CbotFlavour, type CbotSimulator } from '../../src/simulators/cbot.js';
import { startSimulator, type Simulator } from '../../src/simulators/simulator.js';
import { eventually } from '../support/eventually.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { findThread, MARK_READ, sendTo, type FoundMessage } from './provider-thread.js';

const SETTINGS = { apiKey: 'marker-key', webhookUsername: 'parley', webhookPassword: 'marker-word', namespace: 'ns_1' };

interface Created {
  readonly createChannel: { readonly channel: { readonly id: string; readonly webhookUrl: string } | null };
}
interface Asked {
  readonly done: {
    readonly isConfirmed: boolean;
    readonly failure: { readonly code: string } | null;
    readonly userErrors: readonly unknown[];
  };
}

const CREATE = `mutation ($input: CreateChannelInput!) { createChannel(input: $input) { channel { id webhookUrl } } }`;
const ask = (name: string) => `mutation ($input: ChannelInput!) { done: ${name}(input: $input) {
  isConfirmed failure { code } userErrors { code } } }`;
const TEMPLATE = { template: { name: 'order_ready', locale: 'nl', parameters: [{ key: '1', value: 'Mia' }] } };
const TEXT = { text: { text: 'Hello' } };
const MIA = '+31600000001';

interface Side {
  readonly cbot: CbotSimulator;
  readonly simulator: Simulator;
  readonly channel: { readonly id: string; readonly webhookUrl: string };
}

describe('CBOT channels of both flavours, through the simulated API', () => {
  let app: TestApp;
  let onPremises: Side;
  let cloud: Side;
  beforeAll(async () => {
    app = await startTestApp();
    onPremises = await connect('ON_PREMISES');
    cloud = await connect('CLOUD');
  });
  afterAll(async () => {
    await app.stop();
    await Promise.all([onPremises.simulator.stop(), cloud.simulator.stop()]);
  });

  const connect = async (flavour: CbotFlavour): Promise<Side> => {
    const cbot = createCbotSimulator({ flavour, apiKey: SETTINGS.apiKey, replies: true });
    const simulator = await startSimulator(cbot, { seed: 1 });
    const settings = { ...SETTINGS, flavour, baseUrl: simulator.baseUrl };
    const input = { name: flavour, provider: 'CBOT', platform: 'WHATSAPP', settings };
    const { createChannel } = await app.client.run<Created>(CREATE, { input });
    return { cbot, simulator, channel: createChannel.channel ?? { id: '', webhookUrl: '' } };
  };
  const send = ({ channel }: Side, address: string, content: object) =>
    sendTo(app.client, channel.id, { address }, content);
  const thread = (id = '') => findThread(app.client, id);
  const incomingOf = ({ conversation }: FoundMessage): readonly string[] => {
    const nodes = conversation?.messages.nodes ?? [];
    return nodes.filter(({ direction }) => direction === 'INCOMING').map(({ content }) => content.text);
  };
  const sides = [
    ['on premises', () => onPremises, '/v1/messages'],
    ['in the cloud', () => cloud, '/messages'],
  ] as const;

  it.each(sides)('%s: is verified, and its webhook registered', async (_name, side) => {
    const input = { channelId: side().channel.id };
    for (const name of ['verifyChannel', 'registerChannelWebhook'])
      expect((await app.client.run<Asked>(ask(name), { input })).done).toEqual({
        ...{ isConfirmed: true, failure: null, userErrors: [] },
      });
    const told = side().simulator.calls.at(-1);
    expect(told).toMatchObject({ path: '/v1/configs/webhook', json: { url: side().channel.webhookUrl } });
  });

  it.each(sides)(
    '%s: sends a template, hears what became of it, is answered, and answers',
    async (_name, side, path) => {
      expect((await send(side(), MIA, TEXT)).userErrors).toMatchObject([{ code: 'SERVICE_WINDOW_CLOSED' }]);
      const { cbot, simulator } = side();
      const { message } = await send(side(), MIA, TEMPLATE);
      await eventually(async () =>
        expect(await thread(message?.id)).toMatchObject({ status: 'READ', providerMessageIds: [expect.any(String)] }),
      );
      expect(simulator.calls.at(-1)).toMatchObject({ path, json: { to: '31600000001', type: 'template' } });
      await simulator.post(
        ['one', 'two'].map((body) => cbot.messageFrom('31600000001', { type: 'text', text: { body } })),
      );
      await eventually(async () => expect([...incomingOf(await thread(message?.id))].sort()).toEqual(['one', 'two']));
      const said = await send(side(), MIA, TEXT);
      await eventually(async () => {
        const found = await thread(said.message?.id);
        expect(found.status).toBe('READ');
        expect(incomingOf(found)).toContain('You said: Hello');
      });
      const input = { conversationId: (await thread(said.message?.id)).conversation?.id };
      await app.client.run(MARK_READ, { input });
      await eventually(() => {
        const marks = simulator.calls.filter(
          ({ json }) => (json as { status?: string } | undefined)?.status === 'read',
        );
        expect(marks.map(({ status }) => status)).toEqual([200]);
      });
    },
  );

  it.each(sides)('%s: a picture of the contact is loaded by its address, and shows no key', async (_name, side) => {
    const { message } = await send(side(), MIA, TEMPLATE);
    const picture = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(1_000, 3)]);
    const image = { id: side().cbot.addFile(picture), mime_type: 'image/jpeg', caption: 'Look' };
    await side().simulator.post([side().cbot.messageFrom('31600000001', { type: 'image', image })]);
    const url = await eventually(async () => {
      const nodes = (await thread(message?.id)).conversation?.messages.nodes ?? [];
      const found = nodes.flatMap(({ content }) => content.images ?? [])[0]?.url;
      if (found === undefined) throw new Error('Not there yet.');
      return found;
    });
    expect(url).not.toContain('marker');
    expect(Buffer.from(await (await fetch(url)).arrayBuffer())).toEqual(picture);
  });

  it.each(sides)('%s: says why it failed, at once or later', async (_name, side) => {
    const atOnce = await send(side(), '+31600001013', TEMPLATE);
    const later = await send(side(), '+31600000480', TEMPLATE);
    const unknown = await send(side(), MIA, { template: { name: 'nope', locale: 'nl' } });
    await eventually(async () => {
      expect((await thread(atOnce.message?.id)).failure?.code).toMatch(/^RECIPIENT_(NOT_ON_PLATFORM|UNREACHABLE)$/);
      expect(await thread(later.message?.id)).toMatchObject({
        ...{ status: 'SENDING_FAILED', failure: { code: 'SERVICE_WINDOW_CLOSED' } },
      });
      expect(await thread(unknown.message?.id)).toMatchObject({
        ...{ status: 'SENDING_FAILED', failure: { code: 'TEMPLATE_INVALID' } },
      });
    });
  });

  it.each(sides)(
    '%s: takes a webhook that shows user and password as it was told, and no other',
    async (_name, side) => {
      const { url, body, headers: shown } = side().cbot.statusOf('wamid.out1', '31600000001', 'read');
      const basic = (said: string) => `Basic ${Buffer.from(said).toString('base64')}`;
      const post = async (headers: Readonly<Record<string, string>>) =>
        (await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } }))
          .status;
      expect(Object.values(shown)).toContain(basic('parley:marker-word'));
      expect(await post(shown)).toBe(200);
      for (const authorization of ['', basic('parley:wrong'), basic('other:marker-word'), 'marker-word'])
        expect(await post({ authorization })).toBe(401);
    },
  );

  it('shows neither user nor password nor key to anybody', async () => {
    const shown = await app.client.run<object>(
      `{ channels { nodes { id name webhookUrl capabilities { receipts } } } }`,
    );
    expect(JSON.stringify(shown)).not.toContain('marker-');
  });
});
