// Starts the built dist on a data directory of its own, as a newcomer would: healthy, GraphiQL there, one message sent
// and delivered, a second start with the state kept. Ends with 1 and the process' output when any of it fails.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const START_MS_MAX = 60_000;
const SECOND_START_MS_MAX = 5_000;

async function start(dataDir) {
  const startedAt = Date.now();
  const child = spawn(process.execPath, [MAIN, 'start'], {
    env: { PATH: process.env.PATH, PORT: '0', PARLEY_DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const exited = new Promise((resolve) => child.on('exit', resolve));
  while (!output.includes('API key')) {
    if (child.exitCode !== null || Date.now() - startedAt > START_MS_MAX) {
      child.kill('SIGKILL');
      throw new Error(`Parley did not start:\n${output}`);
    }
    await pause(50);
  }
  const milliseconds = Date.now() - startedAt;
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0];
  const key = /API key +(\S+)/.exec(output)?.[1];
  const stop = async () => {
    child.kill('SIGTERM');
    const exitCode = await Promise.race([exited, pause(15_000, 'no exit')]);
    if (exitCode !== 0) throw new Error(`Parley did not stop cleanly (${exitCode}):\n${output}`);
  };
  const graphql = async (query, variables) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = await response.json();
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  };
  return { url, graphql, stop, milliseconds, output: () => output, kill: () => child.kill('SIGKILL') };
}

async function until(what, check, timeoutMs = 20_000) {
  const deadline = Date.now() + timeoutMs;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`Not within ${timeoutMs} ms: ${what}`);
    await pause(100);
  }
}

async function expectOk(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.text();
}

async function sendOne({ graphql }) {
  const { channels } = await graphql('{ channels(first: 1) { nodes { id } } }');
  const sent = await graphql(
    'mutation($input: SendMessageInput!) { sendMessage(input: $input) { message { id } userErrors { message } } }',
    {
      input: {
        channelId: channels.nodes[0].id,
        to: { phoneNumber: '+15550100000' },
        content: { text: { text: 'Smoke' } },
      },
    },
  );
  const id = sent.sendMessage.message.id;
  const statusOf = async () =>
    (await graphql('query($id: ID!) { message(id: $id) { status } }', { id })).message?.status;
  await until('the message is read', async () => (await statusOf()) === 'READ');
  return statusOf;
}

const dataDir = await mkdtemp(join(tmpdir(), 'parley-smoke-'));
let running;
try {
  running = await start(dataDir);
  console.log(`first start: ${running.milliseconds} ms`);
  await expectOk(`${running.url}/healthz`);
  await expectOk(`${running.url}/readyz`);
  const page = await expectOk(`${running.url}/graphiql`);
  const script = /src="([^"]+\.js)"/.exec(page)?.[1];
  await expectOk(new URL(script, running.url));
  await sendOne(running);
  await running.stop();

  running = await start(dataDir);
  console.log(`second start: ${running.milliseconds} ms`);
  if (running.milliseconds > SECOND_START_MS_MAX) throw new Error('The second start took too long.');
  const { conversations } = await running.graphql(
    '{ conversations(first: 10) { nodes { messages(last: 5) { nodes { content { text } } } } } }',
  );
  if (!JSON.stringify(conversations).includes('Smoke')) throw new Error('The message is gone after the second start.');
  await running.stop();
  console.log('smoke test passed');
} catch (error) {
  console.error(error.message);
  console.error(running?.output() ?? '');
  running?.kill();
  process.exitCode = 1;
} finally {
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
}
