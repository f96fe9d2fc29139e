import type { AppendedPosition } from '../log/event-log.js';
import type { MessageAccepted } from '../message/decide.js';
import type { MessageState } from '../message/state.js';
import type { CommandResult } from './commands.js';
import type { MadeReservation } from './reservations.js';
import { answerOf, type ReadyToGo, type SendLookups, type SendSteps } from './send-steps.js';

type Answer = CommandResult<MessageState>;

export interface Recording {
  readonly steps: SendSteps;
  readonly lookups: SendLookups;
  /** What needs no row and isn't handed over by then stays unrecorded. */
  readonly givenUp: AbortSignal;
}

/**
 * Records sends so that those to one conversation stand in the log in the order given, whatever each of them takes: what
 * needs rows gets them first, all together, and then everything is handed over in one turn. Of several under one key the
 * first is recorded, and the others are repeats of it. Answers a promise for each.
 */
export async function recordInOrder(
  recording: Recording,
  sends: readonly ReadyToGo[],
): Promise<readonly (() => Promise<Answer>)[]> {
  const firsts = firstOfEachKey(sends);
  const held = await Promise.allSettled(firsts.map((send) => hold(recording.steps, send)));
  const answers = new Map(firsts.map((send, index) => [send, handOver(recording, send, held[index])] as const));
  for (const answer of answers.values()) answer.catch(() => undefined);
  const firstByKey = new Map(firsts.map((send) => [send.key?.key, send]));
  return sends.map((send) => {
    const own = answers.get(send);
    if (own !== undefined) return () => own;
    const first = firstByKey.get(send.key?.key);
    return async () => {
      // The first one's fault is this one's too: nobody knows what their key stands for.
      if (first !== undefined) await answers.get(first);
      return recording.steps.repeatTaken(send.key, recording.lookups);
    };
  });
}

function firstOfEachKey(sends: readonly ReadyToGo[]): readonly ReadyToGo[] {
  const seen = new Set<string>();
  return sends.filter(({ key }) => {
    if (key === undefined) return true;
    const isFirst = !seen.has(key.key);
    seen.add(key.key);
    return isFirst;
  });
}

/** What is about to be handed to the log. */
type Held =
  | { readonly kind: 'alone'; readonly event: MessageAccepted }
  | { readonly kind: 'reserved'; readonly made: MadeReservation; readonly opened: readonly AppendedPosition[] }
  | { readonly kind: 'taken' };

/** Resolves when its thread is open in the log: what is then handed over waits for nothing any more. */
async function hold(steps: SendSteps, send: ReadyToGo): Promise<Held> {
  const event = steps.eventAlone(send);
  if (event !== undefined) return { kind: 'alone', event };
  const made = await steps.reserve(send);
  return made.kind === 'taken' ? made : { kind: 'reserved', made, opened: await made.opened };
}

/** Up to its first `await` it runs at once, and that is where the log takes what it is given. */
async function handOver(
  { steps, lookups, givenUp }: Recording,
  { key }: ReadyToGo,
  held: PromiseSettledResult<Held> | undefined,
): Promise<Answer> {
  if (held === undefined) throw new RangeError('Each of them is held.');
  if (held.status === 'rejected') throw held.reason;
  const { value } = held;
  if (value.kind === 'taken') return steps.repeatTaken(key, lookups);
  if (value.kind === 'reserved') return answerOf(await value.made.publish(value.opened));
  givenUp.throwIfAborted();
  return answerOf(await steps.append(value.event));
}
