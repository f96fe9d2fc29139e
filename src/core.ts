import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { createAuthenticator } from './access/api-keys.js';
import { bootstrapWorkspace } from './access/bootstrap.js';
import type { Config } from './config.js';
import type { Database } from './database/database.js';
import { seedDemo } from './demo/seed-demo.js';
import { createCommands } from './events/commands/create-commands.js';
import { createIdentity } from './events/event-identity.js';
import type { Clock } from './events/kernel/clock.js';
import { createCursorCodec } from './events/kernel/cursor.js';
import { createIdDeriver } from './events/kernel/derive-id.js';
import { channelIds, messageIds } from './events/kernel/ids.js';
import type { EventLog } from './events/log/event-log.js';
import { guardFingerprint } from './events/log/fingerprint-guard.js';
import { createAddressBook } from './events/outbox/create-address-book.js';
import { createOutbox } from './events/outbox/create-outbox.js';
import { createLiveFeed } from './events/projections/live-feed.js';
import { createProjector } from './events/projections/projector.js';
import { createFinders } from './events/queries/create-finders.js';
import { createDispatcher, type DispatcherDeps } from './events/workers/dispatcher/dispatcher.js';
import { createInterpreter } from './events/workers/interpreter/interpreter.js';
import type { GraphqlDeps } from './http/graphql/request.js';
import { stopAll, type Running } from './lifecycle.js';
import type { ChannelDirectory } from './providers/channel.js';
import { createChannelDirectory } from './providers/create-channel-directory.js';
import { createProviderRegistry, type ProviderRegistry } from './providers/registry.js';
import { createSandboxAdapter } from './providers/sandbox/adapter.js';
import { startSandboxCarrier, type SandboxCarrier } from './providers/sandbox/carrier.js';
import { loadInstanceSecret } from './secrets/instance-secret.js';
import { createSecretBox } from './secrets/secret-box.js';
import { loadSecretKey } from './secrets/secret-key.js';

export interface CoreDeps {
  readonly config: Config;
  readonly database: Database;
  readonly openLog: () => Promise<EventLog>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Known once the server listens, which it does before this starts. */
  readonly publicUrl: () => string;
  readonly onStep: (title: string) => void;
  readonly faultPoint?: DispatcherDeps['faultPoint'];
}

/** Everything that needs Postgres and the log: what requests are answered with, and the workers. */
export interface Core extends Running {
  readonly graphql: GraphqlDeps;
  readonly log: EventLog;
  readonly directory: ChannelDirectory;
  readonly providers: ProviderRegistry;
  readonly apiKey: string;
  /** What keeps it from its work, for people; nothing when all is well. */
  complaints(): readonly string[];
}

/** Starts everything or nothing. @throws whatever a part could not start for, after stopping the others */
export async function startCore(deps: CoreDeps): Promise<Core> {
  const running: Running[] = [];
  const keep = <Part extends Running>(part: Part): Part => {
    running.push(part);
    return part;
  };
  try {
    const base = await startBase(deps, keep);
    const api = await startApi(deps, base, keep);
    const workers = await startWorkers(deps, base, keep);
    const apiKey = await greet(deps, base, api);
    return { ...base, ...api, ...workers, apiKey, stop: () => stopAll(running) };
  } catch (error) {
    await stopAll(running).catch((cleanup: unknown) =>
      deps.logger.warn({ err: cleanup }, 'a failed start left traces'),
    );
    throw error;
  }
}

type Keep = <Part extends Running>(part: Part) => Part;
type Base = Awaited<ReturnType<typeof startBase>>;
type Api = Awaited<ReturnType<typeof startApi>>;

