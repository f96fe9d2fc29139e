import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ByteRange } from '../../src/media/byte-range.js';
import { createFileOpener, FILE_BYTES_MAX, type FileOpener } from '../../src/media/open-file.js';
import type { FilePlace, MediaAnswer } from '../../src/providers/media.js';
import { hostileUrls } from '../support/hostile-urls.js';
import { startScriptedServer, type ScriptedAnswer, type ScriptedServer } from '../support/scripted-server.js';

const CREDENTIALS = { authorization: 'Bearer marker' };

describe('opening a file of a provider', () => {
  let own: ScriptedServer;
  let canary: ScriptedServer;
  let opener: FileOpener;
  let here: FileOpener;
  beforeAll(async () => {
    own = await startScriptedServer(() => 'drop');
    canary = await startScriptedServer(() => ({ status: 200, body: 'elsewhere' }));
    opener = createFileOpener({});
    here = createFileOpener({ isLoopbackAllowed: true });
  });
  afterAll(async () => {
    for (const one of [opener, here]) await one.stop();
    for (const one of [own, canary]) await one.close();
  });
  let before: number;
  beforeEach(() => void (before = canary.requests.length));

  const open = (answer: ScriptedAnswer, more: Partial<FilePlace> & { range?: ByteRange; by?: FileOpener } = {}) => {
    own.answer = () => answer;
    const { range, by = opener, ...place } = more;
    return by.open(
      { url: `${own.baseUrl}/file`, baseUrl: own.baseUrl, credentials: CREDENTIALS, ...place },
      { range, signal: AbortSignal.timeout(10_000) },
    );
  };
  const textOf = async (answer: MediaAnswer) => {
    if (answer.kind !== 'opened') return answer.kind;
    const chunks: Buffer[] = [];
    for await (const chunk of answer.body) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString();
  };
  const redirect = (location: string): ScriptedAnswer => ({ status: 302, headers: { location } });

  it('shows its credentials to the channel\u2019s own API, and says how long it is', async () => {
    const answer = await open({ status: 200, body: 'hello', headers: { 'content-length': '5' } });
    expect(answer).toMatchObject({ kind: 'opened', from: 0, length: 5, size: 5 });
    expect(await textOf(answer)).toBe('hello');
    expect(own.requests.at(-1)?.headers).toMatchObject({ ...CREDENTIALS, 'accept-encoding': 'identity' });
    expect(own.requests.at(-1)?.headers['range']).toBeUndefined();
  });

  it('asks for a part, and takes no other for it', async () => {
    const part = { status: 206, body: 'ell', headers: { 'content-range': 'bytes 1-3/5' } };
    const answer = await open(part, { range: { from: 1, to: 3 } });
    expect(answer).toMatchObject({ kind: 'opened', from: 1, length: 3, size: 5 });
    expect(await textOf(answer)).toBe('ell');
    expect(own.requests.at(-1)?.headers['range']).toBe('bytes=1-3');
    expect(await open(part, { range: { from: 2, to: 3 } })).toEqual({ kind: 'unknown' });
    expect(await open(part)).toEqual({ kind: 'unknown' });
    expect(await open({ ...part, headers: {} }, { range: { from: 1 } })).toEqual({ kind: 'unknown' });
  });

  it.each<readonly [string, ScriptedAnswer, MediaAnswer]>([
    ['404', { status: 404 }, { kind: 'gone' }],
    ['410', { status: 410 }, { kind: 'gone' }],
    ['401', { status: 401 }, { kind: 'refused' }],
    ['403', { status: 403 }, { kind: 'refused' }],
    ['416', { status: 416, headers: { 'content-range': 'bytes */5' } }, { kind: 'unsatisfiable', size: 5 }],
    ['429', { status: 429, headers: { 'retry-after': '7' } }, { kind: 'throttled', retryAfterMs: 7_000 }],
    ['500', { status: 500 }, { kind: 'unknown' }],
    ['503', { status: 503 }, { kind: 'unavailable' }],
    ['a redirect to nowhere', { status: 302 }, { kind: 'unknown' }],
    [
      'what is packed',
      { status: 200, body: gzipSync('x'), headers: { 'content-encoding': 'gzip' } },
      { kind: 'unknown' },
    ],
    [
      'what is too long',
      { status: 200, headers: { 'content-length': String(FILE_BYTES_MAX + 1) } },
      { kind: 'too_large' },
    ],
    ['a dropped line', 'drop', { kind: 'unknown' }],
  ])('%s', async (_name, given, expected) => {
    expect(await open(given)).toEqual(expected);
  });

  it('F24: what lies elsewhere must be public, led there or not: the canary sees nothing', async () => {
    for (const location of [
      `${canary.baseUrl}/`,
      canary.baseUrl.replace('127.0.0.1', 'localhost'),
      'http://169.254.169.254/',
      'file:///etc/passwd',
    ])
      for (const answer of [await open(redirect(location)), await open('drop', { url: location })])
        expect(answer, location).toEqual({ kind: 'refused' });
    expect(canary.requests.length).toBe(before);
  });

  it('F24: in whatever form a place of this machine is written, as an address or led there', async () => {
    const urls = hostileUrls(Number(new URL(canary.baseUrl).port));
    const isHeader = (url: string) => /^[\x20-\x7e]*$/.test(url);
    for (const url of urls) {
      const answers = [await open('drop', { url }), ...(isHeader(url) ? [await open(redirect(url))] : [])];
      // What is no URL at all leads nowhere.
      for (const { kind } of answers) expect(URL.canParse(url) ? kind : 'refused', url).toBe('refused');
      expect(answers.some(({ kind }) => kind === 'opened')).toBe(false);
    }
    expect(canary.requests.length).toBe(before);
  });

  it('follows where it may, and shows its credentials to nobody else', async () => {
    expect(await textOf(await open(redirect(`${canary.baseUrl}/there`), { by: here }))).toBe('elsewhere');
    expect(canary.requests.at(-1)).toMatchObject({ url: '/there' });
    expect(canary.requests.at(-1)?.headers['authorization']).toBeUndefined();
    // Over http not even to hosts that may know them.
    await textOf(await open(redirect(`${canary.baseUrl}/there`), { by: here, credentialHosts: ['127.0.0.1'] }));
    expect(canary.requests.at(-1)?.headers['authorization']).toBeUndefined();
  });

  it('who was led away is not led back with credentials, and not round for ever', async () => {
    canary.answer = () => redirect(`${own.baseUrl}/admin`);
    own.answer = ({ url }) => (url === '/admin' ? { status: 200, body: 'secret' } : redirect(`${canary.baseUrl}/`));
    const signal = AbortSignal.timeout(10_000);
    const place = { url: `${own.baseUrl}/file`, baseUrl: own.baseUrl, credentials: CREDENTIALS };
    await textOf(await here.open(place, { range: undefined, signal }));
    expect(own.requests.at(-1)).toMatchObject({ url: '/admin' });
    expect(own.requests.at(-1)?.headers['authorization']).toBeUndefined();
    const asked = own.requests.length;
    expect(await open(redirect(`${own.baseUrl}/again`))).toEqual({ kind: 'unknown' });
    expect(own.requests.length - asked).toBe(4);
    canary.answer = () => ({ status: 200, body: 'elsewhere' });
  });

  it('ends with its signal, and where nobody listens', async () => {
    own.answer = () => 'silence';
    const place = { url: `${own.baseUrl}/file`, baseUrl: own.baseUrl };
    expect(await opener.open(place, { range: undefined, signal: AbortSignal.timeout(50) })).toEqual({
      kind: 'unknown',
    });
    const gone = await startScriptedServer(() => 'drop');
    await gone.close();
    expect(await open('drop', { url: gone.baseUrl, baseUrl: gone.baseUrl })).toEqual({ kind: 'unavailable' });
    expect(await open('drop', { url: 'nonsense' })).toEqual({ kind: 'unknown' });
  });
});
