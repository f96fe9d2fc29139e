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
      const giveUp = new AbortController();
      const handed = log.append('events', record, { signal: giveUp.signal }).then((position) => {
        isAway = false;
        onAcknowledged?.(position);
        return position;
      });
      try {
        return await within(handed, giveUp);
      } catch (error) {
        if (error instanceof LogUnavailableError) isAway = true;
        throw error;
      }
    },
  };
}

/** The record leaves the log's queue when its time is over, if it wasn't handed over yet. */
function within(handed: Promise<AppendedPosition>, giveUp: AbortController): Promise<AppendedPosition> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      const error = new LogUnavailableError(`The log did not acknowledge within ${APPEND_BOUND_MS} ms.`);
      giveUp.abort(error);
      reject(error);
    }, APPEND_BOUND_MS);
    void handed.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
