import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWhatsAppSimulator, type SimulatedTemplate } from '../../src/simulators/meta-whatsapp.js';
import { startSimulator, type Simulator } from '../../src/simulators/simulator.js';
import { eventually } from '../support/eventually.js';
import { startScriptedServer } from '../support/scripted-server.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { findThread } from './provider-thread.js';

// Templates from their making to the wire: what is kept here judges a send, and Meta's API gets what its contract shows.

const ACCOUNT = { wabaId: '900', phoneNumberId: '1100', accessToken: 'marker-token', appSecret: 'marker-secret' };
const words = (text: string) => [{ type: 'BODY', text }];
/** As the account has them: a test changes it. */
const approved: SimulatedTemplate[] = [
  {
    ...{ name: 'order_ready', language: 'nl', blanks: 1 },
    components: [
      { type: 'HEADER', format: 'IMAGE' },
      ...words('Hallo {{1}}'),
      { type: 'BUTTONS', buttons: [{ type: 'URL', text: 'Volg', url: 'https://example.com/{{1}}' }] },
    ],
  },
  { name: 'renamed_by_meta', language: 'nl', blanks: 1 },
  { name: 'cards', language: 'nl', blanks: 0, components: [...words('Kies'), { type: 'CAROUSEL', cards: [] }] },
  // More than a page of them.
  ...Array.from({ length: 120 }, (_, index) => ({ name: `many_${index}`, language: 'nl', blanks: index % 3 })),
];

interface Refused {
  readonly code: string;
  readonly field: readonly string[] | null;
  readonly message: string;
}
interface Payload {
  readonly template: { readonly id: string } | null;
  readonly userErrors: readonly Refused[];
}
interface Sync {
  readonly createdCount: number;
  readonly updatedCount: number;
  readonly deletedCount: number;
  readonly skippedCount: number;
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
  readonly endCursor: string | null;
  readonly failure: { readonly code: string } | null;
}

const TEMPLATE = `template { id name locale body blanks { part key takesMedia isRequired }
  providerNames { name providerStatus syncedAt channel { id } } }`;
const SYNC = `mutation ($input: SyncTemplatesInput!) { payload: syncTemplates(input: $input) {
  sync { createdCount updatedCount deletedCount skippedCount skipped { name reason } endCursor failure { code } }
  userErrors { code field } } }`;
const LIST = `query ($after: String, $filter: TemplateFilter) { templates(first: 50, after: $after, filter: $filter) {
  nodes { id name locale body providerNames { name providerStatus } } pageInfo { hasNextPage endCursor } } }`;

let app: TestApp;
let simulator: Simulator;
let channelId: string;
beforeAll(async () => {
  app = await startTestApp();
  simulator = await startSimulator(createWhatsAppSimulator({ ...ACCOUNT, templates: approved }), { seed: 1 });
  const settings = { ...ACCOUNT, verifyToken: 'marker-verify', apiBaseUrl: simulator.baseUrl };
  const { channel } = await change<{ channel: { id: string } }>(
    ...(['createChannel', { name: 'shop', provider: 'META_WHATSAPP', platform: 'WHATSAPP', settings }] as const),
    'channel { id }',
  );
  channelId = channel.id;
});
afterAll(async () => {
  await app.stop();
  await simulator.stop();
});

