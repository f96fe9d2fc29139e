import { performance } from 'node:perf_hooks';
import { readConfig, type Config } from '../config.js';
import { createLogger, withoutParameters } from '../logging.js';
import { banner } from './banner.js';
import { createProgress, type ProgressOutput } from './progress.js';

/** What `createApp` answers. */
export interface App {
  /** What it listens on, without a trailing slash. */
  readonly url: string;
  readonly apiKey: string;
  stop(): Promise<void>;
}

export interface AppOptions {
  /** Told of each step of the start as it begins. */
  readonly onStep: (title: string) => void;
  /** Told of what the running app can't recover from: the process stops and ends with 1. */
  readonly onFatal: (error: unknown) => void;
}

export interface StartDeps {
  readonly createApp: (config: Config, options: AppOptions) => Promise<App>;
  readonly output: ProgressOutput;
  readonly errors: ProgressOutput;
  /** The process, as far as its end is concerned. */
  readonly process: Pick<NodeJS.Process, 'on' | 'off' | 'exit'>;
}

/** Under the 10 s that supervisors grant: who is killed can't hang up on anybody politely. */
const STOP_TIMEOUT_MS = 9_000;

/**
 * Starts, runs until a signal or a fatal error, stops.
 * @returns 0 after SIGINT or SIGTERM, 1 when it could not start, failed while running or didn't stop in time
 * @throws ConfigError
 */
export async function start(deps: StartDeps): Promise<0 | 1> {
  const config = readConfig();
  const log = createLogger(config.logLevel);
  const progress = createProgress(deps.output, () => performance.now());
  const end = watchForTheEnd(deps.process);
  try {
    const startedAt = performance.now();
    const app = await deps.createApp(config, { onStep: (title) => progress.step(title), onFatal: end.fail });
    progress.end();
    if (!end.isAsked()) deps.output.write(banner(factsFor(config, app, performance.now() - startedAt)));
    const reason = await end.reached;
    if (reason.error !== undefined) {
      log.fatal({ err: reason.error }, 'stopping');
      deps.errors.write(`Parley stops: ${messageOf(reason.error)}\n`);
    }
    const hasStopped = await stopInTime(app, (error) => log.error({ err: error }, 'not everything stopped cleanly'));
    return hasStopped && reason.error === undefined ? 0 : 1;
  } catch (error) {
    progress.end();
    log.debug({ err: error }, 'could not start');
    deps.errors.write(`Parley could not start: ${messageOf(error)}\n(PARLEY_LOG_LEVEL=debug tells more.)\n`);
    return 1;
  } finally {
    end.unwatch();
  }
}

const factsFor = (config: Config, app: App, startedInMs: number) => ({
  url: app.url,
  apiKey: config.bootstrapApiKey === undefined ? app.apiKey : undefined,
  embeddedDataDir: config.databaseUrl === undefined ? config.dataDir : undefined,
  startedInMs,
});

/**
 * The first signal asks for a graceful end, also while it still starts; a second one insists. An exception that nobody
 * caught counts as fatal: what it interrupted is unknown, so the process stops instead of going on.
 */
function watchForTheEnd(process: StartDeps['process']) {
  let isAsked = false;
  let reach: (reason: { error?: unknown }) => void = () => undefined;
  const reached = new Promise<{ error?: unknown }>((resolve) => (reach = resolve));
  const onSignal = () => {
    if (isAsked) process.exit(1);
    isAsked = true;
    reach({});
  };
  const fail = (error: unknown) => reach({ error });
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal).on('uncaughtException', fail);
  const unwatch = () => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal).off('uncaughtException', fail);
  return { reached, fail, unwatch, isAsked: () => isAsked };
}

async function stopInTime(app: App, onError: (error: unknown) => void): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), STOP_TIMEOUT_MS);
  });
  const stopped = app.stop().then(
    () => true,
    (error: unknown) => {
      onError(error);
      return false;
    },
  );
  const hasStopped = await Promise.race([stopped, timeout]);
  clearTimeout(timer);
  return hasStopped;
}

/** For people: the message and its causes', on one line. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = withoutParameters(error.message);
  return error.cause === undefined ? own : `${own} (${messageOf(error.cause)})`;
}
