import type { Vector } from '../kernel/cursor.js';
import type { JournalEntry } from './journal.js';

/** Events that wait for a slow reader; beyond it he reads the journal at his own pace. The events themselves are shared. */
export const MAILBOX_SIZE_MAX = 256;

/** What the tail gave one subscriber and he hasn't taken yet. */
export interface Mailbox {
  /** Whether it is joined to the tail. Full, it leaves by itself; what is in it stays good, and has no gap. */
  isJoined(): boolean;
  isEmpty(): boolean;
  join(): void;
  leave(): void;
  /** Leaves and forgets what it holds. */
  reset(): void;
  /** The next event that `seen` hasn't passed; what it has passed is dropped. */
  take(seen: Vector): JournalEntry | undefined;
}

/**
 * @param onNews something came, or the mailbox left because it was full
 * @param onFull likewise, only when it was full
 */
export function createMailbox(
  joinTail: (give: (entry: JournalEntry) => void) => () => void,
  onNews: () => void,
  onFull: () => void = () => undefined,
): Mailbox {
  let waiting: JournalEntry[] = [];
  let leaveTail: (() => void) | undefined;
  const leave = () => {
    leaveTail?.();
    leaveTail = undefined;
  };
  const give = (entry: JournalEntry) => {
    if (waiting.length < MAILBOX_SIZE_MAX) waiting.push(entry);
    else {
      leave();
      onFull();
    }
    onNews();
  };
  return {
    isJoined: () => leaveTail !== undefined,
    isEmpty: () => waiting.length === 0,
    join() {
      leave();
      leaveTail = joinTail(give);
    },
    leave,
    reset() {
      leave();
      waiting = [];
    },
    take(seen) {
      for (let entry = waiting.shift(); entry !== undefined; entry = waiting.shift()) {
        if (!isPassed(entry, seen)) return entry;
      }
      return undefined;
    },
  };
}

const isPassed = ({ position }: JournalEntry, seen: Vector): boolean =>
  position.offset < (seen[position.partition] ?? 0n);