async function change<Answer>(name: string, input: object, selection: string): Promise<Answer> {
  const type = `${(name[0] ?? '').toUpperCase()}${name.slice(1)}Input!`;
  const query = `mutation ($input: ${type}) { payload: ${name}(input: $input) { ${selection} userErrors { code field message } } }`;
  return (await app.client.run<{ payload: Answer }>(query, { input })).payload;
}
const sync = async (more: object = {}) => {
  const input = { channelId, ...more };
  const { payload } = await app.client.run<{ payload: { sync: Sync } }>(SYNC, { input });
  return payload.sync;
};
interface Listed {
  readonly id: string;
  readonly name: string;
  readonly body: string;
}
interface ListPage {
  readonly templates: {
    readonly nodes: readonly Listed[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
  };
}
async function list(filter: object = {}): Promise<readonly Listed[]> {
  const found: Listed[] = [];
  for (let after: string | undefined, isMore = true; isMore;) {
    const { templates } = await app.client.run<ListPage>(LIST, { after, filter });
    found.push(...templates.nodes);
    [after, isMore] = [templates.pageInfo.endCursor, templates.pageInfo.hasNextPage];
  }
  return found;
}
const inputOf = (template: object, more: object = {}) => ({
  ...{ channelId, to: { phoneNumber: '+31600000001' }, content: { template }, ...more },
});
const send = (template: object, more?: object) =>
  change<{ message: { id: string } | null; userErrors: readonly Refused[] }>(
    ...(['sendMessage', inputOf(template, more), 'message { id content { text } }'] as const),
  );
const sent = (id: string | undefined) =>
  simulator.calls.find(({ body }) => id !== undefined && body.includes(id))?.json as
    { readonly template: object } | undefined;
/** What the simulated Cloud API was asked for that message. */
const wire = (id: string | undefined) =>
  eventually(() => {
    const { template } = sent(id) ?? {};
    expect(template).toBeDefined();
    return template;
  });
const picture = { part: 'HEADER', key: '1', media: { url: 'https://example.com/h.jpg', contentType: 'image/jpeg' } };
const ORDER = [{ key: '1', value: 'Mia' }, picture, { part: 'BUTTON', key: '0', value: 'o/14' }];

it('one that is kept by hand judges a send, and goes out as its channel knows it', async () => {
  const { template, userErrors } = await change<Payload>(
    'createTemplate',
    {
      ...{ name: 'order-ready', locale: 'nl', body: 'Hallo {{1}}', header: { kind: 'IMAGE' } },
      buttons: [{ kind: 'LINK', text: 'Volg', url: 'https://example.com/{{1}}' }],
      providerNames: [{ channelId, name: 'order_ready' }],
    },
    TEMPLATE,
  );
  expect(userErrors).toEqual([]);
  expect(template).toMatchObject({
    blanks: [
      { part: 'HEADER', key: '1', takesMedia: true, isRequired: true },
      { part: 'BODY', key: '1', takesMedia: false, isRequired: true },
      { part: 'BUTTON', key: '0', takesMedia: false, isRequired: true },
    ],
    providerNames: [{ name: 'order_ready', providerStatus: null, channel: { id: channelId } }],
  });
  const wrong = await send({ name: 'order-ready', locale: 'nl', parameters: [picture, { key: 'naam', value: 'Mia' }] });
  expect(wrong.message).toBeNull();
  expect(wrong.userErrors.map(({ code, field }) => `${code} ${(field ?? []).join('.')}`)).toEqual([
    'CONTENT_INVALID content.template.parameters.1.key',
    ...['BODY', 'BUTTON'].map(() => 'CONTENT_INVALID content.template.parameters'),
  ]);
  const right = await send({ name: 'order-ready', locale: 'nl', parameters: ORDER });
  expect(right).toMatchObject({ message: { content: { text: 'Hallo Mia' } }, userErrors: [] });
  expect(await wire(right.message?.id)).toEqual({
    ...{ name: 'order_ready', language: { code: 'nl', policy: 'deterministic' } },
    components: [
      { type: 'header', parameters: [{ type: 'image', image: { link: 'https://example.com/h.jpg' } }] },
      { type: 'body', parameters: [{ type: 'text', text: 'Mia' }] },
      { type: 'button', sub_type: 'url', index: '0', parameters: [{ type: 'text', text: 'o/14' }] },
    ],
  });
  await eventually(async () =>
    expect((await findThread(app.client, right.message?.id ?? '')).providerMessageIds).toHaveLength(1),
  );
});

it('a preview shows what a send makes of it, in a batch too', async () => {
  const input = inputOf({ name: 'order-ready', parameters: ORDER });
  const preview = await app.client.run<{ previewMessage: { calls: readonly { body: { template: object } }[] } }>(
    'query ($input: PreviewMessageInput!) { previewMessage(input: $input) { calls { body } userErrors { code } } }',
    { input },
  );
  const [call] = preview.previewMessage.calls;
  expect(call?.body.template).toMatchObject({ name: 'order_ready', language: { code: 'nl' } });
  const batch = await change<{
    results: readonly { message: { id: string } | null; userErrors: readonly Refused[] }[];
  }>(
    'sendMessages',
    { messages: [input, inputOf({ name: 'order-ready' })] },
    'results { message { id } userErrors { code field } }',
  );
  const [good, bad] = batch.results;
  expect(await wire(good?.message?.id)).toEqual(call?.body.template);
  expect(bad).toMatchObject({ message: null, userErrors: [1, 2, 3].map(() => ({ code: 'CONTENT_INVALID' })) });
});

it('fills buttons and headers as the kind that the template has, where the send says an index and a file alone', async () => {
  approved.push({
    ...{ name: 'film_night', language: 'nl', blanks: 0 },
    components: [
      { type: 'HEADER', format: 'VIDEO' },
      ...words('Kijk'),
      { type: 'BUTTONS', buttons: ['Ja', 'Nee'].map((text) => ({ type: 'QUICK_REPLY', text })) },
    ],
  });
  const buttons = ['Ja', 'Nee'].map((text) => ({ kind: 'REPLY', text }));
  const providerNames = [{ channelId }];
  const film = { name: 'film_night', locale: 'nl', body: 'Kijk', header: { kind: 'VIDEO' }, buttons, providerNames };
  const { template } = await change<Payload>('createTemplate', film, TEMPLATE);
  const header = { part: 'HEADER', key: '1', media: { url: 'https://example.com/film' } };
  const parameters = [header, { part: 'BUTTON', key: '1', value: 'NEE-14' }];
  const { message } = await send({ name: 'film_night', locale: 'nl', parameters });
  await eventually(async () =>
    expect((await findThread(app.client, message?.id ?? '')).providerMessageIds).toHaveLength(1),
  );
  await change('deleteTemplate', { templateId: template?.id }, 'templateId');
  approved.pop();
});

it('one that nobody keeps is passed on unchecked', async () => {
  const { message, userErrors } = await send({
    name: 'unheard_of',
    locale: 'nl',
    parameters: [{ key: '7', value: 'x' }],
  });
  expect(userErrors).toEqual([]);
  expect(await wire(message?.id)).toMatchObject({ name: 'unheard_of' });
  await eventually(async () =>
    expect(await findThread(app.client, message?.id ?? '')).toMatchObject({
      failure: { code: 'TEMPLATE_INVALID', providerCode: '132001' },
    }),
  );
});

it('what is edited, or kept no longer, changes nothing of what was accepted', async () => {
  const { template } = await change<Payload>(
    'createTemplate',
    { name: 'later', locale: 'nl', body: 'Tot {{1}}', providerNames: [{ channelId, name: 'renamed_by_meta' }] },
    TEMPLATE,
  );
  const parameters = [{ key: '1', value: 'straks' }];
  const scheduledAt = new Date(Date.now() + 2_000).toISOString();
  const { message } = await send({ name: 'later', locale: 'nl', parameters }, { scheduledAt });
  const edited = { templateId: template?.id, body: 'Nu', providerNames: [{ channelId, name: 'another' }] };
  expect(await change('updateTemplate', edited, TEMPLATE)).toMatchObject({ userErrors: [] });
  const now = await send({ name: 'later', locale: 'nl', parameters });
  expect(now.userErrors).toMatchObject([{ field: ['content', 'template', 'parameters', '0', 'key'] }]);
  await change('deleteTemplate', { templateId: template?.id }, 'templateId');
  expect(await wire(message?.id)).toEqual({
    ...{ name: 'renamed_by_meta', language: { code: 'nl', policy: 'deterministic' } },
    components: [{ type: 'body', parameters: [{ type: 'text', text: 'straks' }] }],
  });
  const { template: gone } = await app.client.run<{ template: null }>('query ($id: ID!) { template(id: $id) { id } }', {
    id: template?.id,
  });
  expect(gone).toBeNull();
});

it('come from Meta, all of them once, also where two ask at once', async () => {
  const both = await Promise.all([sync(), sync()]);
  // One of the account's is kept by hand already, under another name; one can't be kept.
  expect(both.map(({ createdCount }) => createdCount).sort((a, b) => a - b)).toEqual([0, 121]);
  for (const one of both)
    expect(one).toMatchObject({
      ...{ deletedCount: 0, endCursor: null, failure: null, skippedCount: 1 },
      skipped: [{ name: 'cards', reason: expect.stringContaining('CAROUSEL') as string }],
    });
  const all = await list({ channelId });
  expect(all).toHaveLength(122);
  expect(new Set(all.map(({ id }) => id)).size).toBe(122);
  expect(await list({ name: 'ORDER', locale: 'nl' })).toMatchObject([
    { name: 'order-ready', body: 'Hallo {{1}}', providerNames: [{ name: 'order_ready', providerStatus: 'APPROVED' }] },
  ]);
  expect(await list({ channelId: app.channelId, name: 'many' })).toEqual([]);
  const asked = simulator.calls.filter(({ path }) => path.endsWith('/message_templates'));
  expect(asked.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  expect(await send({ name: 'many_2', locale: 'nl', parameters: [{ key: '1', value: 'x' }] })).toMatchObject({
    userErrors: [{ code: 'CONTENT_INVALID', field: ['content', 'template', 'parameters'] }],
  });
});

it('say what Meta says now: new words, another status, and those that are gone are gone', async () => {
  approved.splice(-119);
  approved.push({ name: 'many_0', language: 'en', blanks: 1, status: 'PENDING' });
  approved[1] = { ...approved[1], name: 'renamed_by_meta', language: 'nl', blanks: 2, status: 'PAUSED' };
  expect(await sync()).toMatchObject({ createdCount: 1, updatedCount: 1, deletedCount: 119 });
  expect(await sync()).toMatchObject({ createdCount: 0, updatedCount: 0, deletedCount: 0 });
  const all = await list({ channelId });
  expect(all.map(({ name }) => name).sort()).toEqual(['many_0', 'many_0', 'order-ready', 'renamed_by_meta']);
  expect(all.find(({ name }) => name === 'renamed_by_meta')).toMatchObject({
    ...{ body: 'Hello {{1}} {{2}}', providerNames: [{ providerStatus: 'PAUSED' }] },
  });
  const { auditEvents } = await eventually(async () => {
    const found = await app.client.run<{ auditEvents: { nodes: readonly object[] } }>(
      'query ($id: ID!) { auditEvents(filter: { actions: ["template.sync"], subjectId: $id }) { nodes { id } } }',
      { id: channelId },
    );
    expect(found.auditEvents.nodes.length).toBeGreaterThanOrEqual(2);
    return found;
  });
  // The one of two at once that came second, and the last one, changed nothing.
  expect(auditEvents.nodes).toHaveLength(2);
});

it('take from a provider that says anything what can be kept, and come to an end where it begins anew', async () => {
  const row = (name: string, more: object = {}) => ({ name, language: 'nl', components: words('Hallo'), ...more });
  const data = [row('a\0b'), row('good', { status: '\0' }), row('nowhere', { language: '' }), null];
  const paging = (after: string) => ({ cursors: { after }, next: 'https://graph.facebook.com/' });
  const server = await startScriptedServer(({ url }) => {
    const next = url.includes('after=two') ? 'one' : 'two';
    return { status: 200, body: JSON.stringify({ data, paging: paging(next) }) };
  });
  try {
    const settings = { ...ACCOUNT, phoneNumberId: '1200', verifyToken: 'marker-verify', apiBaseUrl: server.baseUrl };
    const { channel } = await change<{ channel: { id: string } }>(
      ...(['createChannel', { name: 'strange', provider: 'META_WHATSAPP', platform: 'WHATSAPP', settings }] as const),
      'channel { id }',
    );
    for (const createdCount of [1, 0])
      expect(await sync({ channelId: channel.id })).toMatchObject({
        ...{ createdCount, deletedCount: 0, endCursor: null, failure: { code: 'PROVIDER_UNAVAILABLE' } },
      });
    expect(await list({ channelId: channel.id })).toMatchObject([
      { name: 'good', providerNames: [{ providerStatus: null }] },
    ]);
    // Once more around: the page that it came from is known again.
    expect(server.requests).toHaveLength(6);
  } finally {
    await server.close();
  }
});

it('tell that Meta did not answer, and lose nothing by it', async () => {
  const before = await list({ channelId });
  const setToken = (accessToken: string) =>
    change('updateChannel', { channelId, settings: { accessToken } }, 'channel { id }');
  await setToken('another');
  expect(await sync()).toMatchObject({ deletedCount: 0, endCursor: null, failure: { code: 'CREDENTIALS_INVALID' } });
  await setToken(ACCOUNT.accessToken);
  expect(await list({ channelId })).toEqual(before);
  const { payload } = await app.client.run<{ payload: object }>(SYNC, { input: { channelId: app.channelId } });
  expect(payload).toMatchObject({ sync: null, userErrors: [{ code: 'INPUT_INVALID', field: ['channelId'] }] });
});
