import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { mediaRoutes } from '../../src/http/media.js';
import { createMediaAddresses, type MediaAddresses } from '../../src/media/media-addresses.js';
import { createMediaLibrary } from '../../src/media/media-library.js';
import { createFileOpener, type FileOpener } from '../../src/media/open-file.js';
import { createPlaces } from '../../src/places.js';
import type { Channel } from '../../src/providers/channel.js';
import { toMediaReference } from '../../src/providers/media-reference.js';
import { createProviderRegistry } from '../../src/providers/registry.js';
import { createTelegramAdapter } from '../../src/providers/telegram/adapter.js';
import { channelId, event, messageId, receivedData, recorded, workspaceId } from '../support/events.js';
import { fold } from '../events/message/folded.js';
import { eventually } from '../support/eventually.js';

const PNG = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(5_000, 7)]);
const TOKEN = '1:marker-token';
/** Larger than all that sockets of two connections buffer. */
const LONG_BYTES = 90 * 1024 * 1024;

/** Files by their id. Not every provider minds a range. */
const FILES: Readonly<Record<string, { readonly bytes: Buffer; readonly ranges: boolean; readonly untold?: boolean }>> =
  {
    png: { bytes: PNG, ranges: true },
    whole: { bytes: PNG, ranges: false },
    untold: { bytes: PNG, ranges: false, untold: true },
    html: { bytes: Buffer.from('<script>alert(1)</script>'), ranges: true },
    empty: { bytes: Buffer.alloc(0), ranges: false },
  };

