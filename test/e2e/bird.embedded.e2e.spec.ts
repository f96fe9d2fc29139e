import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBirdSimulator, type BirdSimulator } from '../../src/simulators/bird/provider.js';
import { startSimulator, type Simulator } from '../../src/simulators/simulator.js';
import { SAMPLES } from '../providers/bird/samples.js';
import { eventually } from '../support/eventually.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { findThread, sendTo } from './provider-thread.js';

/** What Bird knows and signs; a proxy, here the simulator's `reach`, passes on what comes there. */
const PUBLIC_URL = 'https://parley.example/gateway';
const ADDRESS = '+31600000001';
const PROJECT = '3f0e2b44-0000-4000-8000-000000000001';
const ACCOUNT = { organizationId: 'org-1', workspaceId: 'ws-1', accessKey: 'marker-key' };

interface Refusals {
  readonly userErrors: readonly { readonly code: string }[];
}
interface Created {
  readonly done: Refusals & { readonly channel: { readonly id: string } | null };
}
interface Asked {
  readonly done: Refusals & { readonly isConfirmed: boolean; readonly failure: { readonly code: string } | null };
}

const CREATE = `mutation ($input: CreateChannelInput!) { done: createChannel(input: $input) {
  channel { id } userErrors { code } } }`;
const ask = (name: string) => `mutation ($input: ChannelInput!) { done: ${name}(input: $input) {
  isConfirmed failure { code } userErrors { code } } }`;

/** A channel with a Bird of its own. */
interface Side {
  readonly bird: BirdSimulator;
  readonly simulator: Simulator;
  readonly channelId: string;
}

