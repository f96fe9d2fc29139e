import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { STATUS_OF } from '../../src/http/graphql/errors.js';
import { startCuttingProxy, type CuttingProxy } from '../support/cutting-proxy.js';
import { eventually } from '../support/eventually.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { writeSnippets, type Snippets } from './snippets.js';

const PAGE = new URL('../../docs/graphql.md', import.meta.url);

/** What the snippets export, as their prose says it. */
interface Parley {
  ask<Data>(query: string, variables?: object, options?: { after?: string }): Promise<Data>;
  readonly live: { dispose(): void | Promise<void> };
}
interface Shown {
  readonly id: string;
  readonly status: string;
  readonly direction: string;
  readonly content: { readonly text: string };
}
interface Thread {
  merge(message: object): void;
  list(): readonly Shown[];
}
interface Inbox {
  readonly cursor: string;
  readonly conversations: readonly { readonly id: string }[];
  readonly next?: () => Promise<Inbox>;
}
interface Update {
  readonly cursor: string;
  readonly message: { readonly id: string } | null;
}
interface Modules {
  readonly createParley: (options: { url: string; apiKey: string; webSocketImpl: unknown }) => Parley;
  readonly openInbox: (parley: Parley) => Promise<Inbox>;
  readonly createThread: () => Thread;
  readonly tickOf: (message: Shown) => string;
  readonly follow: (parley: Parley, from: object) => AsyncGenerator<Update>;
  readonly send: (parley: Parley, thread: Thread, message: object) => Promise<readonly { readonly code: string }[]>;
  readonly templatesOf: (parley: Parley, channelId: string) => Promise<readonly object[]>;
  readonly contentOf: (
    template: object,
    valueOf: (blank: { readonly part: string; readonly key: string }) => unknown,
  ) => object;
  readonly remedyOf: (error: unknown) => { readonly kind: string; readonly ms?: number };
}

let app: TestApp;
let snippets: Snippets;
let proxy: CuttingProxy;
let of: Modules;
let parley: Parley;
/** The same over a line that can be cut. */
let shaky: Parley;
beforeAll(async () => {
  [app, snippets] = await Promise.all([startTestApp(), writeSnippets(PAGE)]);
  proxy = await startCuttingProxy(app.url);
  const modules = await Promise.all(snippets.names.map((name) => snippets.load<object>(name)));
  of = Object.assign({}, ...modules) as Modules;
  const client = (url: string) => of.createParley({ url, apiKey: app.apiKey, webSocketImpl: WebSocket });
  parley = client(app.url);
  shaky = client(proxy.baseUrl);
});
afterAll(async () => {
  await parley.live.dispose();
  await shaky.live.dispose();
  await proxy.close();
  await snippets.remove();
  await app.stop();
});

const message = (number: string, text = 'Hello') => ({ channelId: app.channelId, to: { phoneNumber: number }, text });

