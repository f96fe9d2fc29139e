import { describe, expect, it } from 'vitest';
import { tellRedriven } from '../../src/cli/redrive.js';
import { tellReinterpreted } from '../../src/cli/reinterpret.js';
import { parley } from '../support/command-line.js';

describe('parley reinterpret', () => {
  it.each([
    [['--channel', 'msg_1'], /chan_/],
    [['--provider', 'pigeon'], /META_WHATSAPP/],
    [['--from', 'yesterday'], /RFC 3339/],
    [['--from', '2030-01-02T00:00:00Z', '--to', '2030-01-01T00:00:00Z'], /--from must lie before --to/],
  ])('answers %j with 2 and what is meant', async (flags, meant) => {
    const ended = await parley(['reinterpret', ...flags]);
    expect(ended.code).toBe(2);
    expect(ended.errors).toMatch(meant);
  });

  it('tells what it came to by channel and type, and what it left', () => {
    const line = { channelId: 'chan_1', type: 'message.received', new: 1_200, corrected: 3, unchanged: 0 };
    const told = tellReinterpreted({
      ...{ isDryRun: true, webhooks: { read: 2_000, leftOut: 1, erased: 2, foreign: 0 }, events: [line] },
      ...{ left: { waiting: 4 }, repeats: 0, unread: 5 },
    });
    expect(told.split('\n')).toEqual([
      '2,000 webhooks read, 1 left out, 2 erased.',
      'chan_1  message.received: 1,200 new, 3 corrected, 0 unchanged',
      '4 are receipts whose message may still be recorded: ask again later.',
      '5 places at the end of the log held nothing any more.',
      'Nothing was changed: this was a dry run.',
    ]);
  });
});

describe('parley redrive', () => {
  it.each([
    [['--consumer', 'nobody'], /projector, dispatcher, interpreter/],
    [['--topic', 'nothing'], /events, webhooks/],
    [['--offset', '7'], /--offset needs --partition/],
    [['--partition', '1', '--offset', '-7'], /number from 0/],
  ])('answers %j with 2 and what is meant', async (flags, meant) => {
    const ended = await parley(['redrive', ...flags]);
    expect(ended.code).toBe(2);
    expect(ended.errors).toMatch(meant);
  });

  it('tells what stays by its place, and what to do about it', () => {
    const one = { consumer: 'projector', topic: 'events', partition: 3, offset: '1207' };
    const stayed = [{ ...one, outcome: 'rebuildNeeded', reason: 'This build reads it.' }];
    const told = tellRedriven({ taken: 2, refused: 0, rebuildNeeded: 1, gone: 1, forgotten: 0, stayed });
    expect(told.split('\n')).toEqual([
      '2 taken, 2 stay.',
      '  projector events 3/1207: This build reads it.',
      '  … and 1 more',
      'Run `parley rebuild`, and then this again.',
      '`--forget` drops those whose record the log no longer has.',
    ]);
  });
});
