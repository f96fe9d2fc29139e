import { expect, it } from 'vitest';
import { createTurns } from '../../../src/events/log/turns.js';
import { eventually } from '../../support/eventually.js';

it('lets one at a time have the turn of a name, in order, whatever becomes of the one before', async () => {
  const turns = createTurns();
  const done: string[] = [];
  let fail: (error: Error) => void = () => undefined;
  const first = turns.use('a', () => new Promise<void>((_, reject) => (fail = reject)));
  const second = turns.use('a', async () => void done.push('second'));
  await turns.use('b', async () => void done.push('other'));
  const free = turns.wasFree('a').then((was) => done.push(`free: ${was}`));
  expect(done).toEqual(['other']);
  await eventually(() => fail(new Error('it failed')));
  await expect(first).rejects.toThrow('it failed');
  await second;
  await free;
  expect(done).toEqual(['other', 'second', 'free: false']);
  expect(await turns.wasFree('a')).toBe(true);
});
