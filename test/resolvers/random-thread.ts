import { acceptedData, at, messageId, noteId, receivedData, type EventSketch } from '../support/events.js';
import type { SeededRandom } from '../support/seeded-random.js';

type Sketch = Omit<EventSketch, 'n'>;

/** Threads beside each other; most of what happens, happens in the first. */
export const THREADS = 3;
const HOUR_S = 3_600;
/** Messages that are written about: the last so many, and two that are still to come. */
const WINDOW = 8;

/**
 * What may happen in conversations, one event after the other: messages of every kind with what becomes of them in any
 * order, receipts before their messages, repeats of earlier events, and clocks of several writers that disagree by
 * seconds. Now and then many hours pass.
 */
export function createStoryTeller(random: SeededRandom) {
  const begun = Array.from({ length: THREADS }, () => 0);
  const said: EventSketch[] = [];
  let seconds = 0;

  const place = () => ({ attempt: random.between(1, 2), part: random.between(0, 1) });
  const receipt = () => ({ ...place(), providerMessageId: `p-${random.between(1, 5)}` });
  /** Those of a thread have every third number. */
  const nth = (thread: number, index: number) => index * THREADS + thread;
  const old = (thread: number) => nth(thread, Math.max(0, (begun[thread] ?? 0) - random.between(1, WINDOW)));
  const about = (thread: number) => nth(thread, Math.max(0, (begun[thread] ?? 0) + 1 - random.between(0, WINDOW)));
  const begin = (thread: number) => {
    const index = begun[thread] ?? 0;
    begun[thread] = index + 1;
    return nth(thread, index);
  };
  const accepted = (thread: number) => ({
    ...acceptedData(random.between(1, 2), `hello ${seconds}`),
    ...(random.next() < 0.3 && { replyToMessageId: messageId(old(thread)) }),
  });
  const reaction = (thread: number) => ({
    ...acceptedData(1, '👍'),
    contentKind: 'reaction' as const,
    content: {
      address: '+15550100000',
      message: { kind: 'reaction' as const, text: '👍', emoji: '👍', targetMessageId: messageId(old(thread)) },
    },
  });
  const word = () => random.pick(['a', 'b', 'c']);
  const pickNullable = () => random.pick([null, 'x', 'y']);
  const failure = { code: 'UNKNOWN' as const, isRetryable: false };

  const kinds: readonly [(thread: number) => Sketch, ...((thread: number) => Sketch)[]] = [
    (thread) => ({ type: 'message.accepted', message: begin(thread), data: accepted(thread) }),
    (thread) => ({ type: 'message.accepted', message: begin(thread), data: accepted(thread) }),
    (thread) => ({ type: 'message.received', message: begin(thread), data: receivedData(`in-${seconds}`) }),
    (thread) => ({ type: 'message.received', message: begin(thread), data: receivedData(`in-${seconds}`) }),
    (thread) => ({ type: 'message.scheduled', message: begin(thread), data: scheduled(thread) }),
    (thread) => ({ type: 'message.scheduled', message: begin(thread), data: scheduled(thread) }),
    (thread) => ({ type: 'message.accepted', message: begin(thread), data: reaction(thread) }),
    (thread) => ({ type: 'message.schedule_cancelled', message: about(thread), data: { parts: 2 } }),
    (thread) => ({ type: 'message.dispatched', message: about(thread), data: { ...place(), call: 1 } }),
    (thread) => ({ type: 'message.dispatched', message: about(thread), data: { ...place(), call: 1 } }),
    (thread) => ({ type: 'message.deferred', message: about(thread), data: deferred() }),
    (thread) => ({ type: 'message.submitted', message: about(thread), data: submitted() }),
    (thread) => ({ type: 'message.outcome_unknown', message: about(thread), data: unknown() }),
    (thread) => ({ type: 'message.sent', message: about(thread), data: receipt() }),
    (thread) => ({ type: 'message.sent', message: about(thread), data: receipt() }),
    (thread) => ({ type: 'message.delivered', message: about(thread), data: receipt() }),
    (thread) => ({ type: 'message.read', message: about(thread), data: receipt() }),
    (thread) => ({ type: 'message.send_failed', message: about(thread), data: { ...place(), failure } }),
    (thread) => ({ type: 'message.delivery_failed', message: about(thread), data: failed() }),
    (thread) => ({ type: 'message.resolved', message: about(thread), data: { attempt: 1, parts: [0], as: 'SENT' } }),
    (thread) => ({ type: 'message.resend_requested', message: about(thread), data: { attempt: 2, parts: [0] } }),
    (thread) => ({ type: 'message.reacted', message: about(thread), data: reacted(thread) }),
    (thread) => ({ type: 'conversation.read', data: readUpTo(thread) }),
    () => ({ type: 'conversation.closed', data: {} }),
    () => ({ type: 'conversation.reopened', data: {} }),
    () => ({ type: 'conversation.snoozed', data: { until: at(seconds + random.between(-60, 600)) } }),
    () => ({ type: 'conversation.assigned', data: { agentId: pickNullable(), teamId: pickNullable() } }),
    () => ({ type: 'conversation.labels_changed', data: { added: [word()], removed: [word()] } }),
    () => ({
      type: 'conversation.attributes_changed',
      data: { content: { attributes: { [word()]: pickNullable() } } },
    }),
    () => ({ type: 'conversation.note_added', data: { noteId: noteId(said.length), content: { text: word() } } }),
    () => ({ type: 'conversation.opened', data: { content: { address: '+15550100000' } } }),
    () => ({ type: 'contact.created', data: { content: { address: '+15550100000' } } }),
    () => ({ type: 'contact.blocked', data: { revision: random.between(1, 9) } }),
    () => ({ type: 'contact.unblocked', data: { revision: random.between(1, 9) } }),
    () => ({ type: 'contact.attributes_changed', data: { content: { attributes: { [word()]: pickNullable() } } } }),
    () => ({ type: 'contact.profile_changed', data: { content: { displayName: `Anna ${seconds}` } } }),
  ];
  const scheduled = (thread: number) => ({ ...accepted(thread), scheduledAt: at(seconds + random.between(-60, 600)) });
  const deferred = () => ({ ...place(), call: 1, reason: 'lease_short' as const, nextAt: at(seconds + 9) });
  const submitted = () => ({ ...place(), call: 1, providerMessageIds: [`p-${random.between(1, 5)}`] });
  const unknown = () => ({ ...place(), call: 1, reason: 'no_answer' as const });
  const failed = () => ({ ...receipt(), stage: random.pick(['DELIVERY', 'UNKNOWN'] as const), failure });
  const reacted = (thread: number) => {
    const author = random.pick(['CONTACT', 'AGENT'] as const);
    const own = author === 'AGENT' ? { reactionMessageId: messageId(old(thread)) } : {};
    return { author, ...own, content: { emoji: random.pick(['👍', '❤️', null]) } };
  };
  const readUpTo = (thread: number) => ({
    upToMessageId: messageId(old(thread)),
    incomingCount: random.between(0, Math.floor((begun[thread] ?? 0) / 3)),
  });

  return {
    next(): EventSketch {
      const [earlier] = said.slice(-random.between(1, 60));
      if (earlier !== undefined && random.next() < 0.05) return earlier;
      seconds += random.next() < 0.02 ? 20 * HOUR_S : random.between(1, 40);
      const thread = random.pick([0, 0, 0, 0, 1, 2]);
      const recordedAt = at(seconds + random.between(-30, 30));
      const occurredAt = at(seconds - random.between(0, 90));
      const sketch = { ...random.pick(kinds)(thread), thread, n: said.length + 1, occurredAt, recordedAt };
      said.push(sketch);
      return sketch;
    },
  };
}
