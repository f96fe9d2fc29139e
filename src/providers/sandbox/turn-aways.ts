import type { Clock } from '../../events/kernel/clock.js';
import { createRecent } from '../../recent.js';
import type { SendBody } from './wire.js';

/** Numbers that are written to at once. */
const ENTRIES_MAX = 20_000;
/** What comes this soon after another message to the same number is of the same queue. */
const QUEUE_GAP_MS = 3_000;

/** How often a number turned a message away, and which one it let through. */
export interface TurnAways {
  /** Whether this call is turned away: a message is, so many times. Counts it. */
  isTurnedAway(call: { readonly token: string; readonly send: SendBody }, times: number): boolean;
}

/**
 * Counts per reference. The call's own number counts as well: another process, with a carrier of its own, may have turned
 * the earlier ones away. A queue behind a message that was let through passes at once: twenty of them, one after another
 * and each put off three times, would take minutes, and a story ends within 30 s. Parley keeps the order of a thread, so
 * that another message to the number says that the one before was let through, here or by another process.
 */
export function createTurnAways(clock: Clock): TurnAways {
  const latest = createRecent<{ readonly reference: string; readonly count: number; readonly at: number }>(ENTRIES_MAX);
  return {
    isTurnedAway({ token, send: { to, reference, call = 1 } }, times) {
      const at = clock.now().getTime();
      const before = latest.get(`${token} ${to}`);
      const isSame = before?.reference === reference;
      const isOfQueue = before !== undefined && !isSame && at - before.at < QUEUE_GAP_MS;
      const count = Math.max(isSame ? before.count : 0, call - 1);
      const isAway = !isOfQueue && count < times;
      latest.set(`${token} ${to}`, { reference, count: isAway ? count + 1 : times, at });
      return isAway;
    },
  };
}
