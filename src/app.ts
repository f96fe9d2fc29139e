import type { Logger } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { boot, type Boot } from './boot.js';
import type { Config } from './config.js';
import { startCore, type Core } from './core.js';
import { UnavailableError } from './errors.js';
import { asyncApiSettings } from './events/asyncapi.js';
import { systemClock, type Clock } from './events/kernel/clock.js';
import { rawWebhookIds } from './events/kernel/ids.js';
import { asyncApiRoutes } from './http/asyncapi.js';
import { mediaRoutes } from './http/media.js';
import { metricsRoutes } from './http/metrics.js';
import { createHttpServer, type HttpServer } from './http/server.js';
import { webhookRoutes, type WebhookRoutesDeps } from './http/webhooks.js';
import { atMost, stopAll, stopTogether, type Running } from './lifecycle.js';
import { createLogger } from './logging.js';
import { createReadiness, type Up } from './readiness.js';
import { createReadings } from './readings.js';
import type { Api } from './roles/api.js';
import type { RoleDeps } from './roles/role.js';
import { openStores, whatIsAway, type Stores, type StoresDeps } from './stores.js';
import { meteredLog } from './telemetry/metered-log.js';
import { tracedLog } from './telemetry/traced-log.js';
import { NO_TRACER, type Tracer } from './tracing.js';
import { createMetrics } from './telemetry/prometheus.js';

export interface AppOverrides {
  readonly clock?: Clock;
  /** Told of each step of the start as it begins. */
  readonly onStep?: (title: string) => void;
  /** Told of what the running app can't recover from: whoever runs it must stop it. */
  readonly onFatal?: (error: unknown) => void;
  /** Where a test stops the dispatcher; never from the environment. */
  readonly faultPoint?: RoleDeps['faultPoint'];
  /** Other adapters in the place of this build's, as a test wants them; never from the environment. */
  readonly exchangeAdapters?: RoleDeps['exchangeAdapters'];
}

export interface App extends Running {
  /** What it listens on, without a trailing slash. */
  readonly url: string;
  /**
   * When everything is up, which may have to wait for Postgres or Kafka. Rejects when it never will be, or was stopped
   * before. The key is there with the API only.
   */
  readonly ready: Promise<{ readonly apiKey: string | undefined }>;
}

/**
 * The composition root. Listens at once and answers UNAVAILABLE and 503 until the rest is up, which it waits for as long
 * as it takes (F11).
 * @throws when the port that was asked for is taken
 */
export async function createApp(config: Config, overrides: AppOverrides = {}): Promise<App> {
  const { clock = systemClock, onStep = () => undefined } = overrides;
  const { roles } = config;
  const isOnKafka = config.kafka !== undefined;
  const logger = createLogger(config.logLevel);
  let listeningOn = '';
  const publicUrl = () => config.publicUrl ?? listeningOn;
  // Nothing that the server asks for exists before it listens: providers sign and call back what it listens on.
  const started: { whole?: Boot<Whole>; http?: HttpServer } = {};
  const api = () => requireApi(started.whole);
  const up = () => upOf(started.whole);
  const metrics = createMetrics(createReadings({ up, sockets: () => started.http?.sockets() }));
  const { meter } = metrics;
  const tracer = await createTracer(config, logger);
  const ingress = {
    ...ingressOf(api),
    publicUrl,
    clock,
    newRawWebhookId,
    logger,
    meter,
    trace: () => tracer.current(),
  };
  const files = mediaRoutes({ desk: () => api().media, clock, meter });
  const routes = [webhookRoutes(ingress), files, asyncApiRoutes(asyncApiSettings(config))];
  const http = await createHttpServer({
    api: roles.includes('api') ? { ...openTo(config), graphql: () => api().graphql, routes, meter } : undefined,
    readiness: createReadiness({ roles, isOnKafka, up }),
    routes: [metricsRoutes(metrics)],
    logger,
    tracer,
  });
  started.http = http;
  listeningOn = await http.listen(config.host, config.port.number, config.port.isDefault);
  started.whole = boot({
    start: () => startWhole(config, { ...overrides, clock, logger, meter, tracer, publicUrl, onStep }),
    explain: (error) => whatIsAway(error, isOnKafka),
    onWait: (reason) => onStep(`Waiting: ${reason}`),
  });
  const ready = started.whole.ready.then(({ apiKey }) => ({ apiKey }));
  // Whoever stops it before it is ready need not have asked.
  ready.catch(() => undefined);
  return {
    url: listeningOn,
    ready,
    stop: () => stopAll([tracer, { stop: () => stopInOrder(http, started.whole) }]),
  };
}

/** Loaded only where it is asked for: otherwise nothing of it costs anything. */
async function createTracer({ traces }: Config, logger: Logger): Promise<Tracer> {
  if (traces === undefined) return NO_TRACER;
  return (await import('./telemetry/otel-tracer.js')).createOtelTracer(traces, logger);
}

/** What is still unanswered then waits for a store that is away, and the workers need seconds of the same ten. */
const ANSWERED_WITHIN_MS = 1_000;

/** From the outside in: first requests, then the workers, and then what both stand on. */
function stopInOrder(http: Running, whole: Boot<Whole> | undefined): Promise<void> {
  const stopWorkers = async () => {
    await atMost(ANSWERED_WITHIN_MS, http.stop()).catch(() => undefined);
    await whole?.up()?.stopWorkers();
  };
  return stopAll([...(whole ? [whole] : []), { stop: () => stopTogether([http, { stop: stopWorkers }]) }]);
}

/** The roles of this process, on what they are kept in. */
interface Whole extends Core {
  readonly stores: Stores;
}

type WholeDeps = StoresDeps & Omit<RoleDeps, 'config' | 'database' | 'log'> & { readonly logger: Logger };

/** Starts all or nothing. */
async function startWhole(config: Config, deps: WholeDeps): Promise<Whole> {
  const stores = await openStores(config, deps);
  try {
    const log = tracedLog(meteredLog(stores.log, deps.meter), deps.tracer);
    const core = await startCore({ ...deps, ...stores, log, config });
    return { ...core, stores, stop: () => stopAll([stores, core]) };
  } catch (error) {
    await stores.stop().catch((cleanup: unknown) => deps.logger.warn({ err: cleanup }, 'a failed start left traces'));
    throw error;
  }
}

const STARTING = 'starting';

function upOf(whole: Boot<Whole> | undefined): Up {
  const up = whole?.up();
  if (up === undefined) return { isUp: false, reason: whole?.waitingFor() ?? STARTING };
  return { isUp: true, stores: up.stores, health: up.health };
}

/** @throws UnavailableError */
function requireApi(whole: Boot<Whole> | undefined): Api {
  const { api } = whole?.current() ?? {};
  if (api === undefined) throw new UnavailableError('Parley is not ready yet.');
  return api;
}

/** The ingress' view of what may not be there yet: while it isn't, webhooks are answered 503. */
const ingressOf = (api: () => Api): Pick<WebhookRoutesDeps, 'log' | 'directory' | 'providers' | 'tellTyping'> => ({
  log: { append: async (...record) => api().log.append(...record) },
  directory: {
    get: (id) => api().directory.get(id),
    find: async (id) => api().directory.find(id),
    refresh: async (id) => api().directory.refresh(id),
  },
  providers: { get: (kind) => api().providers.get(kind) },
  tellTyping: (said) => api().tellTyping(said),
});

const newRawWebhookId = () => rawWebhookIds.fromUuid(uuidv7());

const openTo = ({ corsOrigins, isIntrospectionOn, limits }: Config) => ({ corsOrigins, isIntrospectionOn, limits });
