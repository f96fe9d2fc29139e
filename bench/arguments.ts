import { parseArgs } from 'node:util';

export interface BenchArguments {
  /** Names of paths; all where empty. */
  readonly only: readonly string[];
  readonly full: boolean;
  readonly check: boolean;
  readonly json: boolean;
}

const USAGE = `Usage: npm run bench -- [--full] [--check] [--json] [--only <path>]…

  --full         five rounds of 12 s a side instead of three of 4 s
  --check        exit code 1 when a judged figure misses its target
  --json         every round, as one JSON document
  --only <path>  only this path; may be repeated

KAFKA_BROKERS: that Kafka (a plain listener) instead of one that is started for the run.`;

/** Undefined: the arguments are of no use, and what they may be has been said. */
export function readArguments(given: readonly string[], paths: readonly string[]): BenchArguments | undefined {
  try {
    const flag = { type: 'boolean', default: false } as const;
    const options = { full: flag, check: flag, json: flag, only: { type: 'string', multiple: true } } as const;
    const { full, check, json, only = [] } = parseArgs({ args: [...given], options }).values;
    const unknown = only.find((name) => !paths.includes(name));
    if (unknown !== undefined) throw new TypeError(`There is no path '${unknown}'.`);
    return { full, check, json, only };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    console.error(`${reason}\n\n${USAGE}\n\nPaths: ${paths.join(', ')}`);
    return undefined;
  }
}
