import { sql } from 'drizzle-orm';
import type { Transaction } from '../../../database/database.js';
import { messageIds, workspaceIds, type MessageId, type WorkspaceId } from '../../kernel/ids.js';
import {
  dispatchPayload,
  subjectColumns,
  subjectOf,
  type DispatchPayload,
  type DispatchState,
  type DispatchSubject,
  type SubjectRow,
} from './dispatch.js';

/** A dispatch of one message, as a person's decision about it finds it. */
export interface MessageDispatch {
  readonly subject: DispatchSubject;
  readonly state: DispatchState;
  /** The number of the last call that began; 0 before the first. */
  readonly call: number;
  readonly isScheduled: boolean;
  /** Undefined once nothing of it will be sent. */
  readonly payload: DispatchPayload | undefined;
}

interface LockedRow extends SubjectRow {
  readonly state: DispatchState;
  readonly call: number;
  readonly is_scheduled: boolean;
  readonly payload: unknown;
}

/**
 * All dispatches of a message, locked in the order of their keys: until the transaction ends, whoever brings news of them
 * waits, so that of several who decide at once one is first. Those of another workspace are as if there were none.
 */
export async function lockMessage(
  tx: Transaction,
  workspaceId: WorkspaceId,
  messageId: MessageId,
): Promise<readonly MessageDispatch[]> {
  const found = await tx.execute<LockedRow>(sql`
    select ${subjectColumns}, d.state, d.call, d.scheduled_at is not null as is_scheduled, d.payload
    from work.dispatches d
    where d.message_id = ${messageIds.toUuid(messageId)} and d.workspace_id = ${workspaceIds.toUuid(workspaceId)}
    order by d.message_id, d.attempt, d.part for update`);
  return found.rows.map((row) => ({
    ...{ subject: subjectOf(row), state: row.state, call: row.call, isScheduled: row.is_scheduled },
    payload: dispatchPayload.safeParse(row.payload).data,
  }));
}