describe('Bird channels, through the simulated Channels API', () => {
  let app: TestApp;
  const sides: Side[] = [];
  beforeAll(async () => {
    app = await startTestApp({ PARLEY_PUBLIC_URL: PUBLIC_URL });
    sides.push(await connect('ch-1'), await connect('ch-2'));
  });
  afterAll(async () => {
    await app.stop();
    await Promise.all(sides.map(({ simulator }) => simulator.stop()));
  });

  async function connect(birdChannelId: string): Promise<Side> {
    const bird = createBirdSimulator({
      ...{ ...ACCOUNT, channelId: birdChannelId, templates: [PROJECT] },
      reach: (url) => url.replace(PUBLIC_URL, app.url),
    });
    const simulator = await startSimulator(bird, { seed: 1 });
    const settings = { ...ACCOUNT, channelId: birdChannelId, signingKey: 'marker-sign', apiBaseUrl: simulator.baseUrl };
    const input = { name: birdChannelId, provider: 'BIRD', platform: 'WHATSAPP', settings };
    const { done } = await app.client.run<Created>(CREATE, { input });
    return { bird, simulator, channelId: done.channel?.id ?? '' };
  }
  const side = (index: number): Side => {
    const found = sides[index];
    if (found === undefined) throw new Error('It is not connected.');
    return found;
  };
  const text = (words: string) => ({ text: { text: words } });
  const send = async (channelId: string, content: object, address = ADDRESS) => {
    const { message, userErrors } = await sendTo(app.client, channelId, { address }, content);
    return { id: message?.id ?? '', codes: userErrors.map(({ code }) => code) };
  };
  const find = (id: string) => findThread(app.client, id);
  const reaches = (id: string, status: string) =>
    eventually(async () => {
      const found = await find(id);
      expect(found.status).toBe(status);
      return found;
    });
  /** The contact writes, and from then on may be written to. */
  const openWindow = async ({ bird, simulator, channelId }: Side, address = ADDRESS) => {
    await simulator.post(bird.messageFrom(address, { body: { type: 'text', text: { text: 'Hi' } } }));
    return eventually(async () => {
      const sent = await send(channelId, text('Hello'), address);
      expect(sent.codes).toEqual([]);
      return sent.id;
    });
  };
  const callsOf = (simulator: Simulator, id: string) =>
    simulator.calls.filter(({ json }) => (json as { reference?: string } | undefined)?.reference === `${id}.1.0`);

  it('are verified, and subscribed to under the public URL', async () => {
    for (const { channelId, simulator } of sides) {
      for (const name of ['verifyChannel', 'registerChannelWebhook']) {
        const { done } = await app.client.run<Asked>(ask(name), { input: { channelId } });
        expect(done).toEqual({ isConfirmed: true, failure: null, userErrors: [] });
      }
      const asked = simulator.calls.filter(({ path }) => path.endsWith('/webhook-subscriptions'));
      expect(asked.map(({ json }) => (json as { event: string }).event)).toEqual([
        ...['whatsapp.inbound', 'whatsapp.outbound', 'whatsapp.interaction'],
      ]);
      for (const { json } of asked) expect(json).toMatchObject({ url: `${PUBLIC_URL}/webhooks/bird/${channelId}` });
    }
  });

  it('take only templates from who never wrote', async () => {
    const { channelId } = side(0);
    const early = await send(channelId, text('Hello'), '+31600000002');
    expect(early.codes).toEqual(['SERVICE_WINDOW_CLOSED']);
    const template = await send(channelId, { template: { name: PROJECT, locale: 'nl' } }, '+31600000002');
    await reaches(template.id, 'READ');
  });

  it('ask Bird before they refuse: it may have heard what never came here, and nobody is asked twice', async () => {
    const { bird, simulator, channelId } = side(0);
    const address = '+31600000008';
    const asked = () => simulator.calls.filter(({ path }) => path.includes('/contacts/'));
    const begun = asked().length;
    // Known by his number alone, he can't be asked for.
    expect((await send(channelId, text('Hello'), address)).codes).toEqual(['SERVICE_WINDOW_CLOSED']);
    expect(asked()).toHaveLength(begun);
    // Bird's answer to a template tells its id of him. Then he writes, and the webhook is lost.
    const template = await send(channelId, { template: { name: PROJECT } }, address);
    await reaches(template.id, 'READ');
    bird.messageFrom(address, { body: { type: 'text', text: { text: 'Lost' } } });
    const taken = await Promise.all(['One', 'Two'].map((words) => send(channelId, text(words), address)));
    expect(taken.flatMap(({ codes }) => codes)).toEqual([]);
    await reaches(taken[0]?.id ?? '', 'READ');
    expect(asked()).toHaveLength(begun + 1);
  });

  it('are not refused for a Bird that does not answer', async () => {
    const { simulator, channelId } = side(0);
    const template = await send(channelId, { template: { name: PROJECT } }, '+31600000009');
    await reaches(template.id, 'READ');
    simulator.misbehave({ failsOthers: 1 });
    const { codes } = await send(channelId, text('Hello'), '+31600000009');
    simulator.misbehave({});
    expect(codes).toEqual([]);
  });

  it('send each body as the page prints it', async () => {
    const { simulator, channelId } = side(0);
    // Who is written to in one thread is written to in order: several threads are quicker.
    const addresses = ['+31600000004', '+31600000005', '+31600000006', '+31600000007'];
    await Promise.all(addresses.map((address) => openWindow(side(0), address)));
    const addressOf = (index: number) => addresses[index % addresses.length] ?? ADDRESS;
    const sent = await Promise.all(SAMPLES.map(({ input }, index) => send(channelId, input, addressOf(index))));
    expect(sent.flatMap(({ codes }) => codes)).toEqual([]);
    for (const [index, { name, body }] of SAMPLES.entries()) {
      const id = sent[index]?.id ?? '';
      const call = await eventually(() => {
        const [found] = callsOf(simulator, id);
        expect(found, name).toBeDefined();
        return found;
      });
      expect(call?.json, name).toEqual({
        receiver: { contacts: [{ identifierKey: 'phonenumber', identifierValue: addressOf(index) }] },
        ...{ reference: `${id}.1.0`, body },
      });
      expect(call?.status, name).toBe(202);
    }
  });

  it('say why it failed, at once or later', async () => {
    const { channelId } = side(0);
    const late = await send(channelId, { template: { name: PROJECT } }, '+31600015005');
    const failed = await reaches(late.id, 'SENDING_FAILED');
    expect(failed.failure).toMatchObject({ code: 'RECIPIENT_NOT_ON_PLATFORM', providerCode: '15005/131026' });
    const stopped = await send(channelId, { template: { name: PROJECT } }, '+31600031050');
    expect((await reaches(stopped.id, 'DELIVERY_FAILED')).failure?.code).toBe('RECIPIENT_OPTED_OUT');
    const unknown = await send(channelId, { template: { name: 'no-such-project' } });
    const refused = await reaches(unknown.id, 'SENDING_FAILED');
    expect(refused.failure).toMatchObject({ code: 'CONTENT_REJECTED', providerCode: 'InvalidPayload' });
  });

  it('refuse before sending what Bird does not carry', async () => {
    const { channelId } = side(0);
    await openWindow(side(0));
    const contacts = { contacts: { contacts: [{ name: 'Bo', phoneNumbers: ['+31600000009'] }] } };
    expect((await send(channelId, contacts)).codes).toEqual(['CONTENT_UNSUPPORTED']);
    expect((await send(channelId, text('x'.repeat(4_097)))).codes).toEqual(['CONTENT_INVALID']);
  });

  it('take no webhook that was not signed for them', async () => {
    const { bird, channelId } = side(0);
    const [webhook] = bird.event('whatsapp.interaction', { messageId: 'm', channelId: 'ch-1', type: 'clicked' });
    const post = async (path: string, headers: object = {}) => {
      const { body, headers: signed } = webhook ?? { body: '', headers: {} };
      const all = { 'content-type': 'application/json', ...signed, ...headers };
      return (await fetch(`${app.url}${path}`, { method: 'POST', body, headers: all })).status;
    };
    const path = `/webhooks/bird/${channelId}`;
    expect(await post(path)).toBe(200);
    for (const forged of [`${path}?more=1`, `/webhooks/bird/${side(1).channelId}`])
      expect(await post(forged)).toBe(401);
    expect(await post(path, { 'messagebird-signature': 'AAAA' })).toBe(401);
    expect(await post(path, { 'messagebird-request-timestamp': '1' })).toBe(401);
  });

  it('show no secret', async () => {
    const shown = await app.client.run<object>(
      '{ channels { nodes { id name webhookUrl capabilities { content { kind limits } } } } }',
    );
    expect(JSON.stringify(shown)).toContain(`${PUBLIC_URL}/webhooks/bird/`);
    expect(JSON.stringify(shown)).not.toContain('marker-');
  });
});
