import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Database } from '../database/database.js';
import { isDatabaseAway } from '../database/errors.js';
import { LogUnavailableError } from '../events/log/event-log.js';
import { pause, type Running } from '../lifecycle.js';
import { withoutParameters } from '../logging.js';
import { createWakeSignal } from '../wake-signal.js';
import {
  OPERATION_KINDS,
  OperationRefusedError,
  type Operation,
  type OperationHandler,
  type OperationKind,
  type OperationProgress,
} from './operation.js';
import { claimOperation, closeAbandoned, endOperation, renewLease, type OperationEnd } from './operation-rows.js';

export interface RunnerDeps {
  readonly database: Database;
  readonly logger: Logger;
  /** What this process can do, by its roles. */
  readonly handlers: Partial<Readonly<Record<OperationKind, OperationHandler>>>;
}

/** Between two looks when no NOTIFY comes. */
const LOOK_EVERY_MS = 2_000;
const RENEW_EVERY_MS = 1_000;
/** A lease that could not be renewed for so long is another's soon: well before its 30 s are over. */
const RENEWAL_FAILS_FOR_MS = 20_000;

/** Does what operators ask for, one after another. What it can't end, because the process stops, waits for the next. */
export function startOperations({ database, logger, handlers }: RunnerDeps): Running {
  const kinds = OPERATION_KINDS.filter((kind) => handlers[kind] !== undefined);
  const stopping = new AbortController();
  const woken = createWakeSignal();
  const unlisten = database.onWake('parley_operations', () => woken.fire());
  const runNext = async (): Promise<boolean> => {
    await closeAbandoned(database.orm);
    const token = randomUUID();
    const operation = await claimOperation(database.orm, kinds, token);
    const handler = operation && handlers[operation.kind];
    if (!operation || !handler) return false;
    await runClaimed({ database, logger, stopping: stopping.signal }, { operation, token, handler });
    return true;
  };
  const isRunning = () => !stopping.signal.aborted;
  const run = async () => {
    while (isRunning()) {
      const mark = woken.mark();
      const hasRun = await runNext().catch((error: unknown) => {
        logger.warn({ err: error }, 'operations could not be looked for');
        return false;
      });
      if (!hasRun && isRunning()) await woken.wait(mark, LOOK_EVERY_MS);
    }
  };
  const running = run();
  return {
    async stop() {
      stopping.abort();
      woken.fire();
      unlisten();
      await running;
    },
  };
}

interface Claimed {
  readonly operation: Operation;
  readonly token: string;
  readonly handler: OperationHandler;
}

async function runClaimed(
  { database, logger, stopping }: Pick<RunnerDeps, 'database' | 'logger'> & { readonly stopping: AbortSignal },
  { operation, token, handler }: Claimed,
): Promise<void> {
  const { id, kind } = operation;
  const ending = new AbortController();
  const onStop = () => ending.abort('stopped' satisfies EndedBy);
  stopping.addEventListener('abort', onStop);
  if (stopping.aborted) onStop();
  const latest: { progress: OperationProgress | null } = { progress: null };
  const renewing = keepLease({ database, id, token, latest, ending });
  logger.info({ operation: kind }, 'an operation begins');
  try {
    const context = {
      ...{ arguments: operation.arguments, signal: ending.signal },
      report: (progress: OperationProgress) => void (latest.progress = progress),
    };
    const end = await handler(context).then(
      (result): OperationEnd => ({ state: 'done', result }),
      (error: unknown) => endOf(error, ending.signal),
    );
    if (end.state === 'waiting' && !end.isHandedOver)
      logger.warn({ operation: kind, reason: end.reason }, 'an operation broke off: it is begun anew');
    if (end.state === 'failed') logger.error({ operation: kind, reason: end.failure }, 'an operation failed');
    await endOperation(database.orm, id, token, end);
  } finally {
    stopping.removeEventListener('abort', onStop);
    ending.abort();
    await renewing;
  }
}

/** Why a running operation is told to end. */
type EndedBy = 'stopped' | 'cancelled' | 'lost';

function endOf(error: unknown, signal: AbortSignal): OperationEnd {
  if (signal.aborted && signal.reason === ('cancelled' satisfies EndedBy)) return { state: 'cancelled' };
  if (signal.aborted && signal.reason === ('stopped' satisfies EndedBy))
    return { state: 'waiting', isHandedOver: true };
  // Nobody else has it yet, or this end of it counts for nothing: the row knows.
  const isLost = signal.aborted && signal.reason === ('lost' satisfies EndedBy);
  const said = error instanceof Error ? `${error.name}: ${withoutParameters(error.message)}` : 'unknown';
  if (isLost || error instanceof LogUnavailableError || isDatabaseAway(error))
    return { state: 'waiting', isHandedOver: false, reason: isLost ? 'its lease ran out' : said };
  if (error instanceof OperationRefusedError) return { state: 'failed', failure: error.message };
  return { state: 'failed', failure: said };
}

interface Renewal {
  readonly database: Database;
  readonly id: string;
  readonly token: string;
  readonly latest: { readonly progress: OperationProgress | null };
  readonly ending: AbortController;
}

/** Until the operation ends. Whoever may have lost it must stop: another may have begun it anew. */
async function keepLease({ database, id, token, latest, ending }: Renewal): Promise<void> {
  let renewedAt = performance.now();
  for (;;) {
    await pause(RENEW_EVERY_MS, ending.signal);
    if (ending.signal.aborted) return;
    try {
      const row = await renewLease(database.orm, { id, token, progress: latest.progress });
      renewedAt = performance.now();
      if (row === undefined) ending.abort('lost' satisfies EndedBy);
      else if (row.isCancelAsked) ending.abort('cancelled' satisfies EndedBy);
    } catch {
      // Postgres is away, and what the operation itself does fails or waits as well.
      if (performance.now() - renewedAt > RENEWAL_FAILS_FOR_MS) ending.abort('lost' satisfies EndedBy);
    }
  }
}