describe('GET /media/{id}', () => {
  let provider: Server;
  let app: FastifyInstance;
  let opener: FileOpener;
  let url: string;
  let addresses: MediaAddresses;
  let now = Date.now();
  let isErased = false;
  let isSuspended = false;
  let isAway = false;
  const places = createPlaces(2, 2);
  const told: (readonly [string, string])[] = [];
  const calls: string[] = [];
  /** Of the file `long`: bytes that were handed to its connection, and whether somebody still takes them. */
  const long = { bytes: 0, isOpen: false };

  beforeAll(async () => {
    provider = createServer((request, response) => {
      calls.push(`${request.url ?? ''} ${request.headers.range ?? ''}`.trim());
      const isQuestion = request.url?.endsWith('/getFile') === true;
      if (isQuestion) {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          const { file_id: fileId } = JSON.parse(Buffer.concat(chunks).toString()) as { file_id: string };
          const result = { file_path: `documents/${fileId}` };
          response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ ok: true, result }));
        });
        return;
      }
      const id = request.url?.split('/').at(-1) ?? '';
      if (id === 'long') {
        response.writeHead(200, { 'content-length': String(LONG_BYTES) });
        long.isOpen = true;
        response.on('close', () => (long.isOpen = false));
        const chunk = Buffer.alloc(65_536, 1);
        const write = () => {
          while (long.bytes < LONG_BYTES) {
            long.bytes += chunk.length;
            if (!response.write(chunk)) return void response.once('drain', write);
          }
          response.end();
        };
        return write();
      }
      if (id === 'broken') {
        response.writeHead(200, { 'content-length': '100000' });
        return void response.write(Buffer.alloc(50_000), () => setTimeout(() => request.socket.destroy(), 50));
      }
      const file = FILES[id];
      if (file === undefined) return void response.writeHead(404).end();
      const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
      if (!file.ranges || from === undefined) {
        response.writeHead(200, file.untold === true ? {} : { 'content-length': String(file.bytes.length) });
        return void response.end(file.bytes);
      }
      const end = Math.min(to === '' ? Infinity : Number(to), file.bytes.length - 1);
      const part = file.bytes.subarray(Number(from), end + 1);
      response.writeHead(206, { 'content-range': `bytes ${from}-${end}/${file.bytes.length}` }).end(part);
    });
    await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
    const apiBaseUrl = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
    const media = [...Object.keys(FILES), 'long', 'broken', 'gone'].map((id) => ({
      ...{ url: toMediaReference(id), filename: `${id}\r\n"ü.html`, contentType: 'text/html' },
    }));
    const data = {
      ...receivedData(),
      content: { address: '77', message: { kind: 'file' as const, text: '', files: media, actions: [] } },
    };
    const state = fold([recorded(event({ type: 'message.received', n: 1, data }), 0)]);
    const channel: Channel = {
      ...{ id: channelId(), workspaceId: workspaceId(), name: 'Bot' },
      provider: 'TELEGRAM',
      platform: 'TELEGRAM',
      ...{ isEnabled: true, disabledAt: null, createdAt: new Date(), isSuspended: false, degradeUnsupported: false },
      settings: { botToken: TOKEN, secretToken: 'x', apiBaseUrl },
    };
    addresses = createMediaAddresses({ key: Buffer.alloc(32, 1), now: () => new Date(now), publicUrl: () => url });
    opener = createFileOpener({});
    const library = createMediaLibrary({
      finders: {
        messages: (workspace, ids) => {
          if (isAway) return Promise.reject(new Error('away'));
          const isThere = workspace === workspaceId() && ids[0] === messageId();
          return Promise.resolve([isThere ? (isErased ? { ...state, content: null } : state) : undefined]);
        },
      },
      directory: { find: () => Promise.resolve({ ...channel, isSuspended }) },
      providers: createProviderRegistry([createTelegramAdapter()]),
      ...{ addresses, opener },
    });
    app = Fastify();
    await app.register(
      mediaRoutes({
        desk: () => ({ addresses, library, places }),
        clock: { now: () => new Date(now) },
        meter: { mediaAnswered: (...one) => void told.push(one) },
      }),
    );
    url = await app.listen({ host: '127.0.0.1', port: 0 });
  });
  afterAll(async () => {
    app.server.closeAllConnections();
    await app.close();
    await opener.stop();
    provider.closeAllConnections();
    await new Promise((resolve) => provider.close(resolve));
  });
  beforeEach(() => {
    [isErased, isSuspended, isAway] = [false, false, false];
    calls.length = 0;
  });

  const addressOf = (id: string) => addresses.urlOf(workspaceId(), messageId(), toMediaReference(id));
  const ask = (id: string, headers: Readonly<Record<string, string>> = {}, method = 'GET') =>
    fetch(addressOf(id), { method, headers });
  const bytesOf = async (answer: Response) => Buffer.from(await answer.arrayBuffer());

  it('gives all of it, by its type, as nothing that is run', async () => {
    const answer = await ask('png');
    expect(answer.status).toBe(200);
    expect(await bytesOf(answer)).toEqual(PNG);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-length': String(PNG.length),
      'content-disposition': `inline; filename="png____.html"; filename*=UTF-8''png__%22%C3%BC.html`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'accept-ranges': 'bytes',
      'cache-control': expect.stringMatching(/^private, max-age=\d+$/) as unknown,
    });
    expect(told.at(-1)).toEqual(['telegram', 'served']);
    expect(JSON.stringify([...answer.headers])).not.toContain('marker-token');
    expect(addressOf('png')).not.toContain('marker-token');
  });

  it('saves what a browser would run, under a type that it does not', async () => {
    const answer = await ask('html');
    expect(await answer.text()).toContain('<script>');
    expect(answer.headers.get('content-type')).toBe('application/octet-stream');
    expect(answer.headers.get('content-disposition')).toMatch(
      /^attachment; filename="[ -~]*"; filename\*=UTF-8''[\w.%-]*$/,
    );
  });

  it.each(['png', 'whole'])('gives parts of %s, whether the provider minds the range or not', async (id) => {
    for (const [range, from, to] of [
      ['bytes=0-1', 0, 1],
      ['bytes=100-199', 100, 199],
      ['bytes=5000-', 5_000, PNG.length - 1],
      ['bytes=0-', 0, PNG.length - 1],
      ['bytes=4999-999999', 4_999, PNG.length - 1],
      ...(id === 'whole' ? [['bytes=-10', PNG.length - 10, PNG.length - 1] as const] : []),
    ] as const) {
      const answer = await ask(id, { range });
      expect(answer.status, range).toBe(206);
      expect(answer.headers.get('content-range')).toBe(`bytes ${from}-${to}/${PNG.length}`);
      expect(answer.headers.get('content-type')).toBe('image/png');
      expect(answer.headers.get('content-length')).toBe(String(to - from + 1));
      expect(await bytesOf(answer)).toEqual(PNG.subarray(from, to + 1));
    }
  });

  it('gives all of it where a part can not be told, or is not asked for in earnest', async () => {
    for (const [id, headers] of [
      ['untold', { range: 'bytes=10-20' }],
      ['png', { range: 'bytes=0-1,5-6' }],
      ['png', { range: 'bytes=9-1' }],
      ['png', { range: 'bytes=0-1', 'if-range': '"another"' }],
    ] as const) {
      const answer = await ask(id, headers);
      expect([answer.status, (await bytesOf(answer)).length]).toEqual([200, PNG.length]);
    }
    const { headers } = await ask('png', {}, 'HEAD');
    const part = await ask('png', { range: 'bytes=0-1', 'if-range': headers.get('etag') ?? '' });
    expect([part.status, (await bytesOf(part)).length]).toEqual([206, 2]);
  });

  it('has no bytes beyond its end: 416', async () => {
    const answer = await ask('whole', { range: 'bytes=999999-' });
    expect([answer.status, answer.headers.get('content-range')]).toEqual([416, `bytes */${PNG.length}`]);
    expect([...answer.headers.keys()]).not.toContain('etag');
  });

  it('HEAD says the same without the bytes, and asks for no more than it needs', async () => {
    const answer = await ask('png', { range: 'bytes=0-1' }, 'HEAD');
    expect([answer.status, answer.headers.get('content-length'), answer.headers.get('content-type')]).toEqual([
      ...[200, String(PNG.length), 'image/png'],
    ]);
    expect((await bytesOf(answer)).length).toBe(0);
    expect(calls).toEqual([`/bot${TOKEN}/getFile`, `/file/bot${TOKEN}/documents/png bytes=0-511`]);
    const empty = await ask('empty', {}, 'HEAD');
    expect([empty.status, empty.headers.get('content-length')]).toEqual([200, '0']);
    expect((await bytesOf(await ask('empty'))).length).toBe(0);
  });

  it('is not given twice to who has it', async () => {
    const etag = (await ask('png', {}, 'HEAD')).headers.get('etag') ?? '';
    calls.length = 0;
    const answer = await ask('png', { 'if-none-match': etag });
    expect([answer.status, (await bytesOf(answer)).length]).toEqual([304, 0]);
    expect(calls).toEqual([]);
  });

  it('F31: what has expired, was altered, or is of another workspace, costs the provider nothing', async () => {
    const good = addressOf('png');
    const foreign = addresses.urlOf(workspaceId(2), messageId(), toMediaReference('png'));
    const unheard = addresses.urlOf(workspaceId(), messageId(2), toMediaReference('png'));
    for (const [address, status] of [
      [good.replace(/signature=(.)/, (_all, first) => `signature=${first === 'A' ? 'B' : 'A'}`), 403],
      [good.replace(workspaceId(), workspaceId(2)), 403],
      [good.replace(messageId(), messageId(2)), 403],
      [good.replace(/expires=\d/, 'expires=9'), 403],
      [good.replace(/\?.*/, ''), 403],
      [foreign, 404],
      [unheard, 404],
      [addressOf('never-sent'), 404],
    ] as const) {
      const answer = await fetch(address);
      expect([answer.status, answer.headers.get('cache-control')], address).toEqual([status, 'no-store']);
    }
    now += 16 * 60_000;
    const late = await fetch(good);
    expect([late.status, await late.text()]).toEqual([403, expect.stringContaining('expired')]);
    expect(calls).toEqual([]);
    expect(told.at(-1)).toEqual(['other', 'expired']);
  });

  it('is gone with its content, its workspace, its file; and unavailable without Postgres', async () => {
    isErased = true;
    expect((await ask('png')).status).toBe(404);
    isErased = false;
    isSuspended = true;
    expect((await ask('png')).status).toBe(404);
    isSuspended = false;
    expect(calls).toEqual([]);
    expect((await ask('gone')).status).toBe(404);
    isAway = true;
    const away = await ask('png');
    expect([away.status, away.headers.get('retry-after')]).toEqual([503, '1']);
  });

  it('breaks off where the provider does: nobody takes half of it for all', async () => {
    const answer = await ask('broken');
    expect(answer.status).toBe(200);
    await expect(answer.arrayBuffer()).rejects.toThrow();
  });

  const readSlowly = (id: string) => {
    const { host, hostname, port, pathname, search } = new URL(addressOf(id));
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    socket.pause();
    socket.write(`GET ${pathname}${search} HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
    return socket;
  };

  it('is read no faster than it is taken, and who goes away ends the call of the provider', async () => {
    long.bytes = 0;
    const before = process.memoryUsage().arrayBuffers;
    const socket = readSlowly('long');
    let seen = -1;
    // Until nothing more is taken: the sockets in between are full.
    await eventually(
      () => {
        const last = seen;
        seen = long.bytes;
        expect(seen).toBeGreaterThan(1_000_000);
        expect(seen).toBe(last);
      },
      { everyMs: 200 },
    );
    expect(seen).toBeLessThan(LONG_BYTES / 2);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * 1024 * 1024);
    expect([long.isOpen, places.taken()]).toEqual([true, 1]);
    socket.destroy();
    await eventually(() => expect([long.isOpen, places.taken()]).toEqual([false, 0]));
  });

  it('only so many at once; the next is told to come again', async () => {
    long.bytes = 0;
    const slow = [readSlowly('long'), readSlowly('long')];
    await eventually(() => expect(places.taken()).toBe(2));
    const answer = await ask('png');
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    expect(told).toContainEqual(['other', 'busy']);
    for (const socket of slow) socket.destroy();
    await eventually(() => expect(places.taken()).toBe(0));
    expect((await bytesOf(await ask('png'))).length).toBe(PNG.length);
  });
});
