import { EventEmitter } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import type { ShownEvent } from '../../src/cli/event-line.js';
import { parley, type Said } from '../support/command-line.js';
import { eventually } from '../support/eventually.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());
afterEach(() => vi.unstubAllEnvs());

const useEnvironment = () => Object.entries(app.env).forEach(([name, value]) => vi.stubEnv(name, value));

interface Tail {
  /** What it printed so far. */
  lines(): readonly string[];
  events(): readonly ShownEvent[];
  errors(): string;
  interrupt(): Promise<Said>;
}

function startTail(...args: string[]): Tail {
  useEnvironment();
  const terminal = Object.assign(new EventEmitter(), { exit: () => undefined });
  const said = { output: '', errors: '' };
  const ended = parley(['tail', ...args], {
    output: { write: (text) => (said.output += text) },
    errors: { write: (text) => (said.errors += text) },
    process: terminal as unknown as NodeJS.Process,
  });
  const lines = () => said.output.split('\n').filter((line) => line !== '');
  return {
    lines,
    events: () => lines().map((line) => JSON.parse(line) as ShownEvent),
    errors: () => said.errors,
    async interrupt() {
      await eventually(() => expect(terminal.listenerCount('SIGINT')).toBe(1));
      terminal.emit('SIGINT');
      const { code } = await ended;
      expect(terminal.eventNames(), 'nobody listens any more').toEqual([]);
      return { code, ...said };
    },
  };
}

const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id conversationId: conversation { id } } cursor } }`;
interface Sent {
  readonly sendMessage: { readonly message: { readonly id: string }; readonly cursor: string };
}
const TEXT = 'Words that nobody needs to see';
async function send(to: string): Promise<string> {
  const input = { channelId: app.channelId, to: { phoneNumber: to }, content: { text: { text: TEXT } } };
  return (await app.client.run<Sent>(SEND, { input })).sendMessage.message.id;
}
const cursorNow = async () => (await app.client.run<{ cursor: string }>('{ cursor }')).cursor;

/** Each of the message's events up to its delivery. */
const typesOf = (events: readonly ShownEvent[], messageId: string) =>
  events.filter((event) => event.messageId === messageId).map(({ type }) => type);

it('shows what happens, without what people say, and ends with 0 and the last cursor', async () => {
  const after = await cursorNow();
  const tail = startTail('--after', after);
  const id = await send('+15550100001');
  await eventually(() => expect(tail.lines().join('\n')).toMatch(new RegExp(`message\\.delivered +${id}`)));
  const { code, output, errors } = await tail.interrupt();
  expect(code).toBe(0);
  expect(output).toMatch(new RegExp(`message\\.accepted +${id} +${app.channelId}`));
  expect(output).not.toMatch(/Words|\+1555/);
  const last = /^Last cursor: (\S+)$/m.exec(errors)?.[1];
  expect(last).toBeTruthy();
  // And with that cursor it goes on, as a program reads it.
  const again = startTail('--json', '--after', last ?? '');
  const next = await send('+15550100001');
  await eventually(() => expect(typesOf(again.events(), next)).toContain('message.delivered'));
  expect(
    typesOf(again.events(), id).filter((type) => output.includes(`${type} `) && type === 'message.accepted'),
  ).toEqual([]);
  await again.interrupt();
});

it('begins where it was started, and shows only what was asked for', async () => {
  const tail = startTail('--json', '--channel', app.channelId, '--type', 'message.accepted,message.delivered');
  // Nothing tells that it is there before the first event: it is asked for until it is.
  const ids: string[] = [];
  await eventually(async () => {
    ids.push(await send('+15550100001'));
    expect(tail.events().length).toBeGreaterThan(0);
  });
  const id = ids.at(-1) ?? '';
  await eventually(() => expect(typesOf(tail.events(), id)).toEqual(['message.accepted', 'message.delivered']));
  const ofOne = startTail('--json', '--message', id, '--after', await cursorNow());
  await ofOne.interrupt();
  await tail.interrupt();
});

it('shows what people say only where it is asked for, and only to a key that may read messages', async () => {
  const after = await cursorNow();
  const tail = startTail('--content', '--json', '--after', after);
  await send('+15550100001');
  await eventually(() => expect(tail.lines().join('\n')).toContain(TEXT));
  await tail.interrupt();
  useEnvironment();
  const made = await parley(['key', 'create', '--name', 'Events alone', '--scopes', 'events:read']);
  vi.stubEnv('PARLEY_API_KEY', made.output.trim());
  const refused = await parley(['tail', '--content', '--after', after]);
  expect(refused).toMatchObject({ code: 1, output: '' });
  expect(refused.errors).toContain('messages:read');
});

it('goes on without a gap and without a repeat over lost connections', async () => {
  const line = await startBreakableLine(app.url);
  const after = await cursorNow();
  const tail = startTail('--json', '--after', after, '--url', line.url);
  const ids: string[] = [];
  for (let round = 0; round < 3; round += 1) {
    ids.push(await send('+15550100001'));
    await eventually(() => expect(tail.events().length).toBeGreaterThan(0));
    line.breakAll();
    ids.push(await send('+15550100001'));
  }
  await eventually(() => {
    for (const id of ids) expect(typesOf(tail.events(), id)).toContain('message.delivered');
  });
  const { code, errors } = await tail.interrupt();
  await line.close();
  expect(code).toBe(0);
  expect(errors).toContain('The connection was lost');
  expect(errors).toContain('Connected again');
  const seen = tail.events().map(({ id }) => id);
  expect(new Set(seen).size).toBe(seen.length);
  const PAGE = 'query ($after: Cursor) { events(first: 1000, after: $after) { nodes { id } } }';
  const journal = await app.client.run<{ events: { nodes: { id: string }[] } }>(PAGE, { after });
  const upTo = journal.events.nodes.map(({ id }) => id).slice(0, seen.length);
  expect(seen).toEqual(upTo);
});

it.each([
  ['a cursor of another log', ['--after', 'AAAA'], 2, 'ursor'],
  ['a message that is not there', ['--message', 'msg_01h455vb4pex5vsknk084sn02q'], 2, 'no such message'],
  ['an id of another kind', ['--channel', 'msg_01h455vb4pex5vsknk084sn02q'], 2, 'chan_'],
  ['a type that is none', ['--type', 'delivered'], 2, 'message.delivered'],
  ['nobody there', ['--url', 'http://127.0.0.1:1'], 1, 'Nobody answers'],
])('ends by itself for %s', async (_what, args, code, hint) => {
  useEnvironment();
  const said = await parley(['tail', ...args]);
  expect({ code: said.code, output: said.output }).toEqual({ code, output: '' });
  expect(said.errors).toContain(hint);
});

it('is told when its key is none', async () => {
  useEnvironment();
  vi.stubEnv('PARLEY_API_KEY', 'pk_nobody');
  expect(await parley(['tail'])).toMatchObject({ code: 1, output: '' });
});

/** A way to the API that breaks when the test says so. */
async function startBreakableLine(target: string) {
  const { hostname, port } = new URL(target);
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const api = connect({ host: hostname, port: Number(port) });
    for (const [one, other] of [
      [client, api],
      [api, client],
    ] as const) {
      open.add(one);
      one.on('error', () => undefined);
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const breakAll = () => open.forEach((socket) => socket.destroy());
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    breakAll,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        breakAll();
      }),
  };
}
