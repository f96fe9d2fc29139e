import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { expect } from 'vitest';
import { openDatabase } from '../../../../src/database/open-database.js';
import type { ParleyEvent } from '../../../../src/events/catalog.js';
import { parseRecord, toRecord } from '../../../../src/events/codec.js';
import { createIdentity } from '../../../../src/events/event-identity.js';
import { systemClock } from '../../../../src/events/kernel/clock.js';
import { createIdDeriver } from '../../../../src/events/kernel/derive-id.js';
import { messageIds, type ChannelId, type MessageId } from '../../../../src/events/kernel/ids.js';
import { openPostgresLog } from '../../../../src/events/log/postgres/open-postgres-log.js';
import { createOutbox } from '../../../../src/events/outbox/create-outbox.js';
import {
  createDispatcher,
  type Dispatcher,
  type DispatcherDeps,
} from '../../../../src/events/workers/dispatcher/dispatcher.js';
import type { Channel, ChannelDirectory } from '../../../../src/providers/channel.js';
import { createProviderRegistry } from '../../../../src/providers/registry.js';
import { createSandboxAdapter } from '../../../../src/providers/sandbox/adapter.js';
import { collectRecords } from '../../../support/collect-records.js';
import { cloneDatabase } from '../../../support/database.js';
import { acceptedData, channelId, contactId, conversationId, workspaceId } from '../../../support/events.js';
import { eventually } from '../../../support/eventually.js';
import { testLog } from '../../../support/log.js';
import { startScriptedCarrier } from '../../../support/scripted-carrier.js';

export interface DispatchRow {
  readonly state: string;
  readonly call: number;
  readonly payload: unknown;
  readonly lease_token: string | null;
}

export interface AcceptSketch {
  /** Which conversation; default 1. */
  readonly thread?: number;
  readonly channel?: number;
  readonly text?: string;
  readonly parts?: number;
  readonly idempotencyKey?: string;
}

/** Several commits per message, on a machine that does other things too. */
export const patiently = <Result>(look: () => Result | Promise<Result>): Promise<Result> =>
  eventually(look, { timeoutMs: 25_000 });

export type DispatchRig = Awaited<ReturnType<typeof openDispatchRig>>;

