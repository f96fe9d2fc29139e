import type { EventEnvelope } from './kernel/event.js';

/**
 * Makes the data of one version into that of the next. Pure, and it reads JSON that no schema of today describes: what it
 * doesn't know it hands on. `content` may be sealed or erased. It never changes what an event means: that is a new type.
 */
export type Upcast = (data: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;

/**
 * An event of any version so far as today's version has it: it is brought up on reading, step by step, and stays in the
 * log as it was written.
 * @param steps from version 1 to 2, from 2 to 3, …; today's version is one more than there are steps
 * @throws whatever a step throws that finds what its version never wrote
 */
export function upcast(event: EventEnvelope, steps: readonly Upcast[]): EventEnvelope {
  const data = steps
    .slice(event.version - 1)
    .reduce<Readonly<Record<string, unknown>>>((older, step) => step(older), { ...event.data });
  return { ...event, version: steps.length + 1, data };
}
