import { randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { SCOPES, type Caller } from '../../src/access/caller.js';
import type { Database } from '../../src/database/database.js';
import { openDatabase } from '../../src/database/open-database.js';
import { createCommands } from '../../src/events/commands/create-commands.js';
import type { CommandResult, Commands, SendMessage } from '../../src/events/commands/commands.js';
import { createIdentity, type Identity } from '../../src/events/event-identity.js';
import { parseRecord } from '../../src/events/codec.js';
import { systemClock } from '../../src/events/kernel/clock.js';
import { createIdDeriver } from '../../src/events/kernel/derive-id.js';
import {
  apiKeyIds,
  channelIds,
  messageIds,
  templateIds,
  workspaceIds,
  type ChannelId,
} from '../../src/events/kernel/ids.js';
import type { EventEnvelope, RecordedEvent } from '../../src/events/kernel/event.js';
import type { EventLog } from '../../src/events/log/event-log.js';
import { openPostgresLog } from '../../src/events/log/postgres/open-postgres-log.js';
import { createPositionStore } from '../../src/events/log/positions.js';
import { createAddressBook } from '../../src/events/outbox/create-address-book.js';
import { createOutbox } from '../../src/events/outbox/create-outbox.js';
import type { AddressBook } from '../../src/events/outbox/address-book.js';
import type { Outbox } from '../../src/events/outbox/outbox.js';
import { createLiveFeed } from '../../src/events/projections/live-feed.js';
import { createProjector } from '../../src/events/projections/projector.js';
import { createFinders } from '../../src/events/queries/create-finders.js';
import { createTypingSignals } from '../../src/events/typing/create-typing-signals.js';
import { createCatchUpGate } from '../../src/events/workers/dispatcher/gate.js';
import { stopAll, type Running } from '../../src/lifecycle.js';
import { createChannelDirectory } from '../../src/providers/create-channel-directory.js';
import { createProviderRegistry } from '../../src/providers/registry.js';
import { createSandboxAdapter } from '../../src/providers/sandbox/adapter.js';
import { workspaces } from '../../src/schema/tables/index.js';
import { createSecretBox, type SecretBox } from '../../src/secrets/secret-box.js';
import type { ChannelDirectory } from '../../src/providers/channel.js';
import { cloneDatabase } from './database.js';
import { testLog } from './log.js';

/** Everything that commands touch, for real: database, log, projector, live feed. Nothing is sent. */
export interface CommandBench {
  readonly databaseUrl: string;
  readonly database: Database;
  readonly log: EventLog;
  readonly outbox: Outbox;
  readonly addressBook: AddressBook;
  readonly identity: Identity;
  readonly box: SecretBox;
  readonly directory: ChannelDirectory;
  readonly commands: Commands;
  readonly caller: Caller;
  readonly channelId: ChannelId;
  /** A caller of a workspace of his own. */
  stranger(): Promise<Caller>;
  /** Resolves when the read models have all that the log holds now. */
  settled(): Promise<void>;
  /** What the log holds, partition by partition. */
  events(): Promise<readonly RecordedEvent[]>;
  text(text: string, more?: Partial<SendMessage>): SendMessage;
  stop(): Promise<void>;
}

const SETTLE_MS = 10_000;

export interface BenchOptions {
  readonly wrapLog?: (log: EventLog) => EventLog;
  /** Another way to the database, e.g. through a proxy. */
  readonly reach?: (databaseUrl: string) => Promise<string>;
  readonly queueDepthMax?: number;
}

export async function openCommandBench({ wrapLog, reach, queueDepthMax }: BenchOptions = {}): Promise<CommandBench> {
  const clone = await cloneDatabase();
  const database = openDatabase((await reach?.(clone.url)) ?? clone.url, testLog);
  const opened = await openPostgresLog({ database, log: testLog, partitions: 4 });
  const log = wrapLog?.(opened) ?? opened;
  const identity = createIdentity(createIdDeriver(randomBytes(32)));
  const { fingerprint } = identity;
  const outbox = createOutbox({ database, log, fingerprint, logger: testLog });
  const addressBook = createAddressBook({ identity, outbox });
  const box = createSecretBox(randomBytes(32));
  const providers = createProviderRegistry([
    createSandboxAdapter({ defaultBaseUrl: () => undefined, newSecret: () => randomBytes(32).toString('base64url') }),
  ]);
  const directory = await createChannelDirectory({ database, box, logger: testLog });
  const projector = await createProjector({ database, log, logger: testLog, clock: systemClock });
  const feed = await createLiveFeed({ database, partitionCount: log.partitionCount, logger: testLog });
  const positions = createPositionStore('dispatcher', 'events');
  const gate = createCatchUpGate({ executor: database.orm, log, positions });
  await gate.check();
  const typing = createTypingSignals(database);
  const commands = createCommands({
    hasIntakeSeenAll: () => gate.holds(),
    ...{ database, log, outbox, addressBook, identity, directory, providers, feed, typing, box, clock: systemClock },
    ...{ finders: createFinders({ database }), logger: testLog, queueDepthMax },
    newMessageId: () => messageIds.fromUuid(uuidv7()),
    newChannelId: () => channelIds.fromUuid(uuidv7()),
    newTemplateId: () => templateIds.fromUuid(uuidv7()),
  });
  const caller = await newCaller(database);
  const channelId = await connectSandbox(commands, caller);
  const running: Running[] = [
    ...[{ stop: () => clone.drop() }, { stop: () => database.close() }, { stop: () => log.close() }],
    ...[outbox, directory, feed, typing, projector],
  ];
  return {
    ...{ databaseUrl: clone.url, database, log, outbox, addressBook, identity, box, directory },
    ...{ commands, caller, channelId },
    stranger: () => newCaller(database),
    async settled() {
      if (!(await feed.waitUntilPassed(await log.heads('events'), SETTLE_MS))) throw new Error('Not projected.');
    },
    events: () => readEvents(database),
    text: (text, more) => ({ channelId, to: { phoneNumber: '+15550100000' }, content: { text: { text } }, ...more }),
    stop: () => stopAll(running),
  };
}

async function newCaller(database: Database): Promise<Caller> {
  const id = uuidv7();
  await database.orm.insert(workspaces).values({ id, name: 'Test' });
  const keyId = apiKeyIds.fromUuid(uuidv7());
  return { workspaceId: workspaceIds.fromUuid(id), keyId, scopes: new Set(SCOPES), expiresAt: null };
}

export async function connectSandbox(commands: Commands, caller: Caller): Promise<ChannelId> {
  const made = await commands.createChannel(caller, {
    ...{ name: 'Sandbox', provider: 'SANDBOX', platform: 'WHATSAPP', settings: {} },
  });
  if (!made.ok) throw new Error(JSON.stringify(made.userErrors));
  return made.value.id;
}

interface LogRow {
  readonly partition: number;
  readonly offset: bigint;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Buffer;
}

async function readEvents(database: Database): Promise<readonly RecordedEvent[]> {
  const found = await database.pool.query<LogRow>(
    `select partition, "offset", key, headers, value from log.records where topic = 'events' order by partition, "offset"`,
  );
  return found.rows.map((row) => ({ event: eventOf(row), position: { partition: row.partition, offset: row.offset } }));
}

function eventOf(row: LogRow): EventEnvelope {
  const parsed = parseRecord(row);
  if (parsed.kind !== 'event') throw new Error(`The log holds a record that is ${parsed.kind}.`);
  return parsed.event;
}

/** What a command that wasn't refused answered. */
export function valueOf<Value>(result: CommandResult<Value>): Value {
  if (!result.ok) throw new Error(JSON.stringify(result.userErrors));
  return result.value;
}

/** Each refusal as `CODE path.into.input`. */
export const codesOf = (result: CommandResult<unknown>): string[] =>
  result.ok ? [] : result.userErrors.map(({ code, field }) => `${code} ${(field ?? []).join('.')}`);
