import { sql } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import type { Executor, Transaction } from '../database/database.js';
import type { AuditAction, AuditEvent } from '../events/channel/events.js';
import { toRecord } from '../events/codec.js';
import { eventIds, type ApiKeyId, type WorkspaceId } from '../events/kernel/ids.js';
import { insertOutboxRows } from '../events/outbox/outbox-rows.js';
import { instance } from '../schema/tables/index.js';

/** The first start makes what keys belong to. */
export class NoInstanceError extends Error {
  override readonly name = 'NoInstanceError';
  constructor() {
    super('This database has no instance yet: start Parley on it once.');
  }
}

export interface Audited {
  readonly action: AuditAction;
  /** In whose audit it stands. */
  readonly workspaceId: WorkspaceId;
  readonly subjectId: string;
  /** Null: the operator, on the command line. */
  readonly actorKeyId: ApiKeyId | null;
}

/**
 * Puts what was done into the outbox, in the transaction that does it. Also with the log known to be away, unlike other
 * events: a key that has leaked is revoked now, and what was done is told as soon as the log is back.
 * Its id is made once and kept in the row (rule 7).
 * @returns the event, to be published after the commit by whoever has a log
 * @throws NoInstanceError
 */
export async function recordAudit(
  tx: Transaction,
  { action, workspaceId, subjectId, actorKeyId }: Audited,
  now: Date,
): Promise<AuditEvent> {
  const at = now.toISOString();
  const event: AuditEvent = {
    ...{ id: eventIds.fromUuid(uuidv7()), type: 'audit.recorded', version: 1 },
    ...{ workspaceId, occurredAt: at, recordedAt: at },
    data: { action, actorKeyId, subjectId },
  };
  await insertOutboxRows(tx, [{ event, record: toRecord(event, await fingerprintOf(tx)) }]);
  return event;
}

/** When this commits, every process asks anew who holds what: what it keeps would be good for up to 5 s more. */
export async function tellKeysChanged(tx: Transaction): Promise<void> {
  await tx.execute(sql`select pg_notify('parley_keys', '')`);
}

/** It stands in each event's header (rule 5). @throws NoInstanceError */
async function fingerprintOf(executor: Executor): Promise<string> {
  const [row] = await executor.select({ fingerprint: instance.idFingerprint }).from(instance);
  if (row === undefined) throw new NoInstanceError();
  return row.fingerprint;
}
