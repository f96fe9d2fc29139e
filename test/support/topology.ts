import { inject } from 'vitest';
import type { Role } from '../../src/config.js';

/**
 * What a Parley under test is made of. The end-to-end tests run on each, which `vitest.config.ts` says per project:
 * - `embedded`: one process, its log on Postgres; in the test's own process.
 * - `kafka`: one process, its log on Kafka; in the test's own process.
 * - `kafka-roles`: each role in a process of its own, from the built `dist`.
 * - `kafka-pairs`: two processes of each role, from the built `dist`; clients and webhooks go to both of the API's.
 */
export type Topology = 'embedded' | 'kafka' | 'kafka-roles' | 'kafka-pairs';

declare module 'vitest' {
  interface ProvidedContext {
    topology: Topology;
  }
}

/** Of the project that runs this file. */
export const topology = (): Topology => inject('topology');

const EACH: readonly (readonly Role[])[] = [['api'], ['interpreter'], ['projector'], ['dispatcher']];

/** The roles of each process, where there are processes of their own. */
export const PROCESSES: Readonly<Record<Exclude<Topology, 'embedded' | 'kafka'>, readonly (readonly Role[])[]>> = {
  'kafka-roles': EACH,
  'kafka-pairs': [...EACH, ...EACH],
};
