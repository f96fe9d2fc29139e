import type { Clock } from '../../events/kernel/clock.js';
import { createRecent } from './recent.js';
import type { SendBody } from './wire.js';

/** Calls that are being turned away, at once: a thousand channels with twenty messages each. */
const ENTRIES_MAX = 20_000;
/** What comes this soon after a message that the number let through is of the same queue. */
const QUEUE_GAP_MS = 2_000;

/** How often a number turned a message away, and which one it let through. */
export interface TurnAways {
  /** Whether this call is turned away: each message is, so many times. Counts it. */
  isTurnedAway(call: { readonly token: string; readonly send: SendBody }, times: number): boolean;
}

/**
 * Counts per reference. The call's own number counts as well: another process, with a carrier of its own, may have turned
 * the earlier ones away. A queue behind a message that was let through passes at once: twenty of them, one after another
 * and each put off three times, would take minutes, and a story ends within 30 s.
 */
export function createTurnAways(clock: Clock): TurnAways {
  const counts = createRecent<number>(ENTRIES_MAX);
  const letThroughAt = createRecent<number>(ENTRIES_MAX);
  return {
    isTurnedAway({ token, send }, times) {
      const [message, queue] = [`${token} ${send.reference}`, `${token} ${send.to}`];
      const now = clock.now().getTime();
      const count = Math.max(counts.get(message) ?? 0, (send.call ?? 1) - 1);
      const isOfQueue = count === 0 && now - (letThroughAt.get(queue) ?? Number.NEGATIVE_INFINITY) < QUEUE_GAP_MS;
      if (count < times && !isOfQueue) {
        counts.set(message, count + 1);
        return true;
      }
      counts.delete(message);
      letThroughAt.set(queue, now);
      return false;
    },
  };
}
