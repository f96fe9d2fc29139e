import { randomUUID } from 'node:crypto';
import type { Database } from '../../src/database/database.js';
import type { EventLog } from '../../src/events/log/event-log.js';
import type { Channel, ChannelDirectory } from '../../src/providers/channel.js';
import type { Place } from '../compared-path.js';
import { openLog } from '../kafka/open-log.js';
import {
  createDispatcher,
  createIdDeriver,
  createIdentity,
  createOutbox,
  createProviderRegistry,
  createSandboxAdapter,
  openDatabase,
  systemClock,
  warning,
} from '../product.js';
import { channelOf, workspaceOf } from './waiting-rows.js';

export interface OpenDispatcher {
  readonly database: Database;
  readonly log: EventLog;
  readonly fingerprint: string;
  close(): Promise<void>;
}

/** A dispatcher with all that belongs to one, on the log of the place; its channels call the given addresses. */
export async function openDispatcher(
  place: Place,
  { baseUrls, watch = (log) => log }: { baseUrls: readonly string[]; watch?: (log: EventLog) => EventLog },
): Promise<OpenDispatcher> {
  const database = openDatabase(place.databaseUrl, warning);
  const log = watch(await openLog(place));
  const identity = createIdentity(createIdDeriver(Buffer.alloc(32, 9)));
  const { fingerprint } = identity;
  const outbox = createOutbox({ database, log, fingerprint, logger: warning });
  const dispatcher = await createDispatcher({
    ...{ database, log, outbox, identity, clock: systemClock, logger: warning, newLeaseToken: randomUUID },
    directory: directoryOf(baseUrls.map(channelAt)),
    providers: createProviderRegistry([
      createSandboxAdapter({ defaultBaseUrl: () => undefined, newSecret: () => 'x'.repeat(43) }),
    ]),
    publicUrl: () => 'http://127.0.0.1:9',
  });
  return {
    ...{ database, log, fingerprint },
    async close() {
      await dispatcher.stop();
      await outbox.stop();
      await log.close();
      await database.close();
    },
  };
}

const channelAt = (apiBaseUrl: string, channel: number): Channel => ({
  id: channelOf(channel),
  workspaceId: workspaceOf(),
  name: `channel ${channel}`,
  provider: 'SANDBOX',
  platform: 'WHATSAPP',
  isEnabled: true,
  disabledAt: null,
  isSuspended: false,
  degradeUnsupported: false,
  // More than it can do: the rate is not what is measured.
  settings: { apiBaseUrl, token: 't'.repeat(43), ratePerSecond: 10_000 },
  createdAt: new Date(),
});

function directoryOf(channels: readonly Channel[]): ChannelDirectory {
  const byId = new Map(channels.map((channel) => [channel.id, channel]));
  return {
    get: (id) => byId.get(id),
    find: (id) => Promise.resolve(byId.get(id)),
    refresh: (id) => Promise.resolve(byId.get(id)),
    all: () => channels,
  };
}
