import { describe, expect, it } from 'vitest';
import { LogUnavailableError } from '../../../src/events/log/event-log.js';
import { createGroupCommit } from '../../../src/events/log/group-commit.js';
import { eventually } from '../../support/eventually.js';

const BOUNDS = {
  batchItemsMax: 3,
  batchBytesMax: 100,
  queueItemsMax: 10,
  queueBytesMax: 1_000,
  waitMaxMs: 5_000,
  bytesOf: (item: string) => item.length,
};

/** A writer that a test lets go on batch by batch. */
function openWriter() {
  const batches: string[][] = [];
  const pending: ((error?: Error) => void)[] = [];
  const write = (items: readonly string[]) => {
    batches.push([...items]);
    return new Promise<string[]>((resolve, reject) => {
      pending.push((error) => (error ? reject(error) : resolve(items.map((item) => item.toUpperCase()))));
    });
  };
  const finish = async (error?: Error) => (await eventually(() => pick(pending)))(error);
  return { batches, write, finish };
}

function pick(pending: ((error?: Error) => void)[]): (error?: Error) => void {
  const next = pending.shift();
  if (next === undefined) throw new Error('Nothing is being written.');
  return next;
}

describe('group commit', () => {
  it('keeps one write in flight, and writes next what gathered meanwhile, in order', async () => {
    const { batches, write, finish } = openWriter();
    const commits = createGroupCommit({ ...BOUNDS, write });
    const first = commits.add('a');
    await eventually(() => expect(batches).toEqual([['a']]));
    const rest = ['b', 'c', 'd', 'e'].map((item) => commits.add(item));
    expect(batches).toEqual([['a']]);
    await finish();
    expect(await first).toBe('A');
    await finish();
    await finish();
    expect(await Promise.all(rest)).toEqual(['B', 'C', 'D', 'E']);
    expect(batches).toEqual([['a'], ['b', 'c', 'd'], ['e']]);
  });

  it('shares the first batch among callers of one turn', async () => {
    const { batches, write, finish } = openWriter();
    const commits = createGroupCommit({ ...BOUNDS, write });
    const all = Promise.all(['a', 'b'].map((item) => commits.add(item)));
    await finish();
    await all;
    expect(batches).toEqual([['a', 'b']]);
  });

  it('bounds a batch by bytes, and lets a single large item through', async () => {
    const { batches, write, finish } = openWriter();
    const commits = createGroupCommit({ ...BOUNDS, write });
    const all = Promise.all(['x'.repeat(60), 'y'.repeat(60), 'z'.repeat(300)].map((item) => commits.add(item)));
    for (let n = 0; n < 3; n += 1) await finish();
    await all;
    expect(batches.map((batch) => batch.map((item) => item.length))).toEqual([[60], [60], [300]]);
  });

  it('bounds what goes to one lane, and lets a single large item through', async () => {
    const { batches, write, finish } = openWriter();
    const laneOf = (item: string) => item.charCodeAt(0);
    const commits = createGroupCommit({ ...BOUNDS, batchItemsMax: 10, laneBytesMax: 40, laneOf, write });
    const items = ['a'.repeat(30), 'b'.repeat(30), 'a'.repeat(10), 'a', 'c'.repeat(50), 'c'];
    const all = Promise.all(items.map((item) => commits.add(item)));
    for (let n = 0; n < 3; n += 1) await finish();
    await all;
    expect(batches).toEqual([items.slice(0, 3), items.slice(3, 5), items.slice(5)]);
  });

  it('answers each item of a batch on its own', async () => {
    const write = (items: readonly string[]) =>
      Promise.resolve(items.map((item) => (item === 'b' ? new LogUnavailableError('not this one') : item)));
    const commits = createGroupCommit({ ...BOUNDS, write });
    const [first, second, third] = await Promise.allSettled(['a', 'b', 'c'].map((item) => commits.add(item)));
    expect(first).toEqual({ status: 'fulfilled', value: 'a' });
    expect(second).toMatchObject({ status: 'rejected', reason: { message: 'not this one' } });
    expect(third).toEqual({ status: 'fulfilled', value: 'c' });
  });

  it('rejects at once what the queue has no room for', async () => {
    const { write, finish } = openWriter();
    const commits = createGroupCommit({ ...BOUNDS, queueItemsMax: 2, write });
    const taken = [commits.add('a'), commits.add('b')];
    await expect(commits.add('c')).rejects.toThrow(LogUnavailableError);
    await finish();
    await Promise.all(taken);
  });

  it('rejects callers of a failed batch, and goes on with the next', async () => {
    const { write, finish } = openWriter();
    const commits = createGroupCommit({ ...BOUNDS, write });
    const first = commits.add('a');
    await finish(new Error('the line dropped'));
    await expect(first).rejects.toThrow(LogUnavailableError);
    const second = commits.add('b');
    await finish();
    expect(await second).toBe('B');
  });

  it('tells whoever waited too long, in flight or queued, that nothing is known', async () => {
    const { batches, write, finish } = openWriter();
    const commits = createGroupCommit({ ...BOUNDS, waitMaxMs: 50, write });
    const inFlight = commits.add('a');
    await eventually(() => expect(batches).toHaveLength(1));
    const queued = commits.add('b');
    await expect(inFlight).rejects.toThrow(LogUnavailableError);
    await expect(queued).rejects.toThrow(LogUnavailableError);
    await finish();
    await commits.close();
    expect(batches).toEqual([['a']]);
  });

  it('takes out what its caller withdrew before it was handed over, and only that', async () => {
    const { batches, write, finish } = openWriter();
    const commits = createGroupCommit({ ...BOUNDS, write });
    const [inFlightSignal, queuedSignal] = [new AbortController(), new AbortController()];
    const inFlight = commits.add('a', inFlightSignal.signal);
    await eventually(() => expect(batches).toHaveLength(1));
    const queued = commits.add('b', queuedSignal.signal);
    const stays = commits.add('c');
    inFlightSignal.abort(new Error('too late'));
    queuedSignal.abort(new Error('in time'));
    await expect(queued).rejects.toThrow('in time');
    await finish();
    expect(await inFlight).toBe('A');
    await finish();
    expect(await stays).toBe('C');
    expect(batches).toEqual([['a'], ['c']]);
  });

  it('writes what waits before it is closed, and refuses what comes later', async () => {
    const { write, finish } = openWriter();
    const commits = createGroupCommit({ ...BOUNDS, write });
    const last = commits.add('a');
    const closed = commits.close();
    await expect(commits.add('b')).rejects.toThrow(LogUnavailableError);
    await finish();
    await closed;
    expect(await last).toBe('A');
  });

  it('is closed once everybody was told, though a write still hangs', async () => {
    const { batches, write } = openWriter();
    const commits = createGroupCommit({ ...BOUNDS, waitMaxMs: 50, write });
    const inFlight = commits.add('a');
    await eventually(() => expect(batches).toHaveLength(1));
    const queued = commits.add('b');
    await Promise.all([
      commits.close(),
      expect(inFlight).rejects.toThrow('did not answer'),
      expect(queued).rejects.toThrow('did not take it'),
    ]);
    expect(batches).toEqual([['a']]);
  });
});
