import { describe } from 'vitest';
import { describeOnKafka } from '../support/kafka.js';
import type { LogKind } from './rig.js';

/** How a test's name says which log it is about; `run.mjs` picks by it. */
const SUFFIX = { embedded: 'on the embedded log', kafka: 'on Kafka' } satisfies Record<LogKind, string>;

/** One fault, on each of the logs (default both). On Kafka each role is a process of its own. */
export function describeFault(
  name: string,
  tests: (log: LogKind) => void,
  logs: readonly LogKind[] = ['embedded', 'kafka'],
): void {
  for (const log of logs) {
    const describeIt = log === 'kafka' ? describeOnKafka : describe;
    describeIt(`${name}, ${SUFFIX[log]}`, () => tests(log));
  }
}
