import type { RecordedEvent } from '../../../src/events/kernel/event.js';
import type { MessageEvent } from '../../../src/events/message/events.js';
import type { MessageStatus } from '../../../src/events/message/state.js';

/**
 * Rule 13 once more, as slowly and literally as it is written: over the set of all events at once, without a state that
 * is carried along. The fold is held against it.
 */
const RANKS: Readonly<Record<string, readonly [number, MessageStatus]>> = {
  'message.received': [0, 'RECEIVED'],
  'message.accepted': [1, 'ACCEPTED'],
  'message.dispatched': [3, 'PROCESSING'],
  'message.outcome_unknown': [4, 'OUTCOME_UNKNOWN'],
  'message.submitted': [5, 'PROCESSING'],
  'message.send_failed': [6, 'SENDING_FAILED'],
  'message.sent': [7, 'SENT'],
  'message.delivery_failed': [8, 'DELIVERY_FAILED'],
  'message.delivered': [9, 'DELIVERED'],
  'message.read': [10, 'READ'],
};
const ARRIVED: readonly MessageStatus[] = ['SENT', 'DELIVERED', 'READ'];

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
  const accepted = events.find(({ type }) => type === 'message.accepted');
  const parts = accepted?.type === 'message.accepted' ? accepted.data.parts : undefined;
  const isIncoming = events.some(({ type }) => type === 'message.received');
  const named = new Set(events.flatMap((event) => ('part' in event.data ? event.data.part : [])));
  const known = isIncoming ? [0] : parts === undefined ? [...named] : Array.from({ length: parts }, (_, part) => part);
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

function saidOf(events: readonly MessageEvent[], attempt: number, part: number): Said[] {
  return events.flatMap((event) => {
    const place = 'part' in event.data ? event.data : { attempt: 1, part };
    const found = RANKS[event.type];
    if (found === undefined || place.attempt !== attempt || place.part !== part) return [];
    return [{ rank: found[0], status: found[1], event }];
  });
}

function shown(said: readonly Said[], top: readonly Said[], status: MessageStatus): MessageStatus {
  const isOpen = top.every(({ event }) => event.type === 'message.delivery_failed' && event.data.stage === 'UNKNOWN');
  return isOpen && said.every(({ event }) => event.type !== 'message.sent') ? 'SENDING_FAILED' : status;
}
