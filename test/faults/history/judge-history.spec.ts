import { describe, expect, it } from 'vitest';
import { judgeHistory, type HistorySend, type RecordedSend } from './judge-history.js';

const NOTHING = { lost: [], doubled: [], reordered: [], altered: [], strange: [] };

/** Acknowledged 5 after it began, unless the test says otherwise. */
const send = (name: string, startedAt: number, more: Partial<HistorySend> = {}): HistorySend => ({
  ...{ name, to: 'ann', key: `key of ${name}`, startedAt, acknowledgedAt: startedAt + 5, messageIds: [`msg ${name}`] },
  ...more,
});
const unanswered = (name: string, startedAt: number, more: Partial<HistorySend> = {}): HistorySend => {
  const { acknowledgedAt: _none, ...rest } = send(name, startedAt, { messageIds: [], ...more });
  return rest;
};
const record = (name: string, offset: bigint, more: Partial<RecordedSend> = {}): RecordedSend => ({
  ...{ name, to: 'ann', key: `key of ${name}`, messageId: `msg ${name}`, partition: 3, offset },
  ...more,
});
const judge = (history: readonly HistorySend[], journal: readonly RecordedSend[], log = journal) =>
  judgeHistory(history, log, journal);

describe('judgeHistory', () => {
  it('finds nothing in what went well, over several contacts', () => {
    const history = [send('a', 0), send('b', 10), send('c', 1, { to: 'bob' })];
    expect(judge(history, [record('a', 4n), record('b', 6n), record('c', 0n, { to: 'bob', partition: 1 })])).toEqual(
      NOTHING,
    );
  });

  it('finds an acknowledged send that the journal misses', () => {
    expect(judge([send('a', 0), send('b', 10)], [record('a', 4n)])).toEqual({ ...NOTHING, lost: ['b'] });
  });
  it('finds an acknowledged send that the log misses, although the journal has it', () => {
    expect(judge([send('a', 0)], [record('a', 4n)], [])).toEqual({ ...NOTHING, lost: ['a'] });
  });
  it('lets an unanswered one be absent, or present whole', () => {
    const history = [unanswered('a', 0), unanswered('b', 10)];
    expect(judge(history, [record('b', 4n)])).toEqual(NOTHING);
  });

  it('finds a send that is twice in the journal, answered or not', () => {
    const journal = [record('a', 4n), record('a', 5n), record('b', 6n), record('b', 7n, { messageId: 'msg other' })];
    expect(judge([send('a', 0), unanswered('b', 10)], journal)).toEqual({ ...NOTHING, doubled: ['a', 'b'] });
  });
  it('finds one key that was answered as two messages', () => {
    const history = [send('a', 0, { messageIds: ['msg a', 'msg other'] })];
    expect(judge(history, [record('a', 4n)])).toMatchObject({ doubled: ['a'], altered: ['a'] });
  });
  it('lets the log have an event twice', () => {
    expect(judge([send('a', 0)], [record('a', 4n)], [record('a', 4n), record('a', 9n)])).toEqual(NOTHING);
  });

  it('finds a send behind one that began after it was acknowledged', () => {
    expect(judge([send('a', 0), send('b', 10)], [record('b', 4n), record('a', 5n)])).toEqual({
      ...NOTHING,
      reordered: ['a'],
    });
  });
  it('finds it also where the one in front of it was never answered', () => {
    expect(judge([send('a', 0), unanswered('b', 10)], [record('b', 4n), record('a', 5n)])).toEqual({
      ...NOTHING,
      reordered: ['a'],
    });
  });
  it('counts a send that was repeated from its acknowledgement', () => {
    const history = [send('a', 0, { acknowledgedAt: 30 }), send('b', 10, { acknowledgedAt: 20 })];
    expect(judge(history, [record('b', 4n), record('a', 5n)])).toEqual(NOTHING);
  });
  it('promises nothing about one that was given up and those after it', () => {
    expect(judge([unanswered('a', 0), send('b', 10)], [record('b', 4n), record('a', 5n)])).toEqual(NOTHING);
  });
  it('finds a conversation that stands in two partitions', () => {
    const journal = [record('a', 4n), record('b', 5n, { partition: 7 })];
    expect(judge([send('a', 0), send('b', 10)], journal)).toEqual({ ...NOTHING, reordered: ['b'] });
  });

  it('finds what is recorded for somebody else, under another key, as another message', () => {
    const history = [send('a', 0), send('b', 10), send('c', 20), send('d', 30)];
    const journal = [
      ...[record('a', 1n, { to: 'bob' }), record('b', 2n, { key: 'other' })],
      ...[record('c', 3n, { messageId: 'msg other' }), record('d', 4n)],
    ];
    expect(judge(history, journal)).toEqual({ ...NOTHING, altered: ['a', 'b', 'c'] });
  });
  it('finds what nobody sent', () => {
    expect(judge([send('a', 0)], [record('a', 4n), record('x', 5n)], [record('a', 4n), record('y', 5n)])).toEqual({
      ...NOTHING,
      strange: ['y', 'x'],
    });
  });
});
