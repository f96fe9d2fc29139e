import { expect, it } from 'vitest';
import { TablesHeldError } from '../src/database/migrate.js';
import { LogUnavailableError } from '../src/events/log/event-log.js';
import { whatIsAway } from '../src/stores.js';

const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });

it.each([
  ['PostgreSQL', refused, 'PostgreSQL is away'],
  ['the log', new LogUnavailableError('gone'), 'Kafka is away'],
  [
    'tables that somebody holds',
    new TablesHeldError({ cause: refused }),
    'somebody holds tables that the upgrade changes',
  ],
  ['what waiting does not mend', new Error('settings'), undefined],
])('F11: a start waits for %s, and says so', (_what, error, said) => expect(whatIsAway(error, true)).toBe(said));
