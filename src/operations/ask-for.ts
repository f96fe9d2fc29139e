import { randomUUID } from 'node:crypto';
import type { Database } from '../database/database.js';
import { pause } from '../lifecycle.js';
import { isFinished, type Operation, type OperationKind } from './operation.js';
import { findLatest, findOperation, insertOperation } from './operation-rows.js';

const LOOK_EVERY_MS = 250;

export interface AskedFor {
  readonly operation: Operation;
  /** False: one of the kind was under way already, perhaps with other arguments; this is that one. */
  readonly isNew: boolean;
}

/** Asks for an operation, or finds the one of its kind that is under way: there is one at a time. */
export async function askFor(
  { orm }: Database,
  kind: OperationKind,
  given: Readonly<Record<string, unknown>>,
): Promise<AskedFor> {
  for (;;) {
    const made = await insertOperation(orm, { id: randomUUID(), kind, arguments: given });
    if (made !== undefined) return { operation: made, isNew: true };
    const other = await findLatest(orm, kind);
    // Otherwise it ended in between.
    if (other !== undefined && !isFinished(other)) return { operation: other, isNew: false };
  }
}

export interface WatchOptions {
  /** Told of each state that was looked at, the last one included. */
  readonly onLook: (operation: Operation) => void;
  /** Ends the watching, not the operation. */
  readonly signal: AbortSignal;
}

/** Follows an operation to its end. @returns it as it ended, or as it was when the signal fired; undefined: it is gone */
export async function watchOperation(
  { orm }: Database,
  id: string,
  { onLook, signal }: WatchOptions,
): Promise<Operation | undefined> {
  for (;;) {
    const operation = await findOperation(orm, id);
    if (operation === undefined) return undefined;
    onLook(operation);
    if (isFinished(operation) || signal.aborted) return operation;
    await pause(LOOK_EVERY_MS, signal);
  }
}
