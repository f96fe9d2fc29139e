import { performance } from 'node:perf_hooks';
import { InvalidArgumentError } from 'commander';
import type { Logger } from 'pino';
import { parseRoles, readConfig, ROLES, ROLES_WANTED, type Config, type Role } from '../config.js';
import { withTimeout } from '../lifecycle.js';
import { createLogger, messageOf } from '../logging.js';
import { banner, type BannerFacts } from './banner.js';
import { createProgress, type ProgressOutput } from './progress.js';
import { STOP_SIGNALS, type AddVerb } from './verb.js';

/** What `createApp` answers once it listens. */
export interface App {
  /** What it listens on, without a trailing slash. */
  readonly url: string;
  /**
   * When everything is up, which may have to wait for Postgres or Kafka. Rejects when it never will be, or was stopped
   * before. The key is there with the API only.
   */
  readonly ready: Promise<{ readonly apiKey: string | undefined }>;
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

interface StartOptions {
  readonly roles?: readonly Role[];
}

export const addStart: AddVerb<StartDeps> = (program, deps, finish) => {
  program
    .command('start')
    .description('start the API, its workers and, unless configured otherwise, an embedded PostgreSQL')
    .option('--roles <roles>', `only these of ${ROLES.join(',')} (as PARLEY_ROLES, and wins over it)`, toRoles)
    .action(async ({ roles }: StartOptions) => finish(await start(deps, roles)));
};

/** @throws InvalidArgumentError which ends the process with the usage */
function toRoles(text: string): readonly Role[] {
  const roles = parseRoles(text);
  if (roles === undefined) throw new InvalidArgumentError(`They ${ROLES_WANTED}.`);
  return roles;
}

/** Ctrl-C goes to the whole process group, and npm passes it on once more: within this time two are one. */
const SAME_SIGNAL_MS = 1_000;
/** Under the 10 s that supervisors grant: who is killed can't hang up on anybody politely. */
const STOP_TIMEOUT_MS = 9_000;

/**
 * Starts, runs until a signal or a fatal error, stops.
 * @param roles what the command line asks for
 * @returns 0 after a signal, 1 when it could not start, failed while running or didn't stop in time
 * @throws ConfigError
 */
async function start(deps: StartDeps, roles?: readonly Role[]): Promise<0 | 1> {
  const config = readConfig(undefined, roles);
  const log = createLogger(config.logLevel);
  const progress = createProgress(deps.output, () => performance.now());
  const end = watchForTheEnd(deps.process);
  try {
    const startedAt = performance.now();
    const app = await deps.createApp(config, { onStep: (title) => progress.step(title), onFatal: end.fail });
    progress.note(`Listening on ${app.url}`);
    app.ready.then(({ apiKey }) => {
      if (end.isReached()) return;
      progress.end();
      deps.output.write(banner(factsFor(config, app.url, apiKey, performance.now() - startedAt)));
    }, end.giveUp);
    const reason = await end.reached;
    progress.end();
    if (reason.kind === 'failed') log.fatal({ err: reason.error }, 'stopping');
    if (reason.kind === 'not started') tellWhyNot(deps, log, reason.error);
    const hasStopped = await stopInTime(app, (error) => log.error({ err: error }, 'not everything stopped cleanly'));
    return hasStopped && reason.kind === 'asked' ? 0 : 1;
  } catch (error) {
    progress.end();
    tellWhyNot(deps, log, error);
    return 1;
  } finally {
    end.unwatch();
  }
}

type End =
  | { readonly kind: 'asked' }
  | { readonly kind: 'not started'; readonly error: unknown }
  | { readonly kind: 'failed'; readonly error: unknown };

/** One line for people, for it is mostly something that they can mend; the stack is for who asks. */
function tellWhyNot(deps: StartDeps, log: Logger, error: unknown): void {
  log.debug({ err: error }, 'could not start');
  deps.errors.write(`Parley could not start: ${messageOf(error)}\n(PARLEY_LOG_LEVEL=debug tells more.)\n`);
}

const factsFor = (config: Config, url: string, apiKey: string | undefined, startedInMs: number): BannerFacts => ({
  url,
  roles: config.roles,
  apiKey: config.bootstrapApiKey === undefined ? apiKey : undefined,
  kafkaBrokers: config.kafka?.brokers,
  embeddedDataDir: config.databaseUrl === undefined ? config.dataDir : undefined,
  startedInMs,
});

/**
 * The first signal asks for a graceful end, also while it still starts; a later one insists. An exception that nobody
 * caught counts as fatal: what it interrupted is unknown, so the process stops instead of going on.
 */
function watchForTheEnd(process: StartDeps['process']) {
  let isReached = false;
  let reach: (end: End) => void = () => undefined;
  const reached = new Promise<End>((resolve) => (reach = resolve)).finally(() => (isReached = true));
  let firstAt: number | undefined;
  const onSignal = () => {
    firstAt ??= performance.now();
    if (performance.now() - firstAt > SAME_SIGNAL_MS) process.exit(1);
    reach({ kind: 'asked' });
  };
  const fail = (error: unknown) => reach({ kind: 'failed', error });
  const giveUp = (error: unknown) => reach({ kind: 'not started', error });
  for (const signal of STOP_SIGNALS) process.on(signal, onSignal);
  process.on('uncaughtException', fail);
  const unwatch = () => {
    for (const signal of STOP_SIGNALS) process.off(signal, onSignal);
    process.off('uncaughtException', fail);
  };
  return { reached, isReached: () => isReached, fail, giveUp, unwatch };
}

async function stopInTime(app: App, onError: (error: unknown) => void): Promise<boolean> {
  const stopped = app.stop().then(
    () => true,
    (error: unknown) => {
      onError(error);
      return false;
    },
  );
  return withTimeout(STOP_TIMEOUT_MS, stopped, false);
}
