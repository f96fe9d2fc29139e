import { expect, it } from 'vitest';
import { tellRebuilt } from '../../src/cli/rebuild.js';

const told = { events: 12_345, foldedInMs: 2_500, previousKeptHours: 24, isExchanged: true };

it('says that the read models were the same, and how to go back', () => {
  expect(tellRebuilt({ ...told, differenceCount: 0, differences: [] })).toBe(
    [
      'Folded 12,345 events in 2.5 s.',
      'The read models that were served are the same.',
      'They are in place. For 24 hours `parley rebuild --undo` brings the old ones back.',
    ].join('\n'),
  );
});

it('names the rows that differ, how many more there are, and what to do', () => {
  const differences = [
    { table: 'messages', key: { id: 'a' }, kind: 'different', columns: ['status', 'failure'] },
    { table: 'timeline', key: { event_id: 'b' }, kind: 'missing', columns: [] },
    { table: 'events', key: { partition: 1, offset: 7 }, kind: 'unfounded', columns: [] },
  ];
  expect(tellRebuilt({ ...told, isExchanged: false, differenceCount: 5, differences })).toBe(
    [
      'Folded 12,345 events in 2.5 s.',
      '5 rows differ:',
      '  messages id=a: status, failure',
      '  timeline event_id=b: was missing',
      '  events partition=1 offset=7: is in no event',
      '  … and 2 more',
      'Nothing was changed. `parley rebuild --accept` puts them in place as they are.',
    ].join('\n'),
  );
});
