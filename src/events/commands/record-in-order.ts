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
 * needs rows gets them first, all together, and then those of a conversation are handed over in one turn. Of several under
 * one key the first is recorded, and the others are repeats of it. Answers how to wait for each.
 */
export async function recordInOrder(
  recording: Recording,
  sends: readonly ReadyToGo[],
): Promise<readonly (() => Promise<Answer>)[]> {
  const firsts = firstOfEachKey(sends);
  const held = await Promise.all(firsts.map((send) => hold(recording.steps, send)));
  const answers = new Map<ReadyToGo, Promise<Answer>>();
  for (const thread of byThread(held)) {
    const opened = openingOf(thread);
    for (const one of thread) answers.set(one.send, handOver(recording, one, opened));
  }
  // Each is waited for by and by.
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
type Held = { readonly send: ReadyToGo } & (
  | { readonly kind: 'alone'; readonly event: MessageAccepted }
  | { readonly kind: 'reserved'; readonly made: MadeReservation }
  | { readonly kind: 'taken' }
  | { readonly kind: 'failed'; readonly error: unknown }
);

async function hold(steps: SendSteps, send: ReadyToGo): Promise<Held> {
  const event = steps.eventAlone(send);
  if (event !== undefined) return { kind: 'alone', send, event };
  try {
    const made = await steps.reserve(send);
    return made.kind === 'taken' ? { kind: 'taken', send } : { kind: 'reserved', send, made };
  } catch (error) {
    return { kind: 'failed', send, error };
  }
}

/** One address is one thread (rule 5), whether it has its ids yet or not. */
function byThread(held: readonly Held[]): readonly (readonly Held[])[] {
  const threads = new Map<string, Held[]>();
  for (const one of held) {
    const { channelId, address } = one.send.send.request;
    const name = `${channelId} ${address}`;
    const thread = threads.get(name);
    if (thread === undefined) threads.set(name, [one]);
    else thread.push(one);
  }
  return [...threads.values()];
}

/** A thread that the log can't open holds up its own messages, and no other's. */
async function openingOf(thread: readonly Held[]): Promise<readonly AppendedPosition[]> {
  const opened = await Promise.all(thread.flatMap((one) => (one.kind === 'reserved' ? [one.made.opened] : [])));
  return opened.flat();
}

/**
 * Whoever waits for the same opening goes on in the order in which he began to wait; and up to the next `await` all that
 * is done is done at once. There the log takes what it is given.
 */
async function handOver(
  { steps, lookups, givenUp }: Recording,
  one: Held,
  opening: Promise<readonly AppendedPosition[]>,
): Promise<Answer> {
  if (one.kind === 'failed') throw one.error;
  if (one.kind === 'taken') return steps.repeatTaken(one.send.key, lookups);
  const opened = await opening;
  if (one.kind === 'reserved') return answerOf(await one.made.publish(opened));
  givenUp.throwIfAborted();
  return answerOf(await steps.append(one.event));
}
