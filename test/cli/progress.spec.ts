import { describe, expect, it } from 'vitest';
import { createProgress } from '../../src/cli/progress.js';

function recorded(isTTY: boolean) {
  let time = 0;
  let text = '';
  const progress = createProgress({ isTTY, write: (more) => (text += more) }, () => time);
  return { progress, pass: (milliseconds: number) => (time += milliseconds), text: () => text };
}

describe('createProgress', () => {
  it('writes one plain line per step on a pipe, when the step has ended', () => {
    const { progress, pass, text } = recorded(false);
    progress.step('One');
    pass(1_234);
    progress.step('Two');
    progress.note('Listening');
    pass(100);
    progress.end();
    progress.end();
    expect(text()).toBe('One (1.2 s)\nListening\nTwo (0.1 s)\n');
  });

  it('rewrites one line on a terminal and leaves nothing of it but notes', () => {
    const { progress, text } = recorded(true);
    progress.step('One');
    progress.note('Listening');
    progress.step('Two');
    progress.end();
    const clear = '\r\u001b[2K';
    expect(text()).toBe(`${clear}One …${clear}Listening\nOne …${clear}${clear}Two …${clear}`);
  });
});
