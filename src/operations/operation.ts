/** What can be asked for. Each is done by a process that has the role which it concerns. */
export const OPERATION_KINDS = ['rebuild', 'restore-read-models', 'reinterpret', 'redrive'] as const;
export type OperationKind = (typeof OPERATION_KINDS)[number];

export type OperationState = 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';

type Json = Readonly<Record<string, unknown>>;

/** How far it is. */
export interface OperationProgress {
  /** What it does now, for people: `Folding the log`. */
  readonly step: string;
  /** Of `total`, in what the step counts, for example events; both absent where nobody knows. */
  readonly done?: number | undefined;
  readonly total?: number | undefined;
}

/** An operation as its row has it. Times are RFC 3339 in UTC. */
export interface Operation {
  readonly id: string;
  readonly kind: OperationKind;
  readonly arguments: Json;
  readonly state: OperationState;
  readonly isCancelAsked: boolean;
  readonly progress: OperationProgress | null;
  /** What the handler answered; null before the end. */
  readonly result: Json | null;
  /** Why it failed, for people; null unless it did. */
  readonly failure: string | null;
  readonly requestedAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
}

export interface OperationContext {
  readonly arguments: Json;
  /** Fires when it is to end: somebody cancels it, the process stops, or another process has taken it over. */
  readonly signal: AbortSignal;
  /** Keeps the latest; it is written down about once a second. */
  report(progress: OperationProgress): void;
}

/**
 * Does it, and answers what it came to, as JSON without content. It may be begun again from the start by another process
 * after this one died, so a second beginning must be safe while the first still ends.
 * @throws OperationRefusedError when it can't be done, and trying again is no use; anything else is a fault
 */
export type OperationHandler = (context: OperationContext) => Promise<Json>;

/** It can't be done as asked. The message says why and what to do, for people. */
export class OperationRefusedError extends Error {
  override readonly name = 'OperationRefusedError';
}

export const isFinished = ({ state }: Pick<Operation, 'state'>): boolean => state !== 'waiting' && state !== 'running';
