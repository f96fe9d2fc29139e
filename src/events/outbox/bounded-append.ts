import { boundedBy } from '../../lifecycle.js';
import { LogUnavailableError, type AppendedPosition, type EventLog, type OutgoingRecord } from '../log/event-log.js';

/** How long anybody waits for an acknowledgement (rule 2). */
export const APPEND_BOUND_MS = 5_000;

export interface BoundedAppend {
  /**
   * Hands the record to the log at once, so that calls one after another keep their order.
   * `onAcknowledged` is told also when the caller gave up before: whoever has the ack writes the position (rule 3).
   * @throws LogUnavailableError within 5 s
   */
  append(record: OutgoingRecord, onAcknowledged?: (position: AppendedPosition) => void): Promise<AppendedPosition>;
  /** Whether the last that was heard of the log is that it's away. */
  isAway(): boolean;
  /** The log answered something else: worth another try. */
  markBack(): void;
}

/** Appends to `events`, never longer than 5 s, and remembers whether the log is known to be away. */
export function createBoundedAppend(log: EventLog): BoundedAppend {
  let isAway = false;
  return {
    isAway: () => isAway,
    markBack: () => (isAway = false),
    async append(record, onAcknowledged) {
      const hand = async (signal: AbortSignal) => {
        const position = await log.append('events', record, { signal });
        isAway = false;
        onAcknowledged?.(position);
        return position;
      };
      try {
        // The record leaves the log's queue when its time is over, if it wasn't handed over yet.
        return await boundedBy(APPEND_BOUND_MS, tooLate, hand);
      } catch (error) {
        if (error instanceof LogUnavailableError) isAway = true;
        throw error;
      }
    },
  };
}

const tooLate = () => new LogUnavailableError(`The log did not acknowledge within ${APPEND_BOUND_MS} ms.`);
