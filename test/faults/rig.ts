import { ROLES, type Role } from '../../src/config.js';
import type { LogRecord, Topic } from '../../src/events/log/event-log.js';
import { stopAll, type Running } from '../../src/lifecycle.js';
import { apiClient, type ApiClient } from '../support/api-client.js';
import type { KafkaProxy } from '../support/kafka-proxy.js';
import { temporaryDataDir } from '../support/parley-process.js';
import { startPostgresProxy, type PostgresProxy } from '../support/postgres-proxy.js';
import {
  postSigned,
  startScriptedCarrier,
  type CarrierCall,
  type ScriptedCarrier,
} from '../support/scripted-carrier.js';
import { withClient } from '../support/with-client.js';
import { openRigKafka, type RigBroker, type RigKafka } from './rig-broker.js';
import { createRigClient, type RigClient } from './rig-client.js';
import { embeddedRigLog, kafkaRigLog, type ForeignRecord } from './rig-log.js';
import { openRigPostgres, type RigPostmaster } from './rig-postgres.js';
import {
  createRigProcesses,
  type RigProcesses,
  type RigProcessesOptions,
  type StartRoleOptions,
} from './rig-processes.js';

export type { HistoryEntry } from './rig-client.js';
export type { RigBroker } from './rig-broker.js';

/** How often a random fault is repeated: a few times in CI, more by hand. */
export const rounds = (full: number, quick: number): number => (process.env['PARLEY_FAULTS_QUICK'] ? quick : full);

/** Which cases of a fault are run: all of them by hand, in CI those that another fault doesn't see as well. */
export const casesOf = <const Case>(full: readonly Case[], quick: readonly NoInfer<Case>[]): readonly Case[] =>
  process.env['PARLEY_FAULTS_QUICK'] ? quick : full;

export type LogKind = 'embedded' | 'kafka';

export interface RigOptions {
  readonly log: LogKind;
  /** Kafka: how many processes of each role (default 1 each). Embedded: ignored, one process has all. */
  readonly processes?: Partial<Record<Role, number>>;
  /** Kafka: a broker of this rig's own, which may be killed. Default: the run's, with a random topic prefix. */
  readonly ownBroker?: boolean;
  /** A Postgres of this rig's own, which may be killed. Default: a database of the run's. */
  readonly ownPostgres?: boolean;
  /** Where the data of the broker or the Postgres of this rig's own lie; default: a folder that goes with it. */
  readonly ownDataDir?: string;
  /** How many channels of the scripted carrier; default 1. A contact belongs to one of them. */
  readonly channels?: number;
  /** Further settings of every process. */
  readonly env?: Readonly<Record<string, string>>;
  /** What one of them is started with beside that, whenever it is. */
  readonly startWith?: RigProcessesOptions['startWith'];
}

/** Everything that a fault is made with: Postgres and Kafka behind proxies, a carrier outside, Parley in processes. */
export interface Rig
  extends RigClient, Pick<RigProcesses, 'process' | 'kill' | 'startRole' | 'startMissing' | 'output'> {
  readonly log: LogKind;
  /** Postgres past the proxy. */
  readonly directUrl: string;
  /** In front of Postgres: every process goes through it. */
  readonly proxy: PostgresProxy;
  /** In front of Kafka: every process goes through it. Undefined on the embedded log. */
  readonly kafka: KafkaProxy | undefined;
  /** Only with `ownBroker`. */
  readonly broker: RigBroker | undefined;
  /** Only with `ownPostgres`. */
  readonly postmaster: RigPostmaster | undefined;
  /** Kafka past the proxy, and the prefix of the topics. Undefined on the embedded log. */
  readonly topics: Pick<RigKafka, 'address' | 'prefix'> | undefined;
  readonly carrier: ScriptedCarrier;
  /** Starts what doesn't run, all at once, and resolves when all of it is ready. */
  start(): Promise<void>;
  /** SIGKILL; then a minute passes as far as leases know; then the same processes start again. */
  restartAfterKill(role: Role | 'all', options?: Pick<StartRoleOptions, 'untilReady'>): Promise<void>;
  /** Of one of the API's processes. */
  client(index?: number): ApiClient;
  /** The first of the scripted carrier. */
  channelId(): string;
  /** Posts a signed webhook for a call; the answer's status. */
  post(call: CarrierCall, webhook: unknown): Promise<number>;
  /** Everything in the log, by partition and offset; past Parley and the proxies. */
  readLog(topic: Topic): Promise<readonly LogRecord[]>;
  /** For each partition the offset that the next record gets; past Parley and the proxies. */
  heads(topic: Topic): Promise<readonly bigint[]>;
  /** Writes past Parley, as another producer on the topic would. */
  writeForeign(topic: Topic, record: ForeignRecord): Promise<void>;
  close(): Promise<void>;
}

export async function openRig(options: RigOptions): Promise<Rig> {
  const opened: Running[] = [];
  const keep = <Part>(part: Part, stop: () => Promise<void>): Part => {
    opened.push({ stop });
    return part;
  };
  try {
    return await assemble(options, keep, () => stopAll(opened));
  } catch (error) {
    await stopAll(opened);
    throw error;
  }
}

type Keep = <Part>(part: Part, stop: () => Promise<void>) => Part;

