import pino from 'pino';
import { afterEach, expect, it, vi } from 'vitest';
import {
  LogUnavailableError,
  type EventLog,
  type LogConsumer,
  type StartAt,
} from '../../../src/events/log/event-log.js';
import { keepConsuming } from '../../../src/events/log/keep-consuming.js';
import { collectWarnings } from '../../support/warnings.js';

const TRIES = 20;
const options = {
  topic: 'events',
  group: 'test',
  startAt: () => Promise.resolve<StartAt>('end'),
  handle: () => Promise.resolve(),
} as const;

afterEach(() => vi.useRealTimers());

it('begins again for as long as the log is away, and leaves no listener behind', async () => {
  vi.useFakeTimers();
  const warnings = collectWarnings();
  let stops = 0;
  const consumer: LogConsumer = {
    closed: new Promise(() => undefined),
    stop: () => Promise.resolve(void (stops += 1)),
  };
  let tries = 0;
  const consume = () => {
    tries += 1;
    return tries > TRIES ? Promise.resolve(consumer) : Promise.reject(new LogUnavailableError('away'));
  };
  const kept = keepConsuming({ consume } as Partial<EventLog> as EventLog, pino({ level: 'silent' }), options);
  for (let second = 0; second <= TRIES; second += 1) await vi.advanceTimersByTimeAsync(1_000);
  expect(tries).toBe(TRIES + 1);
  await kept.stop();
  expect(stops).toBe(1);
  vi.useRealTimers();
  await new Promise(setImmediate);
  warnings.stop();
  expect(warnings.names).toEqual([]);
});
