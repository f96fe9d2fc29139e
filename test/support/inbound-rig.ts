import { randomUUID } from 'node:crypto';
import Fastify from 'fastify';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { openDatabase } from '../../src/database/open-database.js';
import type { ParleyEvent } from '../../src/events/catalog.js';
import { parseRecord } from '../../src/events/codec.js';
import { createIdentity } from '../../src/events/event-identity.js';
import type { Clock } from '../../src/events/kernel/clock.js';
import { createIdDeriver } from '../../src/events/kernel/derive-id.js';
import { channelIds, messageIds, rawWebhookIds, type MessageId } from '../../src/events/kernel/ids.js';
import { decodeTypeId } from '../../src/events/kernel/typeid.js';
import { openPostgresLog } from '../../src/events/log/postgres/open-postgres-log.js';
import { createAddressBook } from '../../src/events/outbox/create-address-book.js';
import { createOutbox } from '../../src/events/outbox/create-outbox.js';
import { createProjector } from '../../src/events/projections/projector.js';
import { createReinterpret } from '../../src/events/workers/interpreter/history/reinterpret.js';
import { createInterpreter } from '../../src/events/workers/interpreter/interpreter.js';
import { createRedrive } from '../../src/events/workers/redrive/redrive.js';
import { webhookRoutes } from '../../src/http/webhooks.js';
import { stopAll, type Running } from '../../src/lifecycle.js';
import { createChannelDirectory } from '../../src/providers/create-channel-directory.js';
import { formatReference } from '../../src/providers/reference.js';
import type { ProviderAdapter } from '../../src/providers/provider.js';
import { createProviderRegistry } from '../../src/providers/registry.js';
import { createSandboxAdapter } from '../../src/providers/sandbox/adapter.js';
import { signatureOf } from '../../src/providers/sandbox/signature.js';
import type { ExchangeAdapters } from '../../src/roles/role.js';
import { createSecretBox } from '../../src/secrets/secret-box.js';
import { collectRecords } from './collect-records.js';
import { cloneDatabase } from './database.js';
import { channelId, contactId, conversationId, workspaceId } from './events.js';
import { testLog } from './log.js';
import { startPostgresProxy } from './postgres-proxy.js';

export const TOKEN = 'the-token-of-channel-1-0123456789';

export interface PostOptions {
  readonly channel?: number;
  readonly token?: string;
  /** Sent instead of what would be signed right. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly path?: string;
  readonly method?: string;
}

export interface DispatchSketch {
  readonly state?: string;
  readonly channel?: number;
  readonly thread?: number;
  readonly offset?: number;
  /** When the call began; default now. */
  readonly calledAt?: Date | null;
}

export type InboundRig = Awaited<ReturnType<typeof openInboundRig>>;

/**
 * The way in, whole: ingress over HTTP, log, interpreter, projector, on a Postgres of its own behind a proxy.
 * Channels 1 and 2 are sandbox channels.
 */
