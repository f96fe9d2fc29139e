import type { Transaction } from '../../database/database.js';
import type { ParleyEvent } from '../catalog.js';
import type { Vector } from '../kernel/cursor.js';
import type { AppendedPosition, OutgoingRecord } from '../log/event-log.js';

/**
 * The outbox (rule 3): where a row and an event must agree, one transaction writes both, and whoever committed appends
 * at once. What is older than a few seconds a sweeper appends, under the same event id. Nothing is ever withdrawn.
 */
export interface Outbox {
  /** In the transaction that makes the events true. @throws LogUnavailableError when the log is known to be away */
  enqueue(tx: Transaction, events: readonly ParleyEvent[]): Promise<void>;
  /**
   * After the commit: appends in the order given and resolves with the positions; rows go, and positions are written to
   * the idempotency rows of these events, in a batch behind the answer; with `cursor`, that too.
   * @throws LogUnavailableError within 5 s; the rows stay and the sweeper goes on
   */
  publish(events: readonly ParleyEvent[], options?: PublishOptions): Promise<readonly AppendedPosition[]>;
  /**
   * The same for one that was read from a row: the very bytes that stand there, whichever version wrote them. Written
   * anew they could lack what only that one knows, and two different events would share an id.
   */
  publishStored(stored: StoredEvent): Promise<AppendedPosition>;
  /** As it is appended: for a row that keeps it. */
  recordOf(event: ParleyEvent): OutgoingRecord;
  /** Only an event, no row: appended directly. @throws LogUnavailableError within 5 s */
  append(event: ParleyEvent): Promise<AppendedPosition>;
}

/** An event as it stands in a row, and as this version reads it. */
export interface StoredEvent<Event extends ParleyEvent = ParleyEvent> {
  readonly event: Event;
  readonly record: OutgoingRecord;
}

export interface PublishOptions {
  /** What the answer's cursor is raised from, so that a repeat of the idempotency key answers the same one. */
  readonly cursor?: Vector | undefined;
}