/** What everything else stands on: secrets, the log, the outbox, channels and their adapters. */
async function startBase(deps: CoreDeps, keep: Keep) {
  const { config, database, logger } = deps;
  const box = createSecretBox(await loadSecretKey({ dataDir: config.dataDir, configured: config.secretKey }));
  const identity = createIdentity(createIdDeriver(await loadInstanceSecret(database, box)));
  deps.onStep('Opening the event log');
  const log = await deps.openLog();
  keep({ stop: () => log.close() });
  await guardFingerprint(log, identity.fingerprint);
  const outbox = keep(createOutbox({ database, log, fingerprint: identity.fingerprint, logger }));
  const addressBook = createAddressBook({ identity, outbox });
  const carrier = config.isSandboxOn ? keep(await startSandbox(deps)) : undefined;
  const providers = createProviderRegistry([
    createSandboxAdapter({
      defaultBaseUrl: () => carrier?.baseUrl,
      newSecret: () => randomBytes(32).toString('base64url'),
    }),
  ]);
  const directory = keep(await createChannelDirectory({ database, box, logger }));
  return { box, identity, log, outbox, addressBook, providers, directory };
}

function startSandbox({ config, clock, logger, onStep }: CoreDeps): Promise<SandboxCarrier> {
  const seed = config.sandboxSeed ?? randomInt(1_000_000_000);
  onStep(`Starting the sandbox (seed ${seed})`);
  return startSandboxCarrier({ seed, clock, logger });
}

/** What requests are answered with. */
async function startApi(deps: CoreDeps, base: Base, keep: Keep) {
  const { database, clock, logger } = deps;
  const { log, identity } = base;
  const finders = createFinders({ database });
  const feed = keep(await createLiveFeed({ database, partitionCount: log.partitionCount, logger }));
  const commands = createCommands({
    ...{ ...base, database, finders, feed, clock },
    newMessageId: () => messageIds.fromUuid(uuidv7()),
    newChannelId: () => channelIds.fromUuid(uuidv7()),
  });
  const authenticator = createAuthenticator({ database, clock });
  const graphql: GraphqlDeps = {
    ...{ commands, finders, feed, clock, providers: base.providers, publicUrl: deps.publicUrl },
    cursors: createCursorCodec(log.id, log.partitionCount),
    acceptanceEventId: (messageId) => identity.ofAcceptance(messageId),
    authenticate: (secret) => authenticator.authenticate(secret),
  };
  return { graphql };
}

async function startWorkers(deps: CoreDeps, base: Base, keep: Keep) {
  const { database, clock, logger } = deps;
  deps.onStep('Starting the workers');
  const projector = keep(await createProjector({ database, log: base.log, logger, clock }));
  const interpreter = keep(await createInterpreter({ ...base, database, clock, logger }));
  const dispatcher = keep(
    await createDispatcher({
      ...{ ...base, database, clock, logger, publicUrl: deps.publicUrl, faultPoint: deps.faultPoint },
      newLeaseToken: randomUUID,
    }),
  );
  const complaints = () => [
    ...stopped('projector', projector.state()),
    ...stopped('interpreter', interpreter.state()),
    ...stopped('dispatcher', dispatcher.state()),
    ...(projector.state().needsRebuild
      ? ['projector: rebuild needed, the journal holds events of a newer version']
      : []),
  ];
  return { complaints };
}

function stopped(worker: string, state: { readonly isRunning: boolean; readonly stoppedBecause?: string | undefined }) {
  return state.isRunning ? [] : [`${worker}: stopped (${state.stoppedBecause ?? 'shutting down'})`];
}

/** Makes sure that somebody can come in, and that a newcomer finds something to look at. @returns the API key */
async function greet(deps: CoreDeps, base: Base, { graphql }: Api): Promise<string> {
  const { config, database, clock } = deps;
  const { dataDir, bootstrapApiKey: configuredKey } = config;
  const { apiKey } = await bootstrapWorkspace({ database, dataDir, configuredKey });
  const caller = await graphql.authenticate(apiKey);
  if (config.isSandboxOn && caller !== undefined) {
    deps.onStep('Setting up the demo workspace');
    await seedDemo({ ...base, database, clock, commands: graphql.commands, caller });
  }
  return apiKey;
}