export async function openInboundRig(options: { readonly clock?: Clock; readonly adapters?: ExchangeAdapters } = {}) {
  let ahead = 0;
  const clock = options.clock ?? { now: () => new Date(Date.now() + ahead) };
  const cloned = await cloneDatabase();
  const proxy = await startPostgresProxy(cloned.url);
  const direct = new pg.Client({ connectionString: cloned.url });
  await direct.connect();
  const database = openDatabase(proxy.url, testLog);
  const log = await openPostgresLog({ database, log: testLog, partitions: 3 });
  const identity = createIdentity(createIdDeriver(Buffer.alloc(32, 9)));
  const outbox = createOutbox({ database, log, fingerprint: identity.fingerprint, logger: testLog });
  const addressBook = createAddressBook({ identity, outbox });
  const box = createSecretBox(Buffer.alloc(32, 5));
  const putChannel = async (n: number, token: string) => {
    const sealed = box.seal(Buffer.from(JSON.stringify({ token })));
    await direct.query(
      `insert into config.channels (id, workspace_id, name, provider, platform, settings_sealed)
       values ($1, (select id from config.workspaces), $2, 'SANDBOX', 'WHATSAPP', $3)
       on conflict (id) do update set settings_sealed = excluded.settings_sealed`,
      [channelIds.toUuid(channelId(n)), `channel ${n}`, sealed],
    );
  };
  await direct.query('insert into config.workspaces (id, name) values ($1, $2)', [uuidOf(workspaceId()), 'one']);
  await putChannel(1, TOKEN);
  await putChannel(2, TOKEN);
  const directory = await createChannelDirectory({ database, box, logger: testLog });
  const adapter = createSandboxAdapter({ defaultBaseUrl: () => undefined, newSecret: () => TOKEN });
  const { adapters: exchange = (adapters: readonly ProviderAdapter[]) => adapters } = options;
  const providers = createProviderRegistry(exchange([adapter]));
  const shared = { database, log, outbox, addressBook, directory, providers, identity, clock, logger: testLog };
  const server = Fastify();
  await server.register(
    webhookRoutes({
      ...shared,
      publicUrl: () => 'https://parley.example',
      newRawWebhookId: () => rawWebhookIds.fromUuid(uuidv7()),
    }),
  );
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  const collected = await collectRecords(log, 'events');
  const running: Running[] = [];
  let projector: Running | undefined;

  return {
    ...{ databaseUrl: cloned.url, url, database, log, outbox, identity, direct, proxy, putChannel },
    /** Moves the clock of everything here. */
    advance: (milliseconds: number) => void (ahead += milliseconds),
    async interpret() {
      const interpreter = await createInterpreter(shared);
      running.push(interpreter);
      return interpreter;
    },
    /** As the operation does it. @returns its result */
    reinterpret(
      given: Readonly<Record<string, unknown>> = {},
      exchanged: ExchangeAdapters = (same) => same,
      standstillMs?: number,
    ) {
      const readers = { providers: createProviderRegistry(exchanged([adapter])) };
      const reinterpret = createReinterpret({ ...shared, ...readers, standstillMs });
      const context = { signal: new AbortController().signal, report: () => undefined };
      return reinterpret({ ...context, arguments: { isDryRun: false, ...given } });
    },
    /** As the operation does it. @returns its result */
    redrive(given: Readonly<Record<string, unknown>> = {}) {
      const context = { signal: new AbortController().signal, report: () => undefined };
      return createRedrive(shared)({ ...context, arguments: { isForgetting: false, ...given } });
    },
    async project() {
      projector = await createProjector({ database, log, logger: testLog, clock });
      running.push(projector);
    },
    /** Drops what the projector made, and has it made anew. */
    async refold() {
      await projector?.stop();
      await direct.query(TRUNCATE_READ);
      running.push(await createProjector({ database, log, logger: testLog, clock }));
    },
    /** Posts as the carrier of the channel would. */
    async post(webhook: unknown, sketch: PostOptions = {}): Promise<Response> {
      const { channel = 1, token = TOKEN, headers = {}, method = 'POST' } = sketch;
      const body = Buffer.isBuffer(webhook) ? webhook : Buffer.from(JSON.stringify(webhook));
      const timestamp = String(Math.floor(clock.now().getTime() / 1_000));
      const signed = {
        'content-type': 'application/json',
        'x-sandbox-timestamp': timestamp,
        'x-sandbox-signature': signatureOf(token, timestamp, body),
        ...headers,
      };
      const path = sketch.path ?? `/webhooks/sandbox/${channelId(channel)}`;
      return fetch(`${url}${path}`, { method, headers: signed, ...(method === 'GET' ? {} : { body }) });
    },
    /** The events of a type, as they lie in the log. */
    events: <Type extends ParleyEvent['type']>(type: Type) =>
      collected.records.flatMap((record) => {
        const parsed = parseRecord(record);
        if (parsed.kind !== 'event' || parsed.event.type !== type) return [];
        return [parsed.event as Extract<ParleyEvent, { type: Type }>];
      }),
    eventCount: () => collected.records.length,
    rawCount: async () => count(direct, `select count(*)::int as count from log.records where topic = 'webhooks'`),
    parkedCount: async () => count(direct, 'select count(*)::int as count from work.parked_receipts'),
    /** A call of ours, as the dispatcher would have left it; its reference. */
    async dispatch(sketch: DispatchSketch = {}): Promise<{ messageId: MessageId; reference: string }> {
      const { state = 'calling', channel = 1, thread = 1, offset = 0, calledAt = new Date() } = sketch;
      const uuid = randomUUID();
      await direct.query(
        `insert into work.dispatches (message_id, attempt, part, workspace_id, conversation_id, contact_id, channel_id,
           state, queue_offset, call, run_at, called_at, payload)
         values ($1, 1, 0, $2, $3, $4, $5, $6, $7, 1, now(), $8, '{}')`,
        [
          uuid,
          uuidOf(workspaceId()),
          uuidOf(conversationId(thread)),
          uuidOf(contactId(thread)),
          uuidOf(channelId(channel)),
          ...[state, offset, calledAt],
        ],
      );
      const messageId = messageIds.fromUuid(uuid);
      return { messageId, reference: formatReference({ messageId, attempt: 1, part: 0 }) };
    },
    /** What the dispatcher does when an answer names the id. */
    async recordProviderId(messageId: MessageId, providerMessageId: string, channel = 1): Promise<void> {
      await direct.query(
        `insert into work.provider_messages
           (channel_id, provider_message_id, workspace_id, conversation_id, message_id, attempt, part)
         values ($1, $2, $3, $4, $5, 1, 0)`,
        [
          uuidOf(channelId(channel)),
          providerMessageId,
          uuidOf(workspaceId()),
          uuidOf(conversationId()),
          messageIds.toUuid(messageId),
        ],
      );
      await direct.query(`select pg_notify('parley_parked', $1)`, [channelId(channel)]);
    },
    async dispatchState(messageId: MessageId): Promise<string | undefined> {
      const found = await direct.query<{ state: string }>('select state from work.dispatches where message_id = $1', [
        messageIds.toUuid(messageId),
      ]);
      return found.rows[0]?.state;
    },
    async close(): Promise<void> {
      await server.close();
      await stopAll([directory, outbox, { stop: () => collected.stop() }, ...running]);
      await log.close();
      await database.close();
      await direct.end();
      await proxy.close();
      await cloned.drop();
    },
  };
}

const TRUNCATE_READ = `do $$ declare one text; begin
  for one in select tablename from pg_tables where schemaname = 'read' loop
    execute format('truncate read.%I', one);
  end loop; end $$`;

/** The UUID of an id of any kind. */
function uuidOf(id: string): string {
  const [prefix = ''] = id.split('_');
  const uuid = decodeTypeId(prefix, id);
  if (uuid === undefined) throw new RangeError('Not an id.');
  return uuid;
}

async function count(client: pg.Client, statement: string): Promise<number> {
  const found = await client.query<{ count: number }>(statement);
  return found.rows[0]?.count ?? 0;
}

/** What a carrier says. */
export const receipt = (id: string, status: string, more: object = {}) => ({
  ...{ type: 'receipt', id, status, occurredAt: new Date().toISOString() },
  ...more,
});
export const incoming = (id: string, text: string, more: object = {}) => ({
  ...{ type: 'message', id, from: '+15550100000', occurredAt: new Date().toISOString() },
  content: { kind: 'text', text },
  ...more,
});
