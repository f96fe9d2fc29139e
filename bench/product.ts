import type * as app from '../src/app.js';
import type * as config from '../src/config.js';
import type * as postgres from '../src/database/embedded-postgres.js';
import type * as migration from '../src/database/migrate.js';
import type * as database from '../src/database/open-database.js';
import type * as codec from '../src/events/codec.js';
import type * as identity from '../src/events/event-identity.js';
import type * as clock from '../src/events/kernel/clock.js';
import type * as deriving from '../src/events/kernel/derive-id.js';
import type * as ids from '../src/events/kernel/ids.js';
import type * as kafkaDriver from '../src/events/log/kafka/open-kafka-log.js';
import type * as partitioner from '../src/events/log/partitioner.js';
import type * as outbox from '../src/events/outbox/create-outbox.js';
import type * as projector from '../src/events/projections/projector.js';
import type * as readModels from '../src/events/projections/read-models.js';
import type * as rebuild from '../src/events/projections/rebuild/rebuild.js';
import type * as rows from '../src/events/projections/rows.js';
import type * as finders from '../src/events/queries/create-finders.js';
import type * as claims from '../src/events/workers/dispatcher/claim.js';
import type * as dispatcher from '../src/events/workers/dispatcher/dispatcher.js';
import type * as rates from '../src/events/workers/dispatcher/rates.js';
import type * as logging from '../src/logging.js';
import type * as directory from '../src/providers/create-channel-directory.js';
import type * as registry from '../src/providers/registry.js';
import type * as sandbox from '../src/providers/sandbox/adapter.js';
import type * as providers from '../src/roles/providers.js';
import type * as tables from '../src/schema/tables/read.js';
import type * as secrets from '../src/secrets/secret-box.js';

/** What is measured is what runs: the build in `dist`, whose own folder `bench` this file is run from. */
const fromBuild = async (path: string): Promise<unknown> => import(new URL(`../${path}`, import.meta.url).href);

export const { toRecord } = (await fromBuild('events/codec.js')) as typeof codec;
export const { openKafkaLog } = (await fromBuild('events/log/kafka/open-kafka-log.js')) as typeof kafkaDriver;
export const { partitionOf } = (await fromBuild('events/log/partitioner.js')) as typeof partitioner;
export const { startEmbeddedPostgres } = (await fromBuild('database/embedded-postgres.js')) as typeof postgres;
export const { migrate } = (await fromBuild('database/migrate.js')) as typeof migration;
export const { openDatabase } = (await fromBuild('database/open-database.js')) as typeof database;
export const { createIdentity } = (await fromBuild('events/event-identity.js')) as typeof identity;
export const { systemClock } = (await fromBuild('events/kernel/clock.js')) as typeof clock;
export const { createIdDeriver } = (await fromBuild('events/kernel/derive-id.js')) as typeof deriving;
export const { channelIds, contactIds, conversationIds, eventIds, messageIds, workspaceIds } = (await fromBuild(
  'events/kernel/ids.js',
)) as typeof ids;
export const { createOutbox } = (await fromBuild('events/outbox/create-outbox.js')) as typeof outbox;
export const { claimDue } = (await fromBuild('events/workers/dispatcher/claim.js')) as typeof claims;
export const { createDispatcher } = (await fromBuild('events/workers/dispatcher/dispatcher.js')) as typeof dispatcher;
export const { openBucket } = (await fromBuild('events/workers/dispatcher/rates.js')) as typeof rates;
export const { createAdapters } = (await fromBuild('roles/providers.js')) as typeof providers;
export const { createProviderRegistry } = (await fromBuild('providers/registry.js')) as typeof registry;
export const { createSandboxAdapter } = (await fromBuild('providers/sandbox/adapter.js')) as typeof sandbox;

export const { createChannelDirectory } = (await fromBuild(
  'providers/create-channel-directory.js',
)) as typeof directory;
export const { createSecretBox } = (await fromBuild('secrets/secret-box.js')) as typeof secrets;
export const { createFinders } = (await fromBuild('events/queries/create-finders.js')) as typeof finders;
export const { createProjector } = (await fromBuild('events/projections/projector.js')) as typeof projector;
export const { rebuildReadModels } = (await fromBuild('events/projections/rebuild/rebuild.js')) as typeof rebuild;
export const { foldInto } = (await fromBuild('events/projections/read-models.js')) as typeof readModels;
export const { conversationToRow, messageToRow } = (await fromBuild('events/projections/rows.js')) as typeof rows;
export const readTables = (await fromBuild('schema/tables/read.js')) as typeof tables;

const { createLogger } = (await fromBuild('logging.js')) as typeof logging;
export const silent = createLogger('silent');
/** What it warns of goes to stderr: a figure that was measured meanwhile is worth nothing. */
export const warning = createLogger('warn');

/** Loaded only by who runs it: GraphQL is 1 s of CPU. */
export const loadApp = async () => ({
  createApp: ((await fromBuild('app.js')) as typeof app).createApp,
  readConfig: ((await fromBuild('config.js')) as typeof config).readConfig,
});
