import { v7 as uuidv7 } from 'uuid';
import type { Logger } from 'pino';
import { boot, type Boot } from './boot.js';
import type { Config } from './config.js';
import { startCore, type Core, type CoreDeps } from './core.js';
import { isDatabaseAway } from './database/errors.js';
import { startEmbeddedPostgres } from './database/embedded-postgres.js';
import { takeInstanceLock } from './database/instance-lock.js';
import { migrate } from './database/migrate.js';
import { openDatabase } from './database/open-database.js';
import { UnavailableError } from './errors.js';
import { systemClock, type Clock } from './events/kernel/clock.js';
import { rawWebhookIds } from './events/kernel/ids.js';
import { LogUnavailableError } from './events/log/event-log.js';
import { openPostgresLog } from './events/log/postgres/open-postgres-log.js';
import type { Readiness } from './http/health.js';
import { createHttpServer } from './http/server.js';
import { webhookRoutes, type WebhookRoutesDeps } from './http/webhooks.js';
import { stopAll, withTimeout, type Running } from './lifecycle.js';
import { createLogger } from './logging.js';

export interface AppOverrides {
  readonly clock?: Clock;
  /** Told of each step of the start as it begins. */
  readonly onStep?: (title: string) => void;
  /** Told of what the running app can't recover from: whoever runs it must stop it. */
  readonly onFatal?: (error: unknown) => void;
  /** Where a test stops the dispatcher; never from the environment. */
  readonly faultPoint?: CoreDeps['faultPoint'];
}

export interface App extends Running {
  /** What it listens on, without a trailing slash. */
  readonly url: string;
  /** When everything is up, which may have to wait for Postgres. Rejects when it never will be, or was stopped before. */
  readonly ready: Promise<{ readonly apiKey: string }>;
}

/**
 * The composition root, and the only file that names a driver. Listens at once and answers UNAVAILABLE and 503 until
 * the rest is up, which it waits for as long as it takes (F11).
 * @throws when the port that was asked for is taken
 */
export async function createApp(config: Config, overrides: AppOverrides = {}): Promise<App> {
  const { clock = systemClock, onStep = () => undefined } = overrides;
  const logger = createLogger(config.logLevel);
  let listeningOn = '';
  const publicUrl = () => config.publicUrl ?? listeningOn;
  // Nothing that the server asks for exists before it listens: providers sign and call back what it listens on.
  const started: { core?: Boot<Core> } = {};
  const required = () => {
    if (started.core === undefined) throw new UnavailableError('Parley is not ready yet.');
    return started.core.current();
  };
  const http = await createHttpServer({
    corsOrigins: config.corsOrigins,
    graphql: () => required().graphql,
    routes: [webhookRoutes({ ...ingressOf(required), publicUrl, clock, newRawWebhookId, logger })],
    readiness: () => readiness(started.core),
    logger,
  });
  listeningOn = await http.listen(config.host, config.port.number, config.port.isDefault);
  started.core = boot({
    start: () => startOnPostgres(config, { ...overrides, clock, logger, publicUrl, onStep }),
    explain: (error) =>
      isDatabaseAway(error) || error instanceof LogUnavailableError ? 'PostgreSQL is away' : undefined,
    onWait: (reason) => onStep(`Waiting: ${reason}`),
  });
  const ready = started.core.ready.then(({ apiKey }) => ({ apiKey }));
  // Whoever stops it before it is ready need not have asked.
  ready.catch(() => undefined);
  return {
    url: listeningOn,
    ready,
    stop: () => stopAll([...(started.core ? [started.core] : []), http]),
  };
}

/** The ingress' view of what may not be there yet: while it isn't, webhooks are answered 503. */
const ingressOf = (core: () => Core): Pick<WebhookRoutesDeps, 'log' | 'directory' | 'providers'> => ({
  log: { append: async (...record) => core().log.append(...record) },
  directory: {
    get: (id) => core().directory.get(id),
    find: async (id) => core().directory.find(id),
    refresh: async (id) => core().directory.refresh(id),
  },
  providers: { get: (kind) => core().providers.get(kind) },
});

/** Whoever asks whether we are ready waits a few seconds himself. */
const LOG_ANSWERS_WITHIN_MS = 2_000;

const newRawWebhookId = () => rawWebhookIds.fromUuid(uuidv7());

interface PostgresDeps extends Pick<CoreDeps, 'publicUrl' | 'onStep' | 'faultPoint'> {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onFatal?: AppOverrides['onFatal'];
}

/** Postgres, embedded or given, then everything on it. Starts all or nothing. */
async function startOnPostgres(config: Config, deps: PostgresDeps): Promise<Core> {
  const { logger, onStep } = deps;
  const running: Running[] = [];
  try {
    const url = config.databaseUrl ?? (await startEmbedded(config, deps, running));
    // Before the migrations: a second process, perhaps a newer one, must not change the tables under the first.
    running.push(await takeInstanceLock(url, { log: logger, onTaken: deps.onFatal }));
    // Not said before Postgres answered: while it is away, `Waiting` is what stands there.
    onStep('Bringing the database up to date');
    await migrate(url);
    const database = openDatabase(url, logger);
    running.push({ stop: () => database.close() });
    const openLog = () => openPostgresLog({ database, log: logger, partitions: config.partitions });
    const core = await startCore({ ...deps, config, database, openLog });
    return { ...core, stop: () => stopAll([...running, core]) };
  } catch (error) {
    await stopAll(running).catch((cleanup: unknown) => logger.warn({ err: cleanup }, 'a failed start left traces'));
    throw error;
  }
}

async function startEmbedded({ dataDir }: Config, { onStep, logger }: PostgresDeps, running: Running[]) {
  const postgres = await startEmbeddedPostgres({ dataDir, onStep, log: logger });
  running.push(postgres);
  return postgres.url;
}

async function readiness(started: Boot<Core> | undefined): Promise<Readiness> {
  const reason = started === undefined ? 'starting' : started.waitingFor();
  if (reason !== undefined || started === undefined) return { isReady: false, reasons: [reason ?? 'starting'] };
  const core = started.current();
  const isThere = core.log.heads('events').then(
    () => true,
    () => false,
  );
  const log = await withTimeout(LOG_ANSWERS_WITHIN_MS, isThere, false);
  const reasons = [...(log ? [] : ['log: away (PostgreSQL can’t be reached)']), ...core.complaints()];
  return { isReady: reasons.length === 0, reasons };
}
