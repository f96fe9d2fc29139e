import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { WebSocket as Link } from 'graphql-ws';
import { afterEach, describe, expect, it } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import { hostSocket } from '../../../src/http/graphql/websocket-host.js';
import { createLogger } from '../../../src/logging.js';
import { eventually } from '../../support/eventually.js';

// F29: whoever takes no byte for so long is told to come again later, and whoever takes anything is not.

const MAX_MS = 400;
const MESSAGE = 'x'.repeat(256 * 1_024);
const logger = createLogger('silent');

const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

/** A hosted socket with a reader at the other end. */
async function open() {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  let givenUp = 0;
  const hosted = new Promise<Link>((resolve) =>
    server.once('connection', (socket) =>
      hostSocket(socket, { logger, takesNothingMaxMs: MAX_MS, onGivenUp: () => void (givenUp += 1) }, (link) => {
        resolve(link);
        return async () => undefined;
      }),
    ),
  );
  await new Promise((resolve) => server.once('listening', resolve));
  const reader = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  closers.push(() => {
    reader.terminate();
    server.close();
  });
  let taken = 0;
  reader.on('message', () => (taken += 1));
  const closed = new Promise<number>((resolve) => void reader.once('close', resolve));
  const link = await hosted;
  await new Promise((resolve) => (reader.readyState === WebSocket.OPEN ? resolve(0) : reader.once('open', resolve)));
  return { link, reader, closed, taken: () => taken, givenUp: () => givenUp };
}

type Opened = Awaited<ReturnType<typeof open>>;

/** As a subscription does: one after another, each when the one before it was taken. */
function sendOn({ link, reader }: Pick<Opened, 'link' | 'reader'>) {
  const sent = { count: 0, isEnded: false };
  void (async () => {
    while (!sent.isEnded) {
      await link.send(MESSAGE);
      sent.count += 1;
      // When the socket is gone nothing holds it up, and its end is to be heard.
      await new Promise(setImmediate);
    }
  })();
  reader.once('close', () => (sent.isEnded = true));
  return sent;
}

describe('a socket whose other side', () => {
  it('takes nothing for too long is closed with 1013, behind what it was given before', async () => {
    const opened = await open();
    const { reader, closed, taken, givenUp } = opened;
    reader.pause();
    const sent = sendOn(opened);
    await eventually(() => expect(givenUp()).toBe(1));
    const before = sent.count;
    reader.resume();
    expect(await closed).toBe(1_013);
    // The one that it didn't take in time was on its way.
    expect(taken()).toBe(before + 1);
    expect(givenUp()).toBe(1);
  });

  it('is told nothing more once it was given up: nobody goes through a journal for it', async () => {
    const opened = await open();
    const { link, reader, givenUp } = opened;
    reader.pause();
    sendOn(opened);
    await eventually(() => expect(givenUp()).toBe(1));
    let isSent = false;
    void Promise.resolve(link.send(MESSAGE)).then(() => (isSent = true));
    await pause(50);
    expect(isSent).toBe(false);
    reader.terminate();
    await eventually(() => expect(isSent).toBe(true));
  });

  it('takes something now and then is left alone', async () => {
    const opened = await open();
    const { reader, taken, givenUp } = opened;
    const sent = sendOn(opened);
    reader.on('message', () => {
      // Reads some megabytes, and rests for half of the time.
      if (taken() % 32 !== 0) return;
      reader.pause();
      void pause(MAX_MS / 2).then(() => reader.resume());
    });
    await eventually(() => expect(taken()).toBeGreaterThan(5 * 32), { timeoutMs: 20_000 });
    expect(sent.count).toBeGreaterThanOrEqual(taken());
    expect(givenUp()).toBe(0);
  });

  it('has nothing to take is left alone', async () => {
    const { link, givenUp, reader } = await open();
    await link.send('all there is');
    await pause(2 * MAX_MS);
    expect(givenUp()).toBe(0);
    expect(reader.readyState).toBe(WebSocket.OPEN);
  });
});