describe('the recipes of docs/graphql.md', () => {
  it('page through an inbox: each open conversation once', async () => {
    const thread = of.createThread();
    const numbers = Array.from({ length: 30 }, (_, index) => `+155501080${10 + index}`);
    const errors = await Promise.all(numbers.map((number) => of.send(parley, thread, message(number))));
    expect(errors.flat()).toEqual([]);
    const ids: string[] = [];
    await eventually(
      async () => {
        ids.length = 0;
        for (let page: Inbox | undefined = await of.openInbox(parley); page; page = await page.next?.()) {
          ids.push(...page.conversations.map(({ id }) => id));
        }
        expect(ids.length).toBeGreaterThan(30);
      },
      { timeoutMs: 30_000, everyMs: 100 },
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('show a send at once, follow it to its last tick and the answer, over a line that drops twice', async () => {
    const { cursor } = await of.openInbox(parley);
    proxy.cuts.push(...[1_000, 2_500].map((afterBytes) => ({ within: 'answer', afterBytes, by: 'reset' }) as const));
    const thread = of.createThread();
    const sending = of.send(parley, thread, message('+15550108000', 'Are you there?'));
    expect(thread.list()).toEqual([{ status: 'PENDING', content: { text: 'Are you there?' } }]);
    expect(await sending).toEqual([]);
    const [sent] = thread.list();
    const conversationId = await conversationOf(sent?.id);
    const cursors: string[] = [];
    for await (const update of of.follow(shaky, { conversationId, after: cursor, pauseMs: 20 })) {
      cursors.push(update.cursor);
      if (update.message) thread.merge(update.message);
      const [mine, theirs] = thread.list();
      if (mine && theirs && of.tickOf(mine) === '✓✓ read') break;
    }
    expect(thread.list()).toMatchObject([{ id: sent?.id, direction: 'OUTGOING' }, { direction: 'INCOMING' }]);
    expect(new Set(cursors).size).toBe(cursors.length);
    expect(proxy.cuts).toEqual([]);
  });

  it('repeat a send whose answer got lost, and have one message', async () => {
    const { cursor } = await of.openInbox(parley);
    proxy.cuts.push({ within: 'answer', afterBytes: 1, by: 'reset' });
    const thread = of.createThread();
    expect(await of.send(shaky, thread, message('+15550108001', 'Once'))).toEqual([]);
    expect(proxy.cuts).toEqual([]);
    expect(thread.list()).toHaveLength(1);
    const { events } = await parley.ask<{ events: { nodes: { type: string }[] } }>(
      'query ($after: Cursor) { events(after: $after, filter: { types: ["message.accepted"] }) { nodes { type } } }',
      { after: cursor },
    );
    expect(events.nodes).toHaveLength(1);
  });

  it('tell a refusal, and take back what was shown in advance', async () => {
    const thread = of.createThread();
    const refusals = await of.send(parley, thread, { ...message('+15550108002'), to: { phoneNumber: 'home' } });
    expect(refusals.map(({ code }) => code)).toEqual(['RECIPIENT_INVALID']);
    expect(thread.list()).toEqual([]);
  });

  it('fill a template that is kept, by the form that it has', async () => {
    const input = { name: 'welcome', locale: 'en', body: 'Hello {{name}}', header: { kind: 'IMAGE' } };
    await parley.ask(
      'mutation ($input: CreateTemplateInput!) { createTemplate(input: $input) { userErrors { code } } }',
      {
        input,
      },
    );
    const [welcome] = await of.templatesOf(parley, app.channelId);
    const image = { url: 'https://example.com/h.png' };
    const content = (values: Readonly<Record<string, unknown>>) =>
      welcome && of.contentOf(welcome, ({ part, key }) => values[`${part} ${key}`]);
    const sendIt = (values: Readonly<Record<string, unknown>>) =>
      parley.ask<{ sendMessage: object }>(
        `mutation ($input: SendMessageInput!) { sendMessage(input: $input) {
          message { content { text } } userErrors { code } } }`,
        { input: { channelId: app.channelId, to: { phoneNumber: '+15550108003' }, content: content(values) } },
      );
    expect(await sendIt({ 'BODY name': 'Mia', 'HEADER 1': image })).toEqual({
      sendMessage: { message: { content: { text: 'Hello Mia' } }, userErrors: [] },
    });
    expect(await sendIt({ 'BODY name': 'Mia' })).toMatchObject({
      sendMessage: { message: null, userErrors: [{ code: 'CONTENT_INVALID' }] },
    });
  });

  it('know what helps against each fault', async () => {
    const remedyOf = async (asking: Promise<unknown>) =>
      of.remedyOf(await asking.catch((error: unknown) => error)).kind;
    const stranger = of.createParley({ url: app.url, apiKey: 'pk_wrong', webSocketImpl: WebSocket });
    expect(await remedyOf(stranger.ask('{ cursor }'))).toBe('sign in');
    expect(await remedyOf(parley.ask('{ cursor }', {}, { after: 'x' }))).toBe('begin anew');
    expect(await remedyOf(parley.ask('{ cursr }'))).toBe('mend');
    const nobody = of.createParley({ url: 'http://127.0.0.1:1', apiKey: 'pk_wrong', webSocketImpl: WebSocket });
    expect(await remedyOf(nobody.ask('{ cursor }'))).toBe('wait');
    expect(of.remedyOf({ code: 'UNAVAILABLE', retryAfterMs: 7 })).toEqual({ kind: 'wait', ms: 7 });
  });

  it('stop following where it was refused, and don’t come again', async () => {
    const refused = of.follow(parley, { conversationId: 'conv_00000000000000000000000000', after: undefined });
    await expect(refused.next()).rejects.toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
    const stranger = of.createParley({ url: app.url, apiKey: 'pk_wrong', webSocketImpl: WebSocket });
    await expect(of.follow(stranger, {}).next()).rejects.toMatchObject({ code: 4403 });
  });

  it('list every code with its status', async () => {
    const page = await readFile(PAGE, 'utf8');
    const rows = page.split('\n').filter((line) => line.startsWith('| `'));
    for (const [code, status] of Object.entries(STATUS_OF)) {
      expect(rows.find((row) => row.includes(`\`${code}\``))).toContain(`| ${status} `);
    }
  });
});

async function conversationOf(id: string | undefined): Promise<string | undefined> {
  return eventually(async () => {
    const found = await parley.ask<{ message: { conversation: { id: string } } | null }>(
      'query ($id: ID!) { message(id: $id) { conversation { id } } }',
      { id },
    );
    expect(found.message?.conversation.id).toBeDefined();
    return found.message?.conversation.id;
  });
}
