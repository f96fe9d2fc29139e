import { describe } from 'vitest';
import { whyNoBroker } from '../../kafka/broker.mjs';
import { describeOnKafka } from '../support/kafka.js';
import { casesOf, type LogKind } from './rig.js';

/** How a test's name says which log it is about; `run.mjs` picks by it. */
const SUFFIX = { embedded: 'on the embedded log', kafka: 'on Kafka' } satisfies Record<LogKind, string>;

const BOTH = ['embedded', 'kafka'] satisfies readonly LogKind[];

/**
 * Both logs; in the quick form the one on which more can go wrong, or which is cheaper where it makes no difference. The
 * other one where that isn't there.
 */
export const inQuick = (log: LogKind): readonly LogKind[] =>
  casesOf(BOTH, [whyNoBroker() === undefined ? log : 'embedded']);

/** One fault, on each of the logs (default both). On Kafka each role is a process of its own. */
export function describeFault(name: string, tests: (log: LogKind) => void, logs: readonly LogKind[] = BOTH): void {
  for (const log of logs) {
    const describeIt = log === 'kafka' ? describeOnKafka : describe;
    describeIt(`${name}, ${SUFFIX[log]}`, () => tests(log));
  }
}
