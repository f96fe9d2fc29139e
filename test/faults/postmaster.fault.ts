import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { apiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { startParley, temporaryDataDir, untilReady, type ParleyProcess } from '../support/parley-process.js';

let data: Awaited<ReturnType<typeof temporaryDataDir>>;
let parley: ParleyProcess;
beforeEach(async () => {
  data = await temporaryDataDir();
  parley = await startParley({ dataDir: data.path });
});
afterEach(async () => {
  await parley.kill('SIGTERM');
  await data.remove();
});

const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } userErrors { code } } }`;

async function send(key: string): Promise<string | undefined> {
  const client = apiClient(parley.url, parley.apiKey);
  const { channels } = await client.run<{ channels: { nodes: { id: string }[] } }>('{ channels { nodes { id } } }');
  const input = {
    channelId: channels.nodes[0]?.id,
    to: { phoneNumber: '+15550100001' },
    content: { text: { text: 'Hello' } },
    idempotencyKey: key,
  };
  const sent = await client.run<{ sendMessage: { message: { id: string } | null } }>(SEND, { input });
  return sent.sendMessage.message?.id;
}

const statusOf = async (id: string) => {
  const data = await apiClient(parley.url, parley.apiKey).run<{ message: { status: string } | null }>(
    'query ($id: ID!) { message(id: $id) { status } }',
    { id },
  );
  return data.message?.status;
};

const postmasterPid = async () =>
  Number((await readFile(join(data.path, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);

describe('postmaster kill -9 of the embedded PostgreSQL, on the embedded log', () => {
  it('is survived by the running process, with nothing acknowledged lost', async () => {
    const id = await send('before');
    process.kill(await postmasterPid(), 'SIGKILL');
    await eventually(async () => expect(await send('after')).toBeTruthy(), { timeoutMs: 60_000, everyMs: 200 });
    await untilReady(parley.url);
    expect(await send('before')).toBe(id);
    await eventually(async () => expect(await statusOf(id ?? '')).toBe('DELIVERED'), { timeoutMs: 30_000 });
  });

  it('is survived by a start after kill -9 of Parley alone: the orphan is adopted', async () => {
    const id = await send('before');
    const orphan = await postmasterPid();
    await parley.kill('SIGKILL');
    parley = await startParley({ dataDir: data.path });
    expect(await postmasterPid()).toBe(orphan);
    expect(await send('before')).toBe(id);
  });

  it('is survived by a start after kill -9 of both: the stale pid file does not hinder it', async () => {
    const id = await send('before');
    const orphan = await postmasterPid();
    await parley.kill('SIGKILL');
    process.kill(orphan, 'SIGKILL');
    parley = await startParley({ dataDir: data.path });
    expect(await send('before')).toBe(id);
  });
});
