import { overtakenSends } from '../../support/log-invariants.js';

/** One message that a sender wanted to send, with what came of it. Times by one clock that never goes back. */
export interface HistorySend {
  /** Its text: no two sends of a history share one. */
  readonly name: string;
  /** The conversation's address. */
  readonly to: string;
  /** Undefined: sent without an idempotency key, and so only tried once. */
  readonly key?: string;
  /** When the first try began. */
  readonly startedAt: number;
  /** When the first answer with a message came. Undefined: none came. */
  readonly acknowledgedAt?: number;
  /** Of each such answer: tries with the same key may get several. */
  readonly messageIds: readonly string[];
}

/** An accepted message as the log or the journal has it. */
export interface RecordedSend {
  readonly name: string;
  readonly to: string;
  readonly key?: string;
  readonly messageId: string;
  readonly partition: number;
  readonly offset: bigint;
}

export interface Verdict {
  /** Acknowledged, and missing in the log or in the journal. */
  readonly lost: readonly string[];
  /** More than once in the journal, or answered as two messages. */
  readonly doubled: readonly string[];
  /** Acknowledged before another send to the same contact began, and recorded behind it all the same. */
  readonly reordered: readonly string[];
  /** In the journal as another message than answered, to somebody else, under another key. */
  readonly altered: readonly string[];
  /** In the log or in the journal, and nobody sent it. */
  readonly strange: readonly string[];
}

/**
 * What may honestly be promised, and nothing less:
 * - An acknowledged send is in the log, and once in the journal, as the message that each of its answers named.
 * - A send without an acknowledgement is absent, or once in the journal, whole.
 * - A send that was acknowledged before another one to the same contact began stands before it, whatever becomes of the
 *   other one. A send whose first tries failed counts from its acknowledgement: until then it may stand anywhere behind
 *   its first try, or nowhere. One that was given up may turn up later (the outbox is never withdrawn), so nothing is
 *   promised about it and those that began after it.
 *
 * The log may hold an event several times (at least once); the journal has it where it stands first, so order is judged
 * by the journal.
 */
export function judgeHistory(
  history: readonly HistorySend[],
  log: readonly RecordedSend[],
  journal: readonly RecordedSend[],
): Verdict {
  const logged = new Set(log.map(({ name }) => name));
  const journaled = byName(journal);
  const sent = new Set(history.map(({ name }) => name));
  const isAcknowledged = ({ acknowledgedAt }: HistorySend) => acknowledgedAt !== undefined;
  return {
    lost: namesOf(history, (send) => isAcknowledged(send) && !(logged.has(send.name) && journaled.has(send.name))),
    doubled: namesOf(
      history,
      ({ name, messageIds }) => (journaled.get(name)?.length ?? 0) > 1 || new Set(messageIds).size > 1,
    ),
    reordered: overtaken(history, journaled),
    altered: namesOf(history, (send) => journaled.get(send.name)?.some((record) => isAltered(send, record)) ?? false),
    strange: [...new Set([...logged, ...journaled.keys()])].filter((name) => !sent.has(name)),
  };
}

function byName(records: readonly RecordedSend[]): ReadonlyMap<string, readonly RecordedSend[]> {
  const named = new Map<string, RecordedSend[]>();
  for (const record of records) named.set(record.name, [...(named.get(record.name) ?? []), record]);
  return named;
}

const namesOf = (history: readonly HistorySend[], isFound: (send: HistorySend) => boolean): readonly string[] =>
  history.filter(isFound).map(({ name }) => name);

const isAltered = ({ to, key, messageIds }: HistorySend, record: RecordedSend): boolean =>
  record.to !== to || record.key !== key || messageIds.some((id) => id !== record.messageId);

function overtaken(
  history: readonly HistorySend[],
  journaled: ReadonlyMap<string, readonly RecordedSend[]>,
): readonly string[] {
  const placed = history.flatMap(({ name, to, startedAt, acknowledgedAt = Infinity }) => {
    const [record] = journaled.get(name) ?? [];
    return record === undefined ? [] : [{ ...record, name, to, startedAt, acknowledgedAt }];
  });
  return [...overtakenSends(placed), ...outOfTheirPartition(placed)].map(({ name }) => name);
}

/** A conversation is one partition: offsets of two have no order. */
function outOfTheirPartition<Placed extends { readonly to: string; readonly partition: number }>(
  placed: readonly Placed[],
): readonly Placed[] {
  const home = new Map<string, number>();
  for (const { to, partition } of placed) if (!home.has(to)) home.set(to, partition);
  return placed.filter(({ to, partition }) => home.get(to) !== partition);
}
