import type { DispatchKey, DispatchPayload, DispatchState } from './dispatch.js';
import type { MessageEvent } from '../../message/events.js';
import { open } from '../../sealing.js';

/** What an event says of one dispatch. */
export type IntakeStep = DispatchKey &
  (
    | { readonly kind: 'queued'; readonly payload: DispatchPayload | null }
    | { readonly kind: 'begun'; readonly call: number }
    | { readonly kind: 'deferred'; readonly call: number; readonly nextAt: string }
    | { readonly kind: 'unknown'; readonly call: number }
    | { readonly kind: 'ended' }
  );

/** What the intake knows and changes of a row. */
export interface DispatchProgress {
  readonly state: DispatchState;
  /** The number of the last call that began; 0 before the first. */
  readonly call: number;
  /** When it may be claimed, as RFC 3339; undefined: as it was, at once for a new row. */
  readonly runAt?: string | undefined;
  /** Only what a new row is made with; an existing row keeps its own. */
  readonly payload?: DispatchPayload | null;
}

/** More parts than any adapter makes: such a record is broken, and must not become as many rows. */
const PARTS_MAX = 100;

/** The steps that an event takes; none for incoming messages. @throws RangeError when it names too many parts */
export function stepsOf(event: MessageEvent): readonly IntakeStep[] {
  const { messageId } = event;
  if (messageId === undefined) throw new RangeError(`${event.type} names no message.`);
  switch (event.type) {
    case 'message.accepted': {
      if (event.data.parts > PARTS_MAX) throw new RangeError(`${event.data.parts} parts.`);
      const opened = open(event);
      const payload =
        opened.state === 'open' ? { address: opened.content.address, content: opened.content.message } : null;
      return Array.from({ length: event.data.parts }, (_, part) => ({
        messageId,
        attempt: 1,
        part,
        kind: 'queued',
        payload,
      }));
    }
    case 'message.received':
      return [];
    default: {
      const { attempt, part } = event.data;
      return [{ messageId, attempt, part, ...saidOf(event) }];
    }
  }
}

type StepSaid = IntakeStep extends infer Step
  ? Step extends IntakeStep
    ? Omit<Step, keyof DispatchKey>
    : never
  : never;

function saidOf(event: Exclude<MessageEvent, { type: 'message.accepted' | 'message.received' }>): StepSaid {
  switch (event.type) {
    case 'message.dispatched':
      return { kind: 'begun', call: event.data.call };
    case 'message.deferred':
      return { kind: 'deferred', call: event.data.call, nextAt: event.data.nextAt };
    case 'message.outcome_unknown':
      return { kind: 'unknown', call: event.data.call };
    default:
      return { kind: 'ended' };
  }
}

const isOver = ({ state }: DispatchProgress): boolean => state === 'settled' || state === 'cancelled';

/**
 * The intake's fold (rule 16). Pure and total; answers the very same object where the event changes nothing, and that is
 * the rule for events of this process' own making: the row was committed before its event was appended.
 */
export function foldDispatch(row: DispatchProgress | undefined, step: IntakeStep): DispatchProgress {
  if (row === undefined) return newRow(step);
  if (isOver(row)) return row;
  switch (step.kind) {
    case 'queued':
      return row;
    case 'begun':
      // A call that the row doesn't know: Postgres was restored, or another copy of it made the call.
      return step.call <= row.call || row.state === 'unknown' ? row : { ...row, state: 'in_doubt', call: step.call };
    case 'deferred':
      return isNewsOfDeferral(row, step.call) ? { ...row, state: 'waiting', call: step.call, runAt: step.nextAt } : row;
    case 'unknown':
      return step.call < row.call || row.state === 'unknown' ? row : { ...row, state: 'unknown', call: step.call };
    case 'ended':
      return { ...row, state: 'settled' };
  }
}

/** A row that knows the call as begun, and not that it was put off, is a restored one. */
function isNewsOfDeferral(row: DispatchProgress, call: number): boolean {
  if (row.state === 'unknown') return false;
  return call > row.call || (call === row.call && (row.state === 'in_doubt' || row.state === 'calling'));
}

/** A row whose first news isn't its acceptance is never sent: what it would send isn't known. */
function newRow(step: IntakeStep): DispatchProgress {
  switch (step.kind) {
    case 'queued':
      return { state: 'waiting', call: 0, payload: step.payload };
    case 'begun':
    case 'deferred':
      return { state: 'in_doubt', call: step.call };
    case 'unknown':
      return { state: 'unknown', call: step.call };
    case 'ended':
      return { state: 'settled', call: 0 };
  }
}
