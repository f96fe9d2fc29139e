import { createHash, createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBirdSimulator } from '../../src/simulators/bird/provider.js';
import { startSimulator, type Simulator } from '../../src/simulators/simulator.js';
import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.js';
import { eventually } from '../support/eventually.js';

const MESSAGES = '/workspaces/ws-1/channels/ch-1/messages';
const SUBSCRIPTIONS = '/organizations/org-1/workspaces/ws-1/webhook-subscriptions';
const KEY = { authorization: 'AccessKey key-1' };
const receiver = { contacts: [{ identifierKey: 'phonenumber', identifierValue: '+31600000001' }] };
const text = (said: object) => ({ receiver, body: { type: 'text', text: said } });
const template = { receiver, template: { projectId: 'p-1', version: 'latest', locale: 'nl', parameters: [] } };

describe('the simulated Channels API', () => {
  let simulator: Simulator;
  let hooks: ScriptedServer;
  beforeAll(async () => {
    hooks = await startScriptedServer(() => ({ status: 200 }));
    const account = { organizationId: 'org-1', workspaceId: 'ws-1', channelId: 'ch-1', accessKey: 'key-1' };
    simulator = await startSimulator(createBirdSimulator({ ...account, templates: ['p-1'], replies: true }));
  });
  afterAll(async () => {
    await simulator.stop();
    await hooks.close();
  });

  const call = async (path: string, body?: unknown, headers: object = KEY) => {
    const answer = await fetch(`${simulator.baseUrl}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
  };

  it.each<readonly [string, string, object, number, string]>([
    ['another channel', MESSAGES.replace('ch-1', 'ch-2'), text({ text: 'hi' }), 404, 'nothing'],
    ['no receiver', MESSAGES, { body: { type: 'text', text: { text: 'hi' } } }, 422, 'receiver'],
    ['neither body nor template', MESSAGES, { receiver }, 422, 'body or template'],
    ['both', MESSAGES, { ...template, ...text({ text: 'hi' }) }, 422, 'body or template'],
    ['an empty text', MESSAGES, text({ text: '' }), 422, 'body.text.text'],
    ['a text too long', MESSAGES, text({ text: 'x'.repeat(4_097) }), 422, 'body.text.text'],
    [
      'a fourth button',
      MESSAGES,
      text({ text: 'hi', actions: Array.from({ length: 4 }, () => ({ type: 'reply', reply: { text: 'Yes' } })) }),
      422,
      'body.text.actions',
    ],
    [
      'the other spelling of an address',
      MESSAGES,
      { receiver, body: { type: 'image', image: { images: [{ mediaURL: 'https://example.net/1.png' }] } } },
      422,
      'body.image.images',
    ],
    [
      'a file of no type',
      MESSAGES,
      { receiver, body: { type: 'file', file: { files: [{ mediaUrl: 'https://example.net/1' }] } } },
      422,
      'contentType',
    ],
    ['a type that is not known', MESSAGES, { receiver, body: { type: 'reaction', reaction: {} } }, 422, 'body'],
    [
      'a template that is not there',
      MESSAGES,
      { receiver, template: { projectId: 'p-2', version: 'latest' } },
      422,
      'projectId',
    ],
    ['more than 200 KB', MESSAGES, text({ text: 'x'.repeat(205_000) }), 413, '200 KB'],
    ['a subscription to nothing', SUBSCRIPTIONS, { service: 'channels', event: 'x' }, 422, 'event'],
  ])('refuses what the contract refuses: %s', async (_name, path, body, status, words) => {
    const answer = await call(path, body);
    expect(answer).toMatchObject({ status, json: { details: {} } });
    expect(JSON.stringify(answer.json)).toContain(words);
  });

  it.each([{}, { authorization: 'AccessKey key-2' }, { authorization: 'Bearer key-1' }])(
    'refuses %j',
    async (headers) => {
      expect(await call(MESSAGES, text({ text: 'hi' }), headers)).toMatchObject({ status: 401, json: { details: {} } });
    },
  );

  it('tells whether a contact may be written to, and signs what it posts', async () => {
    const url = `${hooks.baseUrl}/hook?ch=1`;
    for (const event of ['whatsapp.inbound', 'whatsapp.outbound', 'whatsapp.interaction']) {
      const asked = { service: 'channels', event, url, signingKey: 'sign', template: null, eventFilters: [] };
      expect((await call(SUBSCRIPTIONS, asked)).status).toBe(201);
    }
    const statuses = () =>
      hooks.requests.map(({ body }) => {
        const { event, payload } = JSON.parse(body.toString()) as { event: string; payload: Record<string, unknown> };
        return `${event} ${String(payload['status'] ?? payload['type'])}`;
      });
    const outside = await call(MESSAGES, { ...text({ text: 'hi' }), reference: 'r-1' });
    expect(outside).toMatchObject({ status: 202, json: { status: 'accepted', reference: 'r-1' } });
    await eventually(() => expect(statuses()).toHaveLength(3));
    expect(statuses().at(-1)).toBe('whatsapp.outbound sending_failed');
    expect(hooks.requests.at(-1)?.body.toString()).toContain('131047');
    await call(MESSAGES, template);
    await eventually(() => expect(statuses()).toHaveLength(9));
    expect(statuses().slice(3)).toEqual([
      ...['accepted', 'processing', 'sent', 'delivered'].map((status) => `whatsapp.outbound ${status}`),
      ...['whatsapp.interaction read', 'whatsapp.inbound delivered'],
    ]);
    const [posted] = hooks.requests;
    const hash = createHash('sha256')
      .update(posted?.body ?? '')
      .digest();
    const time = posted?.headers['messagebird-request-timestamp'] ?? '';
    const expected = createHmac('sha256', 'sign').update(`${time}\n${url}\n`).update(hash).digest('base64');
    expect(posted?.headers['messagebird-signature']).toBe(expected);
    const listed = await call(`${MESSAGES}?limit=1`);
    const [message] = listed.json['results'] as readonly {
      id: string;
      receiver: { contacts: readonly { id: string }[] };
    }[];
    expect(await call(`${MESSAGES}/${message?.id}`)).toMatchObject({ status: 200, json: { status: 'delivered' } });
    const contactId = message?.receiver.contacts[0]?.id ?? '';
    const window = await call(`/workspaces/ws-1/channels/ch-1/contacts/${contactId}`);
    expect(window.json).toEqual({ serviceWindowExpireAt: expect.any(String) as unknown, isPermanentSession: false });
    expect((await call(MESSAGES, text({ text: 'hi' }))).status).toBe(202);
    await eventually(() => expect(statuses().at(-1)).toBe('whatsapp.inbound delivered'));
  });

  it('misbehaves when it is told to', async () => {
    simulator.misbehave({ throttles: 1 });
    expect((await call(MESSAGES, template)).status).toBe(429);
    expect((await call(`${MESSAGES}?limit=1`)).status).toBe(200);
    simulator.misbehave({ acceptsAndDrops: 1 });
    await expect(call(MESSAGES, template)).rejects.toThrow();
    simulator.misbehave({});
    expect(simulator.calls.at(-1)).toMatchObject({ status: 'dropped', json: template });
  });
});
