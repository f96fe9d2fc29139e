import { z } from 'zod';
import { pause } from '../../../../lifecycle.js';
import {
  OperationRefusedError,
  type OperationContext,
  type OperationHandler,
} from '../../../../operations/operation.js';
import { PROVIDER_KINDS } from '../../../channel/events.js';
import { originVector, type Vector } from '../../../kernel/cursor.js';
import { channelIds } from '../../../kernel/ids.js';
import type { AppendedPosition, RecordBatch } from '../../../log/event-log.js';
import { createPositionStore } from '../../../log/positions.js';
import { readUpTo } from '../../../log/read-up-to.js';
import { awaitReadModels, STANDSTILL_MS } from '../../../projections/await-read-models.js';
import { createCatchUpGate } from '../../dispatcher/gate.js';
import type { InterpreterDeps } from '../interpreter.js';
import type { Scope } from './readings.js';
import { reinterpretBatch } from './reinterpret-batch.js';
import { createTally, type Tally } from './tally.js';

/** What the command line asks for. Times are RFC 3339. */
export const reinterpretArguments = z.object({
  channelIds: z.array(z.string()).max(1_000).optional(),
  provider: z.enum(PROVIDER_KINDS).optional(),
  from: z.iso.datetime().optional(),
  to: z.iso.datetime().optional(),
  isDryRun: z.boolean(),
});
export type ReinterpretArguments = z.infer<typeof reinterpretArguments>;

/** Between two batches it rests for as long as it worked, so that at least half of what it takes is the others'. */
const REST_MS_MAX = 2_000;

export interface ReinterpretDeps extends InterpreterDeps {
  /** How long the read models may stand still before it gives up; default 60 s. */
  readonly standstillMs?: number | undefined;
}

/**
 * Runs the webhooks of the past through this build's adapters, and appends what the journal lacks (design §9). It touches
 * no position of the interpreter's, and running beside it reads only what that has read already: the rest is still news.
 * Begun again it finds what it said before, and says nothing twice.
 */
export function createReinterpret(deps: ReinterpretDeps): OperationHandler {
  return async (context) => {
    const { isDryRun, scope } = judge(context.arguments);
    const until = await whatWasRead(deps, context);
    const tally = createTally();
    const unread = await readHistory(deps, context, { until, scope, tally, isDryRun });
    return { isDryRun, ...tally.result(), unread: Number(unread) };
  };
}

function judge(given: OperationContext['arguments']): { readonly isDryRun: boolean; readonly scope: Scope } {
  const parsed = reinterpretArguments.safeParse(given);
  if (!parsed.success)
    throw new OperationRefusedError('This build reads other arguments: ask with its own command line.');
  const { channelIds: named, provider, from, to, isDryRun } = parsed.data;
  const ids = named?.flatMap((text) => channelIds.parse(text) ?? []);
  const scope: Scope = {
    ...{ channelIds: ids && new Set(ids), provider },
    ...{ from: from === undefined ? undefined : new Date(from), to: to === undefined ? undefined : new Date(to) },
  };
  return { isDryRun, scope };
}

/**
 * Up to where the interpreter has read the webhooks; resolves when the journal has all that it said of them. In this
 * order: its position moves only after its events are in the log.
 */
async function whatWasRead(deps: ReinterpretDeps, { signal, report }: OperationContext): Promise<Vector> {
  const { database, log } = deps;
  const read = await createPositionStore('interpreter', 'webhooks').load(database.orm, log.partitionCount);
  report({ step: 'Waiting for the read models' });
  await requireReadModels(deps, await log.heads('events'), signal);
  return read;
}

async function requireReadModels(deps: ReinterpretDeps, vector: Vector, signal: AbortSignal): Promise<void> {
  const { database, standstillMs = STANDSTILL_MS } = deps;
  if (await awaitReadModels(database, vector, { standstillMs, signal })) return;
  throw new OperationRefusedError(
    'The read models are behind the log and stand still, and what it lacks is told by them: see to a process with the ' +
      'role projector, then ask again. What was appended stays, and is not appended twice.',
  );
}

interface Reading {
  readonly until: Vector;
  readonly scope: Scope;
  readonly tally: Tally;
  readonly isDryRun: boolean;
}

function readHistory(
  deps: ReinterpretDeps,
  { signal, report }: OperationContext,
  { until, scope, tally, isDryRun }: Reading,
): Promise<bigint> {
  const { database, log } = deps;
  const intake = createPositionStore('dispatcher', 'events');
  const gate = createCatchUpGate({ executor: database.orm, log, positions: intake });
  const batchDeps = { ...deps, scope, tally, isDryRun, hasIntakeSeenAll: () => gate.holds() };
  const next = [...originVector(until.length)];
  const total = sum(until);
  const handle = async ({ partition, records, nextOffset }: RecordBatch) => {
    const begunAt = performance.now();
    const appended = await reinterpretBatch(batchDeps, records);
    // What comes next is compared with what was just appended; and the projector is never left far behind.
    if (appended.length > 0) await requireReadModels(deps, raisedBy(appended, until.length), signal);
    next[partition] = nextOffset;
    report({ step: 'Reading webhooks', done: sum(next), total });
    await pause(Math.min(performance.now() - begunAt, REST_MS_MAX), signal);
  };
  report({ step: 'Reading webhooks', done: 0, total });
  return readUpTo(log, { topic: 'webhooks', until, handle, signal });
}

const sum = (vector: Vector): number => Number(vector.reduce((total, offset) => total + offset, 0n));

function raisedBy(appended: readonly AppendedPosition[], partitionCount: number): Vector {
  const vector = [...originVector(partitionCount)];
  for (const { partition, offset } of appended) {
    const reached = vector[partition] ?? 0n;
    vector[partition] = offset + 1n > reached ? offset + 1n : reached;
  }
  return vector;
}
