import type { DispatchKey, DispatchPayload, DispatchState } from './dispatch.js';
import type { MessageId } from '../../kernel/ids.js';
import { traced } from '../../kernel/trace-context.js';
import type { MessageEvent } from '../../message/events.js';
import { open } from '../../sealing.js';

/** What an event says of one dispatch. */
export type IntakeStep = DispatchKey &
  (
    | {
        readonly kind: 'queued';
        readonly payload: DispatchPayload | null;
        /** RFC 3339; undefined: at once. */
        readonly scheduledAt?: string | undefined;
      }
    | { readonly kind: 'cancelled' }
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
  /** Likewise. */
  readonly scheduledAt?: string | undefined;
}

/** More parts than any adapter makes: such a record is broken, and must not become as many rows. */
const PARTS_MAX = 100;

/** The steps that an event takes; none for what isn't sent. @throws RangeError when it names too many parts */
export function stepsOf(event: MessageEvent): readonly IntakeStep[] {
  const { messageId } = event;
  if (messageId === undefined) throw new RangeError(`${event.type} names no message.`);
  switch (event.type) {
    case 'message.accepted':
    case 'message.scheduled':
      return queued(event, messageId);
    case 'message.schedule_cancelled':
      return partsUpTo(event.data.parts).map((part) => ({ messageId, attempt: 1, part, kind: 'cancelled' }));
    case 'message.resolved':
      return bounded(event.data.parts).map((part) => ({
        ...{ messageId, attempt: event.data.attempt, part, kind: 'ended' },
      }));
    case 'message.resend_requested':
      return resent(event, messageId);
    case 'message.received':
    case 'message.echoed':
    case 'message.reacted':
    case 'message.deleted':
    case 'message.edited':
    case 'message.corrected':
      return [];
    default: {
      const { attempt, part } = event.data;
      return [{ messageId, attempt, part, ...saidOf(event) }];
    }
  }
}

type EventOf<Type extends MessageEvent['type']> = Extract<MessageEvent, { type: Type }>;

function queued(event: EventOf<'message.accepted' | 'message.scheduled'>, messageId: MessageId): readonly IntakeStep[] {
  const payload = payloadIn(event);
  const scheduledAt = event.type === 'message.scheduled' ? event.data.scheduledAt : undefined;
  return partsUpTo(event.data.parts).map((part) => ({
    ...{ messageId, attempt: 1, part, kind: 'queued', payload, scheduledAt },
  }));
}

/** The attempt that nobody knew the outcome of is over, and the one that was asked for begins. */
function resent(event: EventOf<'message.resend_requested'>, messageId: MessageId): readonly IntakeStep[] {
  const { attempt, parts } = event.data;
  const payload = payloadIn(event);
  return bounded(parts).flatMap((part): readonly IntakeStep[] => [
    { messageId, attempt: attempt - 1, part, kind: 'ended' },
    { messageId, attempt, part, kind: 'queued', payload },
  ]);
}

type Sendable = EventOf<'message.accepted' | 'message.scheduled' | 'message.resend_requested'>;

/** Null: erased. */
function payloadIn(event: Sendable): DispatchPayload | null {
  const { author, category, replyToMessageId } = event.data;
  const opened = open<{ readonly address: string; readonly message: DispatchPayload['content'] }>(event);
  if (opened.state !== 'open') return null;
  const { address, message: content } = opened.content;
  return {
    ...{ address, content },
    ...(author !== undefined && { author }),
    ...(category !== undefined && { category }),
    ...(replyToMessageId !== undefined && { replyToMessageId }),
    ...traced(event.trace),
  };
}

function partsUpTo(count: number): readonly number[] {
  if (count > PARTS_MAX) throw new RangeError(`${count} parts.`);
  return Array.from({ length: count }, (_, part) => part);
}

function bounded(parts: readonly number[]): readonly number[] {
  if (parts.length > PARTS_MAX) throw new RangeError(`${parts.length} parts.`);
  return parts;
}

type StepSaid = IntakeStep extends infer Step
  ? Step extends IntakeStep
    ? Omit<Step, keyof DispatchKey>
    : never
  : never;

/** The events that tell of one part by their type alone. */
type PartEvent = Extract<MessageEvent, { readonly data: { readonly attempt: number; readonly part: number } }>;

function saidOf(event: PartEvent): StepSaid {
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

export const isOver = ({ state }: DispatchProgress): boolean => state === 'settled' || state === 'cancelled';

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
    case 'cancelled':
      // Only before anything of it was sent; whoever cancelled it has looked at that, on the row.
      return isUntouched(row) ? { ...row, state: 'cancelled' } : row;
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

/** A claim counts for nothing here: only a backup knows one that was given back before the message was cancelled. */
const isUntouched = ({ state, call }: DispatchProgress): boolean =>
  (state === 'scheduled' || state === 'waiting' || state === 'claimed') && call === 0;

/** A row that knows the call as begun, and not that it was put off, is a restored one. */
function isNewsOfDeferral(row: DispatchProgress, call: number): boolean {
  if (row.state === 'unknown') return false;
  return call > row.call || (call === row.call && (row.state === 'in_doubt' || row.state === 'calling'));
}

/** A row whose first news isn't its acceptance is never sent: what it would send isn't known. */
function newRow(step: IntakeStep): DispatchProgress {
  switch (step.kind) {
    case 'queued': {
      const { payload, scheduledAt } = step;
      if (scheduledAt === undefined) return { state: 'waiting', call: 0, payload };
      return { state: 'scheduled', call: 0, payload, scheduledAt, runAt: scheduledAt };
    }
    case 'cancelled':
      return { state: 'cancelled', call: 0 };
    case 'begun':
    case 'deferred':
      return { state: 'in_doubt', call: step.call };
    case 'unknown':
      return { state: 'unknown', call: step.call };
    case 'ended':
      return { state: 'settled', call: 0 };
  }
}
