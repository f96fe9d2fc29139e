import type { Logger } from 'pino';
import type { Caller } from '../../access/caller.js';
import { UnavailableError, type AppError } from '../../errors.js';
import type { Vector } from '../kernel/cursor.js';
import type { MessageState } from '../message/state.js';
import { BATCH_MESSAGES_MAX, type BatchResult, type CommandResult, type SendMessage } from './commands.js';
import { faultOf, withFaults } from './faults.js';
import { recordInOrder } from './record-in-order.js';
import type { ReadyToGo, SendLookups, SendSteps } from './send-steps.js';

type Answer = CommandResult<MessageState>;

/**
 * Many sends in one request. All are judged at the same time and recorded in the order given; one that is refused, or
 * that nobody can tell the end of, takes no other with it.
 * @param remedy what to do about one of which it isn't known whether it was recorded
 */
export function createSendMessages(
  steps: SendSteps,
  shareLookups: (caller: Caller) => SendLookups,
  remedy: string,
  logger: Logger,
) {
  /** Also what isn't for a caller to know: the others of the batch are recorded all the same, and he must hear of them. */
  const faulty = (error: unknown): Answer => {
    const fault = faultOf(error, remedy);
    if (fault === undefined) logger.error({ err: error }, 'a message of a batch failed');
    return unavailable(fault ?? new UnavailableError(remedy, error));
  };
  return async (
    caller: Caller,
    inputs: readonly SendMessage[],
    startedAt: number | undefined,
  ): Promise<BatchResult> => {
    if (inputs.length > BATCH_MESSAGES_MAX) return TOO_LARGE;
    const answers = new Map<number, Answer>();
    const answer = async (index: number, work: () => Promise<Answer | undefined>) => {
      const answered = await work().catch(faulty);
      if (answered !== undefined) answers.set(index, answered);
    };
    const sending = withFaults(remedy, startedAt, (givenUp) =>
      sendAll({ steps, lookups: shareLookups(caller), caller, givenUp, answer }, inputs),
    );
    const missing = await sending.then(() => undefined, faulty);
    // As they are now: what comes in later changes nothing of the answer.
    const results = inputs.map((_, index) => answers.get(index) ?? missing ?? raiseUnanswered());
    return { ok: true, results, cursor: behindAll(results) };
  };
}

const TOO_LARGE: BatchResult = {
  ok: false,
  userErrors: [
    {
      code: 'BATCH_TOO_LARGE',
      message: `At most ${BATCH_MESSAGES_MAX} messages at once. Nothing was sent.`,
      field: ['messages'],
    },
  ],
};

interface Batch {
  readonly steps: SendSteps;
  readonly lookups: SendLookups;
  readonly caller: Caller;
  readonly givenUp: AbortSignal;
  /** Keeps the answer of one of them once there is one; a fault is an answer too. */
  readonly answer: (index: number, work: () => Promise<Answer | undefined>) => Promise<void>;
}

async function sendAll(batch: Batch, inputs: readonly SendMessage[]): Promise<void> {
  const { steps, lookups, caller, givenUp, answer } = batch;
  const ready = new Map<number, ReadyToGo>();
  const repeats: Promise<void>[] = [];
  await Promise.all(
    inputs.map((input, index) =>
      answer(index, async () => {
        const prepared = await steps.prepare(caller, input, lookups);
        if (prepared.kind === 'refused') return { ok: false, userErrors: prepared.userErrors };
        if (prepared.kind === 'ready') ready.set(index, prepared);
        else repeats.push(answer(index, prepared.answer));
        return undefined;
      }),
    ),
  );
  // Waited for with the others, at the end.
  for (const repeat of repeats) repeat.catch(() => undefined);
  givenUp.throwIfAborted();
  const places = [...ready.keys()].sort((a, b) => a - b);
  const sends = places.flatMap((index) => ready.get(index) ?? []);
  const recorded = await recordInOrder({ steps, lookups, givenUp }, sends);
  await Promise.all([...repeats, ...recorded.map((work, n) => answer(places[n] ?? n, work))]);
}

function raiseUnanswered(): never {
  throw new RangeError('A batch answers each of its messages.');
}

/** As a refusal of one message. */
function unavailable({ publicMessage: message, details }: AppError): Answer {
  const { retryAfterMs } = details;
  return { ok: false, userErrors: [{ code: 'UNAVAILABLE', message, field: null, retryAfterMs }] };
}

/** All written partitions raised; null where nothing was written. */
function behindAll(results: readonly Answer[]): Vector | null {
  const cursors = results.flatMap((result) => (result.ok ? [result.cursor] : []));
  const [first, ...others] = cursors;
  if (first === undefined) return null;
  return others.reduce<Vector>((raised, cursor) => raised.map((offset, n) => max(offset, cursor[n] ?? 0n)), first);
}

const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
