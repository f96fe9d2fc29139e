import fc from 'fast-check';
import type { RecordedEvent } from '../../../src/events/kernel/event.js';
import type { MessageEvent } from '../../../src/events/message/events.js';
import { acceptedData, at, event, receivedData, recorded } from '../../support/events.js';

type Recorded = RecordedEvent<MessageEvent>;

/** One seed for the file, told in the tests' names: `SEED=… npx vitest run …` repeats a run. */
export const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);

/** F18 asks for at least 1,000 histories. */
export const runs = { seed, numRuns: 1_500 } as const;

const providerMessageId = fc.constantFrom('p-1', 'p-2', 'p-3');
const failure = fc.constantFrom(
  { code: 'UNKNOWN' as const, isRetryable: false },
  { code: 'RECIPIENT_INVALID' as const, isRetryable: false, providerCode: '131026' },
);
const place = { attempt: fc.integer({ min: 1, max: 3 }), part: fc.integer({ min: 0, max: 2 }) };
const receipt = fc.record({ ...place, providerMessageId }, { requiredKeys: ['attempt', 'part'] });
const call = { ...place, call: fc.integer({ min: 1, max: 2 }) };

/** What an event after the first may say; the arbitrary keys are the ones that its schema requires. */
const step = fc.oneof(
  fc.record(call).map((data) => ({ type: 'message.dispatched' as const, data })),
  fc
    .record(call)
    .map((data) => ({ type: 'message.deferred' as const, data: { ...data, reason: 'lease_short', nextAt: at(99) } })),
  fc
    .record({ ...call, providerMessageIds: fc.uniqueArray(providerMessageId, { maxLength: 2 }) })
    .map((data) => ({ type: 'message.submitted' as const, data })),
  fc.uniqueArray(fc.integer({ min: 0, max: 2 }), { minLength: 1 }).chain((parts) =>
    fc.oneof(
      fc
        .record({ attempt: fc.integer({ min: 1, max: 3 }), as: fc.constantFrom('SENT', 'FAILED') })
        .map((made) => ({ type: 'message.resolved' as const, data: { ...made, parts } })),
      fc
        .integer({ min: 2, max: 3 })
        .map((attempt) => ({ type: 'message.resend_requested' as const, data: { attempt, parts } })),
    ),
  ),
  fc.integer({ min: 1, max: 3 }).map((parts) => ({ type: 'message.schedule_cancelled' as const, data: { parts } })),
  fc.record({ author: fc.constantFrom('CONTACT', 'AGENT'), emoji: fc.constantFrom('👍', null) }).map((made) => ({
    type: 'message.reacted' as const,
    data: { author: made.author, content: { emoji: made.emoji } },
  })),
  fc.record(call).map((data) => ({ type: 'message.outcome_unknown' as const, data: { ...data, reason: 'no_answer' } })),
  receipt.map((data) => ({ type: 'message.sent' as const, data })),
  receipt.map((data) => ({ type: 'message.delivered' as const, data })),
  receipt.map((data) => ({ type: 'message.read' as const, data })),
  receipt.map((data) => ({ type: 'message.deleted' as const, data })),
  fc.constantFrom('first', 'second').map((text) => {
    const { content, ...facts } = receivedData('in-1', text);
    return { type: 'message.edited' as const, data: { ...facts, content: { message: content.message } } };
  }),
  fc.record({ receipt, failure }).map((made) => ({
    type: 'message.send_failed' as const,
    data: { ...made.receipt, failure: made.failure },
  })),
  fc.record({ receipt, failure, stage: fc.constantFrom('DELIVERY', 'UNKNOWN') }).map((made) => ({
    type: 'message.delivery_failed' as const,
    data: { ...made.receipt, stage: made.stage, failure: made.failure },
  })),
);

const first = fc.option(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc
        .integer({ min: 1, max: 3 })
        .map((parts) => ({ type: 'message.accepted' as const, data: acceptedData(parts) })),
    },
    {
      weight: 2,
      arbitrary: fc.integer({ min: 1, max: 3 }).map((parts) => ({
        type: 'message.scheduled' as const,
        data: { ...acceptedData(parts), scheduledAt: at(30) },
      })),
    },
    { weight: 1, arbitrary: fc.constant({ type: 'message.received' as const, data: receivedData() }) },
    { weight: 1, arbitrary: fc.constant({ type: 'message.echoed' as const, data: receivedData() }) },
  ),
  { freq: 5, nil: undefined },
);

const seconds = fc.integer({ min: 0, max: 20 });

/** The events of one message in the order of their positions: several attempts and parts, often without a beginning. */
export const history: fc.Arbitrary<readonly Recorded[]> = fc
  .tuple(
    first,
    fc.array(step, { maxLength: 12 }),
    fc.array(fc.tuple(seconds, seconds), { minLength: 14, maxLength: 14 }),
  )
  .map(([beginning, steps, times]) =>
    [...(beginning ? [beginning] : []), ...steps].map(({ type, data }, index) => {
      const [occurred = 0, late = 0] = times[index] ?? [];
      const sketch = { type, n: index + 1, data, occurredAt: at(occurred), recordedAt: at(occurred + late) };
      return recorded(event(sketch as Parameters<typeof event>[0]) as MessageEvent, index);
    }),
  )
  .filter((events) => events.length > 0);

/** A history, and the same events once more in another order and with repeats. */
export const historyAndShuffle: fc.Arbitrary<readonly [readonly Recorded[], readonly Recorded[]]> = history.chain(
  (events) =>
    fc
      .tuple(
        fc.shuffledSubarray([...events], { minLength: events.length }),
        fc.array(fc.constantFrom(...events), { maxLength: 6 }),
      )
      .chain(([shuffled, repeats]) =>
        fc
          .shuffledSubarray([...shuffled, ...repeats], { minLength: shuffled.length + repeats.length })
          .map((again): [readonly Recorded[], readonly Recorded[]] => [events, again]),
      ),
);
