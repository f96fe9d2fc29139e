import { afterEach, describe, expect, it, vi } from 'vitest';
import { readArguments } from '../../bench/arguments.js';

const PATHS = ['append-64', 'send', 'memory'];

describe('the arguments of npm run bench', () => {
  const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  afterEach(() => said.mockClear());

  it('are none for a short run of all paths', () => {
    expect(readArguments([], PATHS)).toEqual({ only: [], full: false, check: false, write: false, json: undefined });
  });

  it('may name paths, a file, and what is to come of it', () => {
    const given = ['--only', 'send', '--only', 'append-64', '--full', '--check', '--json', 'figures.json'];
    expect(readArguments(given, PATHS)).toEqual({
      ...{ only: ['send', 'append-64'], full: true, check: true, write: false, json: 'figures.json' },
    });
  });

  it.each([
    [['--only', 'nothing'], "There is no path 'nothing'."],
    [['--write', '--only', 'send'], '--write needs all paths'],
    [['--only', 'memory'], 'give --full with it'],
    [['--json'], '--json'],
    [['--fast'], '--fast'],
  ])('are refused with what they may be: %j', (given, reason) => {
    expect(readArguments(given, PATHS)).toBeUndefined();
    expect(said.mock.calls.flat().join('\n')).toContain(reason);
    expect(said.mock.calls.flat().join('\n')).toContain('Paths: append-64, send, memory');
  });
});
