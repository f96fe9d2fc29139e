import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { ParleyEvent } from '../../src/events/catalog.js';
import type { SendMessage } from '../../src/events/commands/commands.js';
import { systemClock } from '../../src/events/kernel/clock.js';
import { messageIds, type ChannelId, type MessageId } from '../../src/events/kernel/ids.js';
import type { MessageState } from '../../src/events/message/state.js';
import { createFinders } from '../../src/events/queries/create-finders.js';
import {
  createDispatcher,
  type Dispatcher,
  type DispatcherDeps,
} from '../../src/events/workers/dispatcher/dispatcher.js';
import type { ProviderAdapter } from '../../src/providers/provider.js';
import { createProviderRegistry } from '../../src/providers/registry.js';
import { createSandboxAdapter } from '../../src/providers/sandbox/adapter.js';
import { openCommandBench, valueOf, type BenchOptions } from './command-bench.js';
import { receivedData } from './events.js';
import { eventually } from './eventually.js';
import { testLog } from './log.js';
import { startScriptedCarrier } from './scripted-carrier.js';

export interface BenchRow {
  readonly attempt: number;
  readonly part: number;
  readonly state: string;
  readonly call: number;
  readonly payload: unknown;
  readonly scheduled_at: Date | null;
  readonly queue_offset: bigint;
  readonly look_up_at: Date | null;
  readonly look_ups: number;
}

export type DispatchBench = Awaited<ReturnType<typeof openDispatchBench>>;

const patiently = <Result>(look: () => Result | Promise<Result>): Promise<Result> =>
  eventually(look, { timeoutMs: 25_000 });

export const sandboxAdapter = (): ProviderAdapter =>
  createSandboxAdapter({ defaultBaseUrl: () => undefined, newSecret: () => 'x'.repeat(43) });

/** Commands as they are, and dispatchers that the test starts, with a carrier that does what the test says. */
export async function openDispatchBench(options: BenchOptions = {}) {
  const bench = await openCommandBench(options);
  const carrier = await startScriptedCarrier();
  const dispatchers: Dispatcher[] = [];
  const connect = async (apiBaseUrl: string): Promise<ChannelId> => {
    const settings = { apiBaseUrl };
    const input = { name: 'Carrier', provider: 'SANDBOX', platform: 'WHATSAPP', settings } as const;
    return valueOf(await bench.commands.createChannel(bench.caller, input)).id;
  };
  const channelId = await connect(carrier.baseUrl);
  const finders = createFinders({ database: bench.database });
  const rig = {
    ...bench,
    channelId,
    carrier,
    connect,
    /** In what the adapter does, the test may have its say. */
    async dispatch(change: Partial<ProviderAdapter> = {}, deps: Partial<DispatcherDeps> = {}): Promise<Dispatcher> {
      const { database, log, outbox, identity, directory } = bench;
      const dispatcher = await createDispatcher({
        ...{
          database,
          log,
          outbox,
          identity,
          directory,
          clock: systemClock,
          logger: testLog,
          newLeaseToken: randomUUID,
        },
        providers: createProviderRegistry([{ ...sandboxAdapter(), ...change }]),
        publicUrl: () => 'http://127.0.0.1:9',
        ...deps,
      });
      dispatchers.push(dispatcher);
      return dispatcher;
    },
    async send(text: string, more: Partial<SendMessage> = {}): Promise<MessageState> {
      return valueOf(await bench.commands.sendMessage(bench.caller, bench.text(text, { channelId, ...more })));
    },
    async rows(id: MessageId): Promise<readonly BenchRow[]> {
      const found = await bench.database.pool.query<BenchRow>(
        `select attempt, part, state, call, payload, scheduled_at, queue_offset, look_up_at, look_ups
         from work.dispatches where message_id = $1 order by attempt, part`,
        [messageIds.toUuid(id)],
      );
      return found.rows;
    },
    states: async (id: MessageId) => (await rig.rows(id)).map(({ state }) => state),
    untilStates: (id: MessageId, ...states: string[]) =>
      patiently(async () => expect(await rig.states(id)).toEqual(states)),
    /** As the read model has it. */
    message: async (id: MessageId) => (await finders.messages(bench.caller.workspaceId, [id]))[0],
    untilStatus: (id: MessageId, status: string) =>
      patiently(async () => expect((await rig.message(id))?.status).toBe(status)),
    async eventsOf(id: MessageId): Promise<readonly ParleyEvent[]> {
      return (await bench.events())
        .map(({ event }) => event as ParleyEvent)
        .filter(({ messageId }) => messageId === id);
    },
    /** The types of what the log has about a message, in order. */
    said: async (id: MessageId) => (await rig.eventsOf(id)).map(({ type }) => type),
    untilSaid: (id: MessageId, ...types: string[]) => patiently(async () => expect(await rig.said(id)).toEqual(types)),
    callsOf: (id: MessageId) => carrier.calls.filter(({ reference }) => reference.startsWith(id)),
    /** What the contact of a message wrote, as an interpreter would record it. */
    async receive({ workspaceId, channelId, conversationId }: MessageState, text: string): Promise<void> {
      const messageId = bench.identity.incomingMessage(channelId, text);
      const now = new Date().toISOString();
      await bench.outbox.append({
        ...{ id: bench.identity.ofCommand(messageId, text, 'message.received'), type: 'message.received', version: 1 },
        ...{ workspaceId, channelId, conversationId, messageId, occurredAt: now, recordedAt: now },
        data: receivedData(text),
      });
    },
    /** As if its time had come. */
    async makeDue(id: MessageId): Promise<void> {
      await bench.database.pool.query(
        `update work.dispatches set run_at = clock_timestamp() where message_id = $1 and state = 'scheduled'`,
        [messageIds.toUuid(id)],
      );
    },
    async stop(): Promise<void> {
      await Promise.all(dispatchers.map((dispatcher) => dispatcher.stop()));
      await carrier.close();
      await bench.stop();
    },
  };
  return rig;
}

export const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1_000).toISOString();

/** Until a statement of the bench's database waits for a lock that somebody else holds. */
export const untilSomebodyWaits = ({ database }: Pick<DispatchBench, 'database'>): Promise<void> =>
  patiently(async () => {
    const waiting = await database.pool.query(
      `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    expect(waiting.rowCount).toBeGreaterThan(0);
  });
