import { performance } from 'node:perf_hooks';
import { RecordTooLargeError, type ConsumerOptions, type EventLog } from '../events/log/event-log.js';
import { isPassing } from '../events/log/passing-group.js';
import { StalePositionError } from '../events/log/positions.js';
import type { Meter } from './meter.js';

/** The same log; how long it takes to acknowledge, and what its workers take, is told to the meter. */
export const meteredLog = (log: EventLog, meter: Meter): EventLog => ({
  ...log,
  append(topic, record, options) {
    const begunAt = performance.now();
    // Handed over in this very turn: who calls one after another keeps his order.
    const appending = log.append(topic, record, options);
    appending.then(
      () => meter.appended(topic, secondsSince(begunAt)),
      (error: unknown) => meter.appendFailed(topic, error instanceof RecordTooLargeError ? 'too_large' : 'unavailable'),
    );
    return appending;
  },
  consume: (options) => log.consume(isPassing(options.group) ? options : metered(options, meter)),
});

function metered(options: ConsumerOptions, meter: Meter): ConsumerOptions {
  const { group } = options;
  return {
    ...options,
    async handle(batch) {
      const begunAt = performance.now();
      try {
        await options.handle(batch);
        meter.batchTaken(group, batch.records.length, secondsSince(begunAt));
      } catch (error) {
        // Another process moved on: its work, and no fault.
        if (!(error instanceof StalePositionError)) meter.batchFailed(group);
        throw error;
      }
    },
  };
}

const secondsSince = (begunAt: number): number => (performance.now() - begunAt) / 1_000;