async function assemble(options: RigOptions, keep: Keep, close: () => Promise<void>): Promise<Rig> {
  const database = await openRigPostgres(options.ownPostgres ?? false, options.ownDataDir);
  keep(database, () => database.close());
  const parts = await openSurroundings(options, database.url, keep);
  const { kafka, log, proxy, carrier, processes } = parts;
  const channels: string[] = [];
  let turn = 0;
  const client = (index = 0) => {
    const { url, apiKey } = processes.process('api', index);
    return apiClient(url, apiKey);
  };
  const channelId = () => channels[0] ?? '';
  const channelOf = (to: string) => channels[Number(to.slice(-4)) % channels.length] ?? '';
  const sender = createRigClient({ nextClient: () => client(turn++ % processes.count('api')), channelOf });
  return {
    ...sender,
    log: options.log,
    directUrl: database.url,
    postmaster: database.postmaster,
    ...{ proxy, carrier, topics: kafka, kafka: kafka?.proxy, broker: kafka?.broker },
    ...{ process: processes.process, kill: processes.kill, output: processes.output },
    ...{ startRole: processes.startRole, startMissing: processes.startMissing },
    async start() {
      await processes.start();
      while (channels.length < (options.channels ?? 1))
        channels.push(await createCarrierChannel(client(), carrier.baseUrl));
    },
    async restartAfterKill(role, more) {
      await processes.kill(role);
      // A living dispatcher's calls keep their leases.
      if (role === 'all' || role === 'dispatcher' || options.log === 'embedded') await letLeasesRunOut(database.url);
      await processes.startMissing(role, more);
    },
    ...{ client, channelId },
    post: (call, webhook) =>
      postSigned(`${processes.process('api').url}${new URL(call.callbackUrl).pathname}`, call.token, webhook),
    ...{ readLog: log.read, heads: log.heads, writeForeign: log.write },
    close,
  };
}

/** What is around Parley, and its processes, which don't run yet. */
async function openSurroundings(options: RigOptions, databaseUrl: string, keep: Keep) {
  const kafka =
    options.log === 'kafka' ? await openRigKafka(options.ownBroker ?? false, options.ownDataDir) : undefined;
  if (kafka) keep(kafka, () => kafka.close());
  const log = kafka ? kafkaRigLog({ ...kafka, isOwn: kafka.broker !== undefined }) : embeddedRigLog(databaseUrl);
  keep(log, () => log.close());
  const proxy = await startPostgresProxy(databaseUrl);
  keep(proxy, () => proxy.close());
  const carrier = await startScriptedCarrier();
  keep(carrier, () => carrier.close());
  const data = await temporaryDataDir();
  keep(data, () => data.remove());
  const processes = await createRigProcesses({
    ...{ databaseUrl: proxy.url, dataDir: data.path },
    perRole: kafka && { ...ONE_EACH, ...options.processes },
    startWith: options.startWith,
    env: {
      ...SETTINGS,
      ...(kafka ? { KAFKA_BROKERS: kafka.proxy.brokers, PARLEY_TOPIC_PREFIX: kafka.prefix } : {}),
      ...options.env,
    },
  });
  keep(processes, () => processes.close());
  return { kafka, log, proxy, carrier, processes };
}

const ONE_EACH = { api: 1, interpreter: 1, projector: 1, dispatcher: 1 } satisfies Record<Role, number>;

/** The same key for every start of one rig: what was sealed before a kill must open after it. */
export const SETTINGS = { PARLEY_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'), PARLEY_SANDBOX: 'false' };

/** A minute passes, as far as leases know: they count by the database's clock. */
export async function letLeasesRunOut(url: string): Promise<void> {
  await withClient(url, async (client) => {
    // In the order in which Parley takes its locks: otherwise it is the test that waits in a circle with it.
    await client.query(`update work.dispatches set lease_until = now() - interval '1 second'
      where (message_id, attempt, part) in (
        select message_id, attempt, part from work.dispatches where state in ('claimed', 'calling')
        order by message_id, attempt, part for update)`);
    await client.query(`update work.lanes set run_at = least(run_at, now())
      where conversation_id in (select conversation_id from work.lanes order by conversation_id for update)`);
  });
}

const CREATE_CHANNEL = `mutation ($input: CreateChannelInput!) {
  createChannel(input: $input) { channel { id } userErrors { code message } }
}`;

async function createCarrierChannel(client: ApiClient, apiBaseUrl: string): Promise<string> {
  const data = await client.run<{ createChannel: { channel: { id: string } | null; userErrors: unknown[] } }>(
    CREATE_CHANNEL,
    { input: { name: 'carrier', provider: 'SANDBOX', platform: 'WHATSAPP', settings: { apiBaseUrl } } },
  );
  if (!data.createChannel.channel) throw new Error(JSON.stringify(data.createChannel.userErrors));
  return data.createChannel.channel.id;
}

/** The roles whose processes are not ready, with what they say: nothing when all is well. */
export async function complaintsOf(rig: Rig): Promise<readonly string[]> {
  const roles = rig.log === 'embedded' ? (['api'] as const) : ROLES;
  const asked = roles.map(async (role) => {
    const answer = await fetch(`${rig.process(role).url}/readyz`);
    return answer.status === 200 ? [] : [`${role}: ${await answer.text()}`];
  });
  return (await Promise.all(asked)).flat();
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
