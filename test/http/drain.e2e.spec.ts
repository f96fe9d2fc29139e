import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import WebSocket from 'ws';
import { eventually } from '../support/eventually.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } userErrors { code } } }`;
const payloadOf = (app: TestApp, index: number) => ({
  query: SEND,
  variables: {
    input: {
      channelId: app.channelId,
      to: { phoneNumber: `+1555010${8000 + index}` },
      content: { text: { text: 'Hello' } },
    },
  },
});

/** One send over a kept connection: how it ended, and whether it had left before the stop began. */
interface Call {
  readonly isBeforeStop: boolean;
  readonly outcome: 'sent' | 'refused' | 'broken';
}

function send(app: TestApp, agent: Agent, index: number, isStopping: () => boolean): Promise<Call> {
  return new Promise((resolve) => {
    const isBeforeStop = !isStopping();
    const call = request(
      `${app.url}/graphql`,
      { method: 'POST', agent, headers: { 'content-type': 'application/json', 'x-api-key': app.apiKey } },
      (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString()));
        response.on('end', () => resolve({ isBeforeStop, outcome: body.includes('"id":"msg_') ? 'sent' : 'refused' }));
      },
    );
    call.on('error', () => resolve({ isBeforeStop, outcome: 'broken' }));
    call.end(JSON.stringify(payloadOf(app, index)));
  });
}

/** A socket with a subscription and a mutation in flight. */
async function openSocket(app: TestApp) {
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const received: string[] = [];
  socket.on('message', (data: Buffer) => received.push(data.toString()));
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await new Promise((resolve) => socket.once('open', resolve));
  const say = (message: object) => socket.send(JSON.stringify(message));
  say({ type: 'connection_init', payload: { apiKey: app.apiKey } });
  await eventually(() => expect(received).toHaveLength(1));
  say({ id: 'watch', type: 'subscribe', payload: { query: 'subscription { inboxUpdated { cursor } }' } });
  return { received, closed, say };
}

it('F38 stops under load: what is in flight is answered, sockets close with 1001, and it takes less than 10 s', async () => {
  const app = await startTestApp();
  const agent = new Agent({ keepAlive: true });
  const calls: Call[] = [];
  let isStopping = false;
  const sender = async (index: number) => {
    for (;;) {
      const call = await send(app, agent, index, () => isStopping);
      calls.push(call);
      if (isStopping) return;
    }
  };
  const senders = Promise.all(Array.from({ length: 20 }, (_, index) => sender(index)));
  const socket = await openSocket(app);
  await eventually(() => expect(calls.length).toBeGreaterThan(40));
  socket.say({ id: 'send', type: 'subscribe', payload: payloadOf(app, 99) });
  await eventually(() => expect(socket.received.join()).toContain('watch'));
  isStopping = true;
  const began = performance.now();
  await Promise.all([app.stop(), senders]);
  expect(performance.now() - began).toBeLessThan(10_000);
  expect(calls.filter((call) => call.isBeforeStop && call.outcome !== 'sent')).toEqual([]);
  expect(socket.received.filter((message) => message.includes('"id":"send"') && message.includes('msg_'))).toHaveLength(
    1,
  );
  expect(await socket.closed).toBe(1001);
  await expect(fetch(`${app.url}/healthz`)).rejects.toThrow();
  agent.destroy();
});

it('F38 stops within 10 s, whatever a connection is in the middle of', async () => {
  const app = await startTestApp();
  const { hostname, port } = new URL(app.url);
  const say = async (text: string) => {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.write(text, resolve));
    return socket;
  };
  const upgrade = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n`;
  const half = await say('POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n');
  const elsewhere = await say(
    `${upgrade('/healthz')}Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
  );
  const nowhere = await say(`${upgrade('/nowhere')}\r\n`);
  const mute = await say(
    `${upgrade('/graphql')}Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
  );
  await new Promise((resolve) => mute.once('data', resolve));
  const began = performance.now();
  await app.stop();
  expect(performance.now() - began).toBeLessThan(10_000);
  for (const socket of [half, elsewhere, nowhere, mute]) socket.destroy();
});
