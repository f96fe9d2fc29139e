import { earlierOf } from '../kernel/instant.js';
import { hasArrived, rankOf, statusOfRank } from './ladder.js';
import type { MessageFailure, MessageStatus, PartProgress, Progress } from './state.js';

/** What a message stands at, out of what its parts stand at. */
export interface Standing {
  readonly status: MessageStatus;
  readonly statusAt: string;
  readonly failure: MessageFailure | null;
}

const DELIVERY_FAILED = rankOf('delivery_failed');
const SEND_FAILED = rankOf('send_failed');

/**
 * The least upper bound of what two sets of events say about one part of one attempt. Commutative, associative and
 * idempotent: that alone makes every order and repetition of the same events give the same row (rule 13).
 */
export function join(a: PartProgress | undefined, b: PartProgress): PartProgress {
  if (a === undefined) return b;
  const hasSent = a.hasSent || b.hasSent;
  if (a.rank !== b.rank) return { ...(a.rank > b.rank ? a : b), hasSent };
  return { rank: a.rank, at: earlierOf(a.at, b.at), hasSent, failure: earlierFailure(a, b) };
}

/** One event that says the stage decides it for all: the stage stays unknown only while every failure leaves it open. */
function earlierFailure(a: PartProgress, b: PartProgress): PartProgress['failure'] {
  if (a.failure === null || b.failure === null) return a.failure ?? b.failure;
  const isFirst = a.at === b.at ? a.failure.eventId <= b.failure.eventId : a.at < b.at;
  const isStageUnknown = a.failure.isStageUnknown && b.failure.isStageUnknown;
  return { ...(isFirst ? a.failure : b.failure), isStageUnknown };
}

/** What was said, joined into the parts it names. */
export function joinInto(progress: Progress, attempt: number, parts: readonly number[], said: PartProgress): Progress {
  const joined: Record<string, PartProgress> = { ...progress[attempt] };
  for (const part of parts) joined[part] = join(joined[part], said);
  return { ...progress, [attempt]: joined };
}

/**
 * The message's status is the least of its parts. Parts beyond `parts` don't count, once that number is known.
 * Undefined while nothing has said a status.
 */
export function standingOf(progress: Progress, parts: number | null): Standing | undefined {
  const standings = partsIn(progress)
    .filter((part) => parts === null || part < parts)
    .map((part) => standingOfPart(progress, part));
  const least = leastOf(standings);
  if (least === undefined) return undefined;
  const { rank, shownRank } = least;
  const deciding = standings.filter((one) => one.rank === rank && one.shownRank === shownRank).reduce(joinShown);
  return { status: statusOfRank(shownRank), statusAt: deciding.at, failure: withoutOrigin(deciding.failure) };
}

type Shown = PartProgress & { readonly shownRank: number };

const joinShown = (a: Shown, b: Shown): Shown => ({ ...join(a, b), shownRank: a.shownRank });

function leastOf(standings: readonly Shown[]): Shown | undefined {
  return standings.reduce<Shown | undefined>(
    (least, one) =>
      least === undefined || one.rank < least.rank || (one.rank === least.rank && one.shownRank < least.shownRank)
        ? one
        : least,
    undefined,
  );
}

/** Across attempts: one that arrived beats any that didn't, by rank; otherwise the latest stands. */
function standingOfPart(progress: Progress, part: number): Shown {
  const attempts = Object.keys(progress)
    .map(Number)
    .sort((a, b) => a - b)
    .flatMap((attempt) => progress[attempt]?.[part] ?? []);
  const arrived = attempts.filter(({ rank }) => hasArrived(rank));
  const standing = arrived.length > 0 ? arrived.reduce(join) : attempts.at(-1);
  if (standing === undefined) throw new RangeError('A part without progress has no standing.');
  return { ...standing, shownRank: shownRankOf(standing) };
}

/** A failure that doesn't say when it happened counts as one of sending until the attempt is known to have been sent. */
const shownRankOf = (one: PartProgress): number =>
  one.rank === DELIVERY_FAILED && one.failure?.isStageUnknown === true && !one.hasSent ? SEND_FAILED : one.rank;

const partsIn = (progress: Progress): readonly number[] => [
  ...new Set(Object.values(progress).flatMap((parts) => Object.keys(parts).map(Number))),
];

/** The failure without who said it. */
export function withoutOrigin(failure: PartProgress['failure']): MessageFailure | null {
  if (failure === null) return null;
  const { code, isRetryable, providerCode, providerMessage } = failure;
  return { code, isRetryable, providerCode, providerMessage };
}

/** Sorted by code units, each once. */
export const union = (a: readonly string[], b: readonly string[]): readonly string[] =>
  b.every((one) => a.includes(one)) ? a : [...new Set([...a, ...b])].sort();
