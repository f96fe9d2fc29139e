import { pino } from 'pino';

/** A logger for tests: silent, unless PARLEY_TEST_LOG names a level. */
export const testLog = pino({ level: process.env['PARLEY_TEST_LOG'] ?? 'silent' }, pino.destination(2));
