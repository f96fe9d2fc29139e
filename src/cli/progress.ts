/** Shows what takes time, with seconds: one rewritten line on a terminal, one plain line per step on a pipe. */
export interface Progress {
  /** Ends the step before it. */
  step(title: string): void;
  /** A line that stays, whatever step is running. */
  note(line: string): void;
  /** Ends the last step. Idempotent. */
  end(): void;
}

/** What is written to. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const CLEAR_LINE = '\r\u001b[2K';

/** @param now milliseconds of a clock that never goes back, e.g. `performance.now` */
export function createProgress(output: ProgressOutput, now: () => number): Progress {
  let current: { title: string; since: number } | undefined;
  const end = () => {
    if (current === undefined) return;
    const seconds = formatSeconds(now() - current.since);
    output.write(output.isTTY === true ? CLEAR_LINE : `${current.title} (${seconds})\n`);
    current = undefined;
  };
  return {
    step(title) {
      end();
      current = { title, since: now() };
      if (output.isTTY === true) output.write(`${CLEAR_LINE}${title} …`);
    },
    note(line) {
      if (output.isTTY !== true) output.write(`${line}\n`);
      else output.write(`${CLEAR_LINE}${line}\n${current === undefined ? '' : `${current.title} …`}`);
    },
    end,
  };
}

/** `3.2 s` */
export const formatSeconds = (milliseconds: number): string => `${(milliseconds / 1_000).toFixed(1)} s`;
