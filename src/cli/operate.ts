import { performance } from 'node:perf_hooks';
import type { Config, Role } from '../config.js';
import type { Database } from '../database/database.js';
import { sqlStateOf } from '../database/errors.js';
import { InstanceLockedError } from '../database/instance-lock.js';
import type { Running } from '../lifecycle.js';
import { askFor, watchOperation } from '../operations/ask-for.js';
import { askToCancel } from '../operations/operation-rows.js';
import type { Operation, OperationKind, OperationProgress } from '../operations/operation.js';
import { createProgress, formatSeconds, type ProgressOutput } from './progress.js';
import type { StartDeps } from './start.js';
import { EXIT, type ExitCode } from './verb.js';
import { withDatabase, type OpenedDatabase } from './with-database.js';

export interface OperateDeps extends Pick<StartDeps, 'createApp'> {
  readonly output: ProgressOutput;
  readonly errors: ProgressOutput;
  /** The process, as far as being told to end is concerned. */
  readonly process: Pick<NodeJS.Process, 'on' | 'off'>;
}

export interface OperationRequest {
  readonly kind: OperationKind;
  /** As it is asked for, for people; default: as its kind is called. */
  readonly verb?: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  /** The role whose process does it; this process takes it on where none runs. */
  readonly role: Role;
  /** The roles without which that one would wait, should this process take it on. */
  readonly besides?: readonly Role[];
  readonly isJson: boolean;
  /** What it came to, for people; without a newline at the end. */
  readonly tell: (result: Readonly<Record<string, unknown>>) => string;
  /** Whether what it came to counts as a success; default: it does. */
  readonly isWell?: (result: Readonly<Record<string, unknown>>) => boolean;
}

/** A running process looks every 2 s, and is woken at once. */
const TAKEN_WITHIN_MS = 4_000;

/**
 * Asks for long work, shows how it goes on, and tells what it came to. A running Parley does it, so that it works on both
 * logs; where none does, this process starts the role that can, for as long as it takes. Ctrl-C ends the watching only.
 * @returns the exit code; 1: it failed, was cancelled, or was left behind, and that has been said. @throws ConfigError
 */
export const operate = (deps: OperateDeps, request: OperationRequest): Promise<ExitCode> =>
  withDatabase(deps.errors, (opened) => explaining(() => askAndFollow(deps, request, opened)));

async function askAndFollow(
  deps: OperateDeps,
  request: OperationRequest,
  { config, database, url }: OpenedDatabase,
): Promise<0 | 1> {
  const { operation, isNew } = await askFor(database, request.kind, request.arguments);
  if (!isNew) deps.errors.write(`One is under way since ${operation.requestedAt}: this is how it goes on.\n`);
  return tellEnd(deps, request, await follow({ ...deps, config, database, url }, request, operation));
}

interface Following extends OperateDeps {
  readonly config: Config;
  readonly database: Database;
  readonly url: string;
}

async function follow(
  deps: Following,
  { role, besides = [] }: OperationRequest,
  { id }: Operation,
): Promise<Operation | undefined> {
  const progress = createProgress(deps.errors, () => performance.now());
  const leaving = new AbortController();
  const leave = () => leaving.abort();
  const show = showProgress((line) => progress.step(line));
  const takenBy = performance.now() + TAKEN_WITHIN_MS;
  let here: Helper | undefined;
  deps.process.on('SIGINT', leave).on('SIGTERM', leave);
  try {
    const ended = await watchOperation(deps.database, id, {
      signal: leaving.signal,
      onLook(operation) {
        show(operation.progress);
        if (operation.state === 'waiting' && performance.now() > takenBy)
          here ??= startHere(deps, [role, ...besides], leave);
      },
    });
    here?.throwIfFailed();
    return ended;
  } finally {
    deps.process.off('SIGINT', leave).off('SIGTERM', leave);
    progress.end();
    await here?.stop();
  }
}

