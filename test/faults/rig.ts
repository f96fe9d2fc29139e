import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { apiClient, type ApiClient } from '../support/api-client.js';
import { cloneDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { startParley, temporaryDataDir, type ParleyProcess } from '../support/parley-process.js';
import { startPostgresProxy, type PostgresProxy } from '../support/postgres-proxy.js';
import {
  postSigned,
  startScriptedCarrier,
  type CarrierCall,
  type ScriptedCarrier,
} from '../support/scripted-carrier.js';

/** How often a random fault is repeated: a few times in CI, more by hand. */
export const rounds = (full: number, quick: number): number => (process.env['PARLEY_FAULTS_QUICK'] ? quick : full);

/** One call of the test's own client, with what became of it. */
export interface HistoryEntry {
  readonly key: string;
  readonly to: string;
  /** Undefined: no usable answer came. */
  messageId?: string;
  /** What came instead, the last time. */
  failure?: string;
}

/** Everything that a fault is made with: Postgres behind a proxy, a carrier outside, Parley in its own process. */
export interface Rig {
  readonly directUrl: string;
  readonly proxy: PostgresProxy;
  readonly carrier: ScriptedCarrier;
  readonly history: HistoryEntry[];
  /** Starts Parley (again) and answers when it is ready. */
  start(options?: { readonly untilReady?: boolean }): Promise<ParleyProcess>;
  /** Kills what runs, lets a minute pass as far as leases know, and starts again. */
  restartAfterKill(options?: { readonly untilReady?: boolean }): Promise<ParleyProcess>;
  client(): ApiClient;
  process(): ParleyProcess;
  channelId(): string;
  /** Posts a signed webhook for a call to the process that runs now; the answer's status. */
  post(call: CarrierCall, webhook: unknown): Promise<number>;
  /** Sends a text and keeps it in the history; never throws. */
  send(to: string, options?: { readonly key?: string; readonly text?: string }): Promise<HistoryEntry>;
  /** Repeats with the same key what has no answer, until it has one (H5). */
  repeatUnanswered(): Promise<void>;
  status(messageId: string): Promise<string | undefined>;
  untilStatus(messageId: string, status: string): Promise<void>;
  close(): Promise<void>;
}

const SEND = `mutation ($input: SendMessageInput!) {
  sendMessage(input: $input) { message { id } userErrors { code message } }
}`;
const CREATE_CHANNEL = `mutation ($input: CreateChannelInput!) {
  createChannel(input: $input) { channel { id } userErrors { code message } }
}`;

export async function openRig(): Promise<Rig> {
  const database = await cloneDatabase();
  const proxy = await startPostgresProxy(database.url);
  const carrier = await startScriptedCarrier();
  const data = await temporaryDataDir();
  const history: HistoryEntry[] = [];
  let process: ParleyProcess | undefined;
  let channel: string | undefined;
  const running = () => {
    if (process === undefined) throw new Error('Parley was not started.');
    return process;
  };
  const client = () => apiClient(running().url, running().apiKey);
  const rig: Rig = {
    directUrl: database.url,
    proxy,
    carrier,
    history,
    async start(options) {
      process = await startParley({ databaseUrl: proxy.url, dataDir: data.path, env: SECRET, ...options });
      if (options?.untilReady !== false) channel ??= await createCarrierChannel(client(), carrier.baseUrl);
      return process;
    },
    async restartAfterKill(options) {
      await running().kill('SIGKILL');
      await letLeasesRunOut(database.url);
      return rig.start(options);
    },
    client,
    process: running,
    channelId: () => channel ?? '',
    // After a restart it listens elsewhere than where the call was told to post.
    post: (call, webhook) => postSigned(`${running().url}${new URL(call.callbackUrl).pathname}`, call.token, webhook),
    async send(to, options) {
      const entry: HistoryEntry = { key: options?.key ?? randomUUID(), to };
      history.push(entry);
      await trySend(client(), rig.channelId(), entry, options?.text);
      return entry;
    },
    async repeatUnanswered() {
      for (const entry of history.filter(({ messageId }) => messageId === undefined)) {
        await eventually(
          async () => {
            await trySend(client(), rig.channelId(), entry);
            if (entry.messageId === undefined) throw new Error('still unanswered');
          },
          { timeoutMs: 30_000 },
        );
      }
    },
    status: (messageId) => statusOf(client(), messageId),
    async untilStatus(messageId, status) {
      await eventually(
        async () => {
          const now = await statusOf(client(), messageId);
          if (now !== status) throw new Error(`status is ${now}, not ${status}`);
        },
        { timeoutMs: 30_000 },
      );
    },
    async close() {
      await process?.kill('SIGKILL');
      await Promise.all([carrier.close(), proxy.close(), data.remove()]);
      await database.drop();
    },
  };
  return rig;
}

/** The same key for every start of one rig: what was sealed before a kill must open after it. */
const SECRET = { PARLEY_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'), PARLEY_SANDBOX: 'false' };

/** A minute passes, as far as leases know: they count by the database's clock. */
async function letLeasesRunOut(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`update work.dispatches set lease_until = now() - interval '1 second'
      where state in ('claimed', 'calling')`);
    await client.query('update work.lanes set run_at = least(run_at, now())');
  } finally {
    await client.end();
  }
}

async function createCarrierChannel(client: ApiClient, apiBaseUrl: string): Promise<string> {
  const data = await client.run<{ createChannel: { channel: { id: string } | null; userErrors: unknown[] } }>(
    CREATE_CHANNEL,
    { input: { name: 'carrier', provider: 'SANDBOX', platform: 'WHATSAPP', settings: { apiBaseUrl } } },
  );
  if (!data.createChannel.channel) throw new Error(JSON.stringify(data.createChannel.userErrors));
  return data.createChannel.channel.id;
}

async function trySend(
  client: ApiClient,
  channelId: string,
  entry: HistoryEntry,
  text = `to ${entry.to}`,
): Promise<void> {
  const input = { channelId, to: { phoneNumber: entry.to }, content: { text: { text } }, idempotencyKey: entry.key };
  try {
    const answer = await client.ask<{ sendMessage: { message: { id: string } | null } }>(SEND, { input });
    const id = answer.data?.sendMessage.message?.id;
    if (id === undefined) entry.failure = JSON.stringify(answer);
    else entry.messageId = id;
  } catch (error) {
    // The process was killed under the call: not acknowledged, which H5 looks at.
    entry.failure = error instanceof Error ? `${error.message}: ${String(error.cause)}` : String(error);
  }
}

async function statusOf(client: ApiClient, messageId: string): Promise<string | undefined> {
  const data = await client.run<{ message: { status: string } | null }>(
    'query ($id: ID!) { message(id: $id) { status } }',
    { id: messageId },
  );
  return data.message?.status;
}

/** A webhook of the sandbox's contract with one receipt for a call. */
export const receipt = (call: CarrierCall, status: string) => ({
  ...{ type: 'receipt', id: call.id, reference: call.reference, status },
  occurredAt: new Date().toISOString(),
});

/** A webhook with one message from the contact. */
export const incoming = (id: string, from: string, text: string) => ({
  ...{ type: 'message', id, from, content: { kind: 'text', text } },
  occurredAt: new Date().toISOString(),
});
