import { z } from 'zod';
import { OperationRefusedError, type OperationContext, type OperationHandler } from '../../../operations/operation.js';
import { TOPICS, type LogRecord } from '../../log/event-log.js';
import type { InterpreterDeps } from '../interpreter/interpreter.js';
import {
  countDeadLetters,
  DEAD_LETTER_CONSUMERS,
  findDeadLetters,
  removeDeadLetter,
  restateDeadLetter,
  type DeadLetter,
  type DeadLetterFilter,
} from './dead-letter-rows.js';
import { placeKey, readRecords } from './read-records.js';
import { giveAgain, type GivenAgain } from './give-again.js';

/** What the command line asks for. */
export const redriveArguments = z.object({
  consumer: z.enum(DEAD_LETTER_CONSUMERS).optional(),
  topic: z.enum(TOPICS).optional(),
  partition: z.int().min(0).optional(),
  /** In digits: JSON's numbers end before offsets do. */
  offset: z
    .string()
    .regex(/^\d{1,19}$/)
    .optional(),
  /** Whether letters whose record is gone are dropped. */
  isForgetting: z.boolean(),
});
export type RedriveArguments = z.infer<typeof redriveArguments>;

/** Letters of one round: their records are read together. */
const PAGE = 100;
/** Of those that stay, so many are told by their place. */
const TOLD_MAX = 50;

type Outcome = 'taken' | 'refused' | 'rebuildNeeded' | 'gone' | 'forgotten';

/**
 * Gives dead letters again to the consumers that could not take them, as this build is. What is taken is one no longer;
 * what is refused once more stays, with the reason of now.
 */
export function createRedrive(deps: InterpreterDeps): OperationHandler {
  return async (context) => {
    const { filter, isForgetting } = judge(context.arguments);
    const total = await countDeadLetters(deps.database.orm, filter);
    const counts: Record<Outcome, number> = { taken: 0, refused: 0, rebuildNeeded: 0, gone: 0, forgotten: 0 };
    const stayed: object[] = [];
    let done = 0;
    for await (const { letter, outcome, reason } of redriveAll(deps, {
      filter,
      isForgetting,
      signal: context.signal,
    })) {
      counts[outcome] += 1;
      if (outcome !== 'taken' && outcome !== 'forgotten' && stayed.length < TOLD_MAX)
        stayed.push({ ...letter, offset: letter.offset.toString(), outcome, reason });
      done += 1;
      context.report({ step: 'Giving dead letters again', done: Math.min(done, total), total });
    }
    return { ...counts, stayed };
  };
}

function judge(given: OperationContext['arguments']): { filter: DeadLetterFilter; isForgetting: boolean } {
  const parsed = redriveArguments.safeParse(given);
  if (!parsed.success)
    throw new OperationRefusedError('This build reads other arguments: ask with its own command line.');
  const { consumer, topic, partition, offset, isForgetting } = parsed.data;
  const filter = { consumer, topic, partition, offset: offset === undefined ? undefined : BigInt(offset) };
  return { filter, isForgetting };
}

interface Redriven {
  readonly letter: DeadLetter;
  readonly outcome: Outcome;
  readonly reason: string;
}

interface Redriving {
  readonly filter: DeadLetterFilter;
  readonly isForgetting: boolean;
  readonly signal: AbortSignal;
}

/** Page by page, in order: each of those that are there now once. */
async function* redriveAll(deps: InterpreterDeps, redriving: Redriving): AsyncGenerator<Redriven> {
  const { filter, signal } = redriving;
  let after: DeadLetter | undefined;
  for (;;) {
    const page = await findDeadLetters(deps.database.orm, filter, { after, limit: PAGE });
    for (const topic of TOPICS) {
      const letters = page.filter((letter) => letter.topic === topic);
      if (letters.length === 0) continue;
      const found = await readRecords(deps.log, topic, letters, signal);
      for (const letter of letters) {
        signal.throwIfAborted();
        yield await redriveOne(deps, redriving, letter, found.get(placeKey(letter)));
      }
    }
    after = page.at(-1);
    if (page.length < PAGE) return;
  }
}

async function redriveOne(
  deps: InterpreterDeps,
  { isForgetting }: Redriving,
  letter: DeadLetter,
  record: LogRecord | undefined,
): Promise<Redriven> {
  const { database, clock } = deps;
  if (record === undefined) {
    if (isForgetting) await removeDeadLetter(database.orm, letter);
    const reason = 'There is no such record any more.';
    return { letter, outcome: isForgetting ? 'forgotten' : 'gone', reason };
  }
  const given: GivenAgain = await giveAgain(deps, letter, record);
  if (given.outcome === 'taken') await removeDeadLetter(database.orm, letter);
  else await restateDeadLetter(database.orm, letter, given.reason, clock.now());
  return { letter, ...given };
}