interface Helper extends Running {
  /** @throws what it could not start for */
  throwIfFailed(): void;
}

/** Nobody took it: this process becomes one that can. */
function startHere({ createApp, config, url }: Following, roles: readonly Role[], onFailed: () => void): Helper {
  let failure: Error | undefined;
  const fail = (error: unknown) => {
    // There is one after all, and it is busy: it will come to it.
    if (error instanceof InstanceLockedError) return;
    failure = error instanceof Error ? error : new Error(String(error));
    onFailed();
  };
  const alone: Config = {
    ...config,
    ...{ host: '127.0.0.1', port: { number: 0, isDefault: false }, databaseUrl: url, roles },
  };
  const starting = createApp(alone, { onStep: () => undefined, onFatal: fail });
  starting.then(({ ready }) => ready).catch(fail);
  return {
    throwIfFailed() {
      if (failure !== undefined) throw failure;
    },
    async stop() {
      const app = await starting.catch(() => undefined);
      await app?.stop();
    },
  };
}

/** A line for each step, with how far it is and how long it will take. */
function showProgress(onLine: (line: string) => void) {
  let stepSince = { step: '', at: 0 };
  let shown = '';
  return (progress: OperationProgress | null) => {
    if (progress === null) return;
    if (stepSince.step !== progress.step) stepSince = { step: progress.step, at: performance.now() };
    const line = progressLine(progress, performance.now() - stepSince.at);
    if (line !== shown) onLine(line);
    shown = line;
  };
}

/** `Folding the log: 120,000 of 480,000 (25 %), 31,000/s, 12 s left` */
export function progressLine({ step, done, total }: OperationProgress, elapsedMs: number): string {
  if (done === undefined || total === undefined) return step;
  const percent = total === 0 ? 100 : Math.floor((done / total) * 100);
  const perSecond = elapsedMs > 0 ? (done / elapsedMs) * 1_000 : 0;
  const pace =
    perSecond > 0 && done < total
      ? `, ${Math.round(perSecond).toLocaleString('en')}/s, ${formatSeconds(((total - done) / perSecond) * 1_000)} left`
      : '';
  return `${step}: ${done.toLocaleString('en')} of ${total.toLocaleString('en')} (${percent} %)${pace}`;
}

function tellEnd({ output, errors }: OperateDeps, request: OperationRequest, ended: Operation | undefined): 0 | 1 {
  if (ended?.state !== 'done' || ended.result === null) {
    errors.write(`${whyNotDone(request.verb ?? request.kind, ended)}\n`);
    return 1;
  }
  const { result } = ended;
  output.write(`${request.isJson ? JSON.stringify(result) : request.tell(result)}\n`);
  return (request.isWell ?? (() => true))(result) ? 0 : 1;
}

function whyNotDone(verb: string, ended: Operation | undefined): string {
  if (ended?.state === 'failed') return ended.failure ?? 'It failed.';
  if (ended?.state === 'cancelled') return 'It was cancelled.';
  return `It goes on by itself. \`parley ${verb}\` shows it again, \`parley ${verb} --cancel\` ends it.`;
}

/** Not brought up to date by this process: a running one may be older, and its tables must stay its tables. */
async function explaining<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (sqlStateOf(error) !== UNDEFINED_TABLE) throw error;
    throw notUpToDate();
  }
}
const UNDEFINED_TABLE = '42P01';

/** Without its cause, which only says so in Postgres' words. */
const notUpToDate = () => new Error('The database is not up to date: run `parley migrate`, or start Parley once.');

/** Ends one that is under way. @returns the exit code. @throws ConfigError */
export const cancelOperation = ({ output, errors }: OperateDeps, kind: OperationKind): Promise<ExitCode> =>
  withDatabase(errors, ({ database }) =>
    explaining(async () => {
      const isAsked = await askToCancel(database.orm, kind);
      output.write(isAsked ? 'It ends within a few seconds.\n' : 'None is under way.\n');
      return EXIT.ok;
    }),
  );
