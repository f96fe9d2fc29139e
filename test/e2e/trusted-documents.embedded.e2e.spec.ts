import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient, type SubscribePayload } from 'graphql-ws';
import WebSocket from 'ws';
import { createApp } from '../../src/app.js';
import { readConfig } from '../../src/config.js';
import {
  createTrustedDocuments,
  ManifestError,
  readTrustedDocuments,
} from '../../src/http/graphql/trusted-documents.js';
import { apiClient } from '../support/api-client.js';
import { SANDBOX_CHANNEL, startTestApp, type TestApp } from '../support/test-app.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const VIEWER = 'query Viewer { viewer { workspaceId } }';
const MESSAGE = 'query Message($id: ID!) { message(id: $id) { id } }';
const UNKNOWN_MESSAGE = { id: 'msg_00000000000000000000000000' };
const UNTRUSTED = { errors: [{ extensions: { code: 'DOCUMENT_NOT_TRUSTED' } }] };

let directory: string;
let app: TestApp;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-documents-'));
  const path = join(directory, 'documents.json');
  const listed = [VIEWER, MESSAGE, SANDBOX_CHANNEL].map((text) => [sha256(text), text]);
  await writeFile(path, JSON.stringify(Object.fromEntries(listed)));
  app = await startTestApp({ PARLEY_TRUSTED_DOCUMENTS: path });
});
afterAll(async () => {
  await app.stop();
  await rm(directory, { recursive: true, force: true });
});

const post = async (body: object) => {
  const answer = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': app.apiKey },
    body: JSON.stringify(body),
  });
  return { status: answer.status, ...((await answer.json()) as object) };
};
const get = async (parameters: Readonly<Record<string, string>>) => {
  const answer = await fetch(`${app.url}/graphql?${new URLSearchParams(parameters).toString()}`, {
    headers: { 'x-api-key': app.apiKey },
  });
  return { status: answer.status, ...((await answer.json()) as object) };
};
const byHash = (text: string) => ({ persistedQuery: { version: 1, sha256Hash: sha256(text) } });

describe('where the documents are listed', () => {
  it('those are answered: by the text, by the id, and by the extension that Apollo’s clients send', async () => {
    const answered = { status: 200, data: { viewer: {} } };
    expect(await post({ query: VIEWER })).toMatchObject(answered);
    expect(await post({ documentId: sha256(VIEWER) })).toMatchObject(answered);
    expect(await post({ documentId: `sha256:${sha256(VIEWER)}` })).toMatchObject(answered);
    expect(await post({ extensions: byHash(VIEWER) })).toMatchObject(answered);
    const asked = { documentId: sha256(MESSAGE), variables: UNKNOWN_MESSAGE, operationName: 'Message' };
    expect(await post(asked)).toMatchObject({ status: 200, data: { message: null } });
  });

  it('by GET too, with variables', async () => {
    const extensions = JSON.stringify(byHash(MESSAGE));
    const variables = JSON.stringify(UNKNOWN_MESSAGE);
    expect(await get({ extensions, variables })).toMatchObject({ status: 200, data: { message: null } });
    expect(await get({ query: VIEWER })).toMatchObject({ status: 200, data: { viewer: {} } });
    expect(await get({ query: '{ cursor }' })).toMatchObject({ status: 400, ...UNTRUSTED });
    expect(await get({ extensions: '{' })).toMatchObject({ status: 400, ...UNTRUSTED });
  });

  it.each([
    ['another document', { query: '{ cursor }' }],
    ['a listed one with a word more', { query: `${VIEWER} # or less` }],
    ['an unknown id', { documentId: sha256('{ cursor }') }],
    ['an unknown id with a listed text', { documentId: 'of nothing', query: VIEWER }],
    ['a hash with its text, which would register it', { query: '{ cursor }', extensions: byHash('{ cursor }') }],
    ['what is in every object', { documentId: 'constructor' }],
    ['introspection', { query: '{ __schema { queryType { name } } }' }],
    ['what does not even parse', { query: '}{' }],
    ['nothing', {}],
    ['a list', [{ query: VIEWER }]],
  ])('%s is refused with 400, before anything of it is read', async (_what, body) => {
    const refused = await post(body);
    expect(refused).toMatchObject({ status: 400, ...UNTRUSTED });
    expect(JSON.stringify(refused)).not.toContain('cursor');
  });

  it('holds over WebSocket too', async () => {
    const client = createClient({
      ...{ url: `${app.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0 },
      connectionParams: { apiKey: app.apiKey },
    });
    const ask = (payload: SubscribePayload) =>
      new Promise<unknown>((resolve) => {
        client.subscribe(payload, { next: resolve, error: resolve, complete: () => undefined });
      });
    expect(await ask({ query: VIEWER })).toMatchObject({ data: { viewer: {} } });
    expect(await ask({ query: '', extensions: byHash(VIEWER) })).toMatchObject({ data: { viewer: {} } });
    expect(await ask({ query: '{ cursor }' })).toMatchObject(UNTRUSTED.errors);
    expect(await ask({ query: 'subscription { inboxUpdated { contact { name } } }' })).toMatchObject(UNTRUSTED.errors);
    await client.dispose();
  });
});

describe('the list', () => {
  it('finds nothing by a name that every object has', () => {
    expect(() => createTrustedDocuments({}).require({ documentId: '__proto__' })).toThrow('trusted documents');
  });

  it('keeps a server from starting that can’t read it, and its words are not repeated', async () => {
    const path = join(directory, 'broken.json');
    expect(() => readTrustedDocuments(join(directory, 'nowhere.json'))).toThrow(/ENOENT/);
    for (const text of ['secret', '["secret"]', '{"a":{"b":"secret"}}']) {
      await writeFile(path, text);
      expect(() => readTrustedDocuments(path)).toThrow(ManifestError);
      expect(() => readTrustedDocuments(path)).not.toThrow(/secret/);
    }
    await expect(createApp(readConfig({ PORT: '0', PARLEY_TRUSTED_DOCUMENTS: path }))).rejects.toThrow(ManifestError);
  });

  it('leaves out what tells of the schema: no suggestions and no stack traces, whatever goes wrong', async () => {
    const answers = await Promise.all([
      post({ documentId: sha256(MESSAGE), variables: { id: 'nonsense' } }),
      post({ documentId: sha256(MESSAGE) }),
      apiClient(app.url, 'pk_wrong').ask(VIEWER),
    ]);
    for (const answer of answers) {
      expect(answer).toHaveProperty('errors');
      expect(JSON.stringify(answer)).not.toMatch(/Did you mean|stack|\.[jt]s:\d/);
    }
  });
});
