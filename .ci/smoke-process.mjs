// A built Parley in a process of its own, for the smoke test: started as a user would, spoken to over HTTP.
import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const START_MS_MAX = 60_000;
const STOP_MS_MAX = 15_000;

/** Resolves when its banner stands there. */
export async function start(env, args = []) {
  const startedAt = Date.now();
  const child = spawn(process.execPath, [MAIN, 'start', ...args], {
    env: { PATH: process.env.PATH, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const exited = new Promise((resolve) => child.on('exit', resolve));
  const kill = () => child.kill('SIGKILL');
  while (!output.includes('Parley is ready')) {
    if (child.exitCode !== null || Date.now() - startedAt > START_MS_MAX) {
      kill();
      throw new Error(`Parley did not start:\n${output}`);
    }
    await pause(50);
  }
  return {
    url: /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0],
    printedKey: /API key +(pk_\S+)/.exec(output)?.[1],
    milliseconds: Date.now() - startedAt,
    output: () => output,
    kill,
    async stop() {
      child.kill('SIGTERM');
      const exitCode = await Promise.race([exited, pause(STOP_MS_MAX, 'no exit')]);
      if (exitCode !== 0) throw new Error(`Parley did not stop cleanly (${exitCode}):\n${output}`);
    },
  };
}

export async function graphql(url, key, query, variables) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

/** Sends to the sandbox's friendly number and waits until the contact has read it. */
export async function sendOne(url, key) {
  const { channels } = await graphql(url, key, '{ channels(first: 1) { nodes { id } } }');
  const sent = await graphql(
    url,
    key,
    'mutation($input: SendMessageInput!) { sendMessage(input: $input) { message { id } userErrors { message } } }',
    {
      input: {
        channelId: channels.nodes[0].id,
        to: { phoneNumber: '+15550100000' },
        content: { text: { text: 'Smoke' } },
      },
    },
  );
  const variables = { id: sent.sendMessage.message.id };
  await until('the message is read', async () => {
    const { message } = await graphql(url, key, 'query($id: ID!) { message(id: $id) { status } }', variables);
    return message?.status === 'READ';
  });
}

export async function expectOk(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.text();
}

/** The banner says that all of it runs; a consumer may still be joining its group. */
export async function untilReady(url) {
  await until(`${url}/readyz answers 200`, async () => (await fetch(`${url}/readyz`)).ok);
}

async function until(what, check, timeoutMs = 20_000) {
  const deadline = Date.now() + timeoutMs;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`Not within ${timeoutMs} ms: ${what}`);
    await pause(100);
  }
}