/** A dispatcher with the real log, the real outbox, a real Postgres, and a carrier that does what the test says. */
export async function openDispatchRig({ lookBackEveryMs }: { readonly lookBackEveryMs?: number } = {}) {
  const cloned = await cloneDatabase();
  const database = openDatabase(cloned.url, testLog);
  const log = await openPostgresLog({ database, log: testLog, partitions: 3, lookBackEveryMs });
  const identity = createIdentity(createIdDeriver(Buffer.alloc(32, 9)));
  const outbox = createOutbox({ database, log, fingerprint: identity.fingerprint, logger: testLog });
  const carrier = await startScriptedCarrier();
  const collected = await collectRecords(log, 'events');
  const events = new Map<MessageId, readonly ParleyEvent[]>();
  const channels = new Map<ChannelId, Channel>();
  const adapter = createSandboxAdapter({ defaultBaseUrl: () => undefined, newSecret: () => 'x'.repeat(43) });
  const providers = createProviderRegistry([adapter]);
  const dispatchers: Dispatcher[] = [];
  const direct = new pg.Client({ connectionString: cloned.url });
  await direct.connect();

  const rig = {
    url: cloned.url,
    database,
    log,
    outbox,
    identity,
    carrier,
    direct,
    directory: directoryOf(channels),
    providers,
    setChannel(n: number, change: Partial<Channel> = {}): void {
      channels.set(channelId(n), { ...sandboxChannel(n, carrier.baseUrl), ...change });
    },
    /** Where this channel can't be loaded, as when its settings were sealed under another key. */
    directoryThatCannotLoad(n: number): ChannelDirectory {
      const known = directoryOf(channels);
      const load = async (id: ChannelId) => {
        if (id === channelId(n)) throw new Error('The settings can not be opened.');
        return known.find(id);
      };
      return { ...known, get: () => undefined, find: load, refresh: load };
    },
    async start(deps: Partial<DispatcherDeps> = {}): Promise<Dispatcher> {
      const dispatcher = await createDispatcher({
        ...{ database, log, outbox, identity, clock: systemClock, logger: testLog, newLeaseToken: randomUUID },
        directory: rig.directory,
        providers,
        publicUrl: () => 'http://127.0.0.1:9',
        ...deps,
      });
      dispatchers.push(dispatcher);
      return dispatcher;
    },
    accepted(sketch: AcceptSketch = {}, messageId = messageIds.fromUuid(randomUUID())): AcceptedEvent {
      return acceptedEvent(messageId, identity.ofAcceptance(messageId), sketch);
    },
    async append(event: ParleyEvent): Promise<void> {
      await log.append('events', toRecord(event, identity.fingerprint));
    },
    /** Records a send; answers the message's id. */
    async accept(sketch: AcceptSketch = {}): Promise<MessageId> {
      const event = rig.accepted(sketch);
      await rig.append(event);
      return event.messageId;
    },
    async row(messageId: MessageId, part = 0): Promise<DispatchRow | undefined> {
      const found = await direct.query<DispatchRow>(
        'select state, call, payload, lease_token from work.dispatches where message_id = $1 and part = $2',
        [messageIds.toUuid(messageId), part],
      );
      return found.rows[0];
    },
    untilState: (messageId: MessageId, state: string) =>
      patiently(async () => expect((await rig.row(messageId))?.state).toBe(state)),
    /** The types of what the log has about a message, in order. */
    said: (messageId: MessageId): string[] => rig.eventsOf(messageId).map(({ type }) => type),
    eventsOf: (messageId: MessageId): readonly ParleyEvent[] => {
      // Each record is parsed once: the tests ask all the time, and would take the processor from what they test.
      for (const record of collected.records.splice(0)) {
        const parsed = parseRecord(record);
        if (parsed.kind !== 'event' || parsed.event.messageId === undefined) continue;
        events.set(parsed.event.messageId, [...(events.get(parsed.event.messageId) ?? []), parsed.event]);
      }
      return events.get(messageId) ?? [];
    },
    callsOf: (messageId: MessageId) => carrier.calls.filter(({ reference }) => reference.startsWith(messageId)),
    async close(): Promise<void> {
      await Promise.all(dispatchers.map((dispatcher) => dispatcher.stop()));
      await collected.stop();
      await outbox.stop();
      await log.close();
      await database.close();
      await direct.end();
      await carrier.close();
      await cloned.drop();
    },
  };
  rig.setChannel(1);
  return rig;
}

type AcceptedEvent = Extract<ParleyEvent, { type: 'message.accepted' }> & { readonly messageId: MessageId };

function acceptedEvent(messageId: MessageId, id: ParleyEvent['id'], sketch: AcceptSketch): AcceptedEvent {
  const { thread = 1, channel = 1, text = 'hello', parts = 1, idempotencyKey } = sketch;
  const now = new Date().toISOString();
  return {
    id,
    type: 'message.accepted',
    version: 1,
    workspaceId: workspaceId(),
    channelId: channelId(channel),
    conversationId: conversationId(thread),
    contactId: contactId(thread),
    messageId,
    occurredAt: now,
    recordedAt: now,
    data: {
      ...acceptedData(parts, text),
      ...(idempotencyKey !== undefined && { idempotencyKey, requestHash: 'f'.repeat(64) }),
    },
  };
}

const sandboxChannel = (n: number, apiBaseUrl: string): Channel => ({
  id: channelId(n),
  workspaceId: workspaceId(),
  name: `channel ${n}`,
  provider: 'SANDBOX',
  platform: 'WHATSAPP',
  isEnabled: true,
  disabledAt: null,
  isSuspended: false,
  degradeUnsupported: false,
  settings: { apiBaseUrl, token: 't'.repeat(43) },
  createdAt: new Date(),
});

/** The port over a map that the test changes. */
const directoryOf = (channels: ReadonlyMap<ChannelId, Channel>): ChannelDirectory => ({
  get: (id) => channels.get(id),
  find: (id) => Promise.resolve(channels.get(id)),
  refresh: (id) => Promise.resolve(channels.get(id)),
  all: () => [...channels.values()],
});
