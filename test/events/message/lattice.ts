import type { RecordedEvent } from '../../../src/events/kernel/event.js';
import type { MessageEvent } from '../../../src/events/message/events.js';
import type { MessageStatus } from '../../../src/events/message/state.js';

/**
 * Rule 13 once more, as slowly and literally as it is written: over the set of all events at once, without a state that
 * is carried along. The fold is held against it.
 */
const RANKS: Readonly<Record<string, readonly [number, MessageStatus]>> = {
  'message.received': [0, 'RECEIVED'],
  'message.scheduled': [1, 'SCHEDULED'],
  'message.accepted': [2, 'ACCEPTED'],
  'message.resend_requested': [2, 'ACCEPTED'],
  'message.schedule_cancelled': [3, 'CANCELLED'],
  'message.dispatched': [4, 'PROCESSING'],
  'message.outcome_unknown': [5, 'OUTCOME_UNKNOWN'],
  'message.submitted': [6, 'PROCESSING'],
  'message.send_failed': [7, 'SENDING_FAILED'],
  'message.resolved FAILED': [7, 'SENDING_FAILED'],
  'message.sent': [8, 'SENT'],
  'message.echoed': [8, 'SENT'],
  'message.resolved SENT': [8, 'SENT'],
  'message.delivery_failed': [9, 'DELIVERY_FAILED'],
  'message.delivered': [10, 'DELIVERED'],
  'message.read': [11, 'READ'],
  'message.deleted': [12, 'DELETED'],
};
const ARRIVED: readonly MessageStatus[] = ['SENT', 'DELIVERED', 'READ', 'DELETED'];

interface Said {
  readonly rank: number;
  readonly status: MessageStatus;
  readonly event: MessageEvent;
}

export function statusByTheBook(history: readonly RecordedEvent<MessageEvent>[]): {
  readonly status: MessageStatus;
  readonly statusAt: string | undefined;
} {
  const events = history.map(({ event }) => event);
  const parts = events.flatMap((event) => (isOutgoing(event) ? event.data.parts : []))[0];
  const isOfOnePart = events.some(isFromElsewhere);
  const named = new Set(
    events.flatMap((event) => (isOutgoing(event) ? [] : placesOf(event, []))).map(({ part }) => part),
  );
  const known = isOfOnePart ? [0] : parts === undefined ? [...named] : Array.from({ length: parts }, (_, part) => part);
  const standings = known.map((part) => standing(events, part)).filter((one) => one !== undefined);
  const rank = Math.min(...standings.map((one) => one.rank));
  const least = standings.filter((one) => one.rank === rank);
  if (least.length === 0) return { status: 'ACCEPTED', statusAt: undefined };
  const isSendingFailed = least.some(({ status }) => status === 'SENDING_FAILED');
  const winning = isSendingFailed ? least.filter(({ status }) => status === 'SENDING_FAILED') : least;
  return { status: winning[0]?.status ?? 'ACCEPTED', statusAt: winning.map(({ at }) => at).sort()[0] };
}

function standing(events: readonly MessageEvent[], part: number) {
  const attempts = [1, 2, 3].map((attempt) => saidOf(events, attempt, part)).filter((said) => said.length > 0);
  const tops = attempts.map((said) => {
    const rank = Math.max(...said.map((one) => one.rank));
    return { said, top: said.filter((one) => one.rank === rank) };
  });
  const arrived = tops.filter(({ top }) => ARRIVED.includes(top[0]?.status ?? 'ACCEPTED'));
  const best = Math.max(...arrived.map(({ top }) => top[0]?.rank ?? 0));
  const chosen = arrived.length > 0 ? arrived.filter(({ top }) => top[0]?.rank === best) : tops.slice(-1);
  const first = chosen[0]?.top[0];
  if (first === undefined) return undefined;
  const at = chosen.flatMap(({ top }) => top.map(({ event }) => event.occurredAt)).sort()[0] ?? '';
  return { rank: first.rank, status: shown(chosen[0]?.said ?? [], chosen[0]?.top ?? [], first.status), at };
}

const isOutgoing = (event: MessageEvent) => event.type === 'message.accepted' || event.type === 'message.scheduled';

interface Place {
  readonly attempt: number;
  readonly part: number;
}

const isFromElsewhere = ({ type }: MessageEvent) => type === 'message.received' || type === 'message.echoed';

/** The parts that an event names. @param whole what it names if it names the whole message */
function placesOf(event: MessageEvent, whole: readonly Place[]): readonly Place[] {
  if (isOutgoing(event) || event.type === 'message.received' || event.type === 'message.echoed') return whole;
  if (event.type === 'message.reacted' || event.type === 'message.corrected' || event.type === 'message.edited')
    return [];
  if (event.type === 'message.schedule_cancelled')
    return Array.from({ length: event.data.parts }, (_, part) => ({ attempt: 1, part }));
  const { data } = event;
  return 'parts' in data ? data.parts.map((part) => ({ attempt: data.attempt, part })) : [data];
}

function saidOf(events: readonly MessageEvent[], attempt: number, part: number): Said[] {
  return events.flatMap((event) => {
    const found = RANKS[event.type === 'message.resolved' ? `${event.type} ${event.data.as}` : event.type];
    const isNamed = placesOf(event, [{ attempt: 1, part }]).some(
      (place) => place.attempt === attempt && place.part === part,
    );
    if (found === undefined || !isNamed) return [];
    return [{ rank: found[0], status: found[1], event }];
  });
}

function shown(said: readonly Said[], top: readonly Said[], status: MessageStatus): MessageStatus {
  const isOpen = top.every(({ event }) => event.type === 'message.delivery_failed' && event.data.stage === 'UNKNOWN');
  return isOpen && said.every(({ status: told }) => told !== 'SENT') ? 'SENDING_FAILED' : status;
}
