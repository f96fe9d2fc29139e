import { parseArgs } from 'node:util';
import { MEMORY } from './memory/readings.js';

export interface BenchArguments {
  /** Names of paths; all where empty. */
  readonly only: readonly string[];
  readonly full: boolean;
  readonly check: boolean;
  /** A file. */
  readonly json: string | undefined;
  readonly write: boolean;
}

const USAGE = `Usage: npm run bench -- [--full] [--check] [--json <file>] [--write] [--only <path>]…

  --full         five rounds of 12 s a side instead of three of 1.5 s, the large sizes, and memory
  --check        exit code 1 when a judged figure misses its target
  --json <file>  every round, as one JSON document
  --write        keeps the figures in docs/performance.json and writes docs/performance.md from them; all paths only
  --only <path>  only this path; may be repeated

KAFKA_BROKERS: that Kafka (a plain listener) instead of one that is started for the run.`;

/** Undefined: the arguments are of no use, and what they may be has been said. */
export function readArguments(given: readonly string[], paths: readonly string[]): BenchArguments | undefined {
  try {
    const flag = { type: 'boolean', default: false } as const;
    const text = { type: 'string' } as const;
    const options = { full: flag, check: flag, write: flag, json: text, only: { ...text, multiple: true } } as const;
    const { full, check, write, json, only = [] } = parseArgs({ args: [...given], options }).values;
    const unknown = only.find((name) => !paths.includes(name));
    if (unknown !== undefined) throw new TypeError(`There is no path '${unknown}'.`);
    if (only.includes(MEMORY) && !full) throw new TypeError(`${MEMORY} takes most of an hour: give --full with it.`);
    if (write && only.length > 0) throw new TypeError('--write needs all paths: the page tells of one run.');
    return { full, check, write, json, only };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    console.error(`${reason}\n\n${USAGE}\n\nPaths: ${paths.join(', ')}`);
    return undefined;
  }
}
