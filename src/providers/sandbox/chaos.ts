import { z } from 'zod';
import { createRandom, delayWithin, type Random } from '../../random.js';
import { createRecent } from '../../recent.js';
import type { Step } from './stories.js';

const PROBABILITY = 'A probability: a number from 0 to 1.';
const SEED_MAX = 2 ** 32 - 1;
const SEED = `A whole number from 0 to ${SEED_MAX}.`;

const probability = z
  .number({ error: PROBABILITY })
  .min(0, { error: PROBABILITY })
  .max(1, { error: PROBABILITY })
  .optional();

/** How a carrier misbehaves, each by its probability; what is absent doesn't happen. */
export const chaos = z.strictObject({
  /** The same seed and the same order of messages misbehave alike. Default 0. */
  seed: z.int({ error: SEED }).min(0, { error: SEED }).max(SEED_MAX, { error: SEED }).optional(),
  /** A webhook is posted once or twice more. */
  duplicates: probability,
  /** A webhook changes places with the next one. */
  reorders: probability,
  /** A webhook is posted up to 5 s late. */
  delays: probability,
  /** A webhook is never posted; and the line is dropped, instead of an answer, after a call was decided on. */
  drops: probability,
});
export type Chaos = z.infer<typeof chaos>;

const DELAY_MS_MAX = 5_000;
/** A repeated webhook follows this soon. */
const REPEATED_AFTER = [0, 1_000] as const;

/** One webhook of a story. */
export interface Posting {
  readonly step: Step;
  /** What it says: so many milliseconds after the story began. */
  readonly happensInMs: number;
  /** When it is posted, each time; none: it is dropped. */
  readonly postedInMs: readonly number[];
}

/** What befalls one message. Each is asked once, in this order. */
export interface Disorder {
  readonly dropsLine: boolean;
  postingsOf(steps: readonly Step[]): readonly Posting[];
}

export function createDisorder(chaos: Chaos, random: Random): Disorder {
  const happens = (chance = 0) => random() < chance;
  const postedInMs = (dueInMs: number): readonly number[] => {
    // All chances are drawn for each webhook, so that one setting doesn't change what another makes of the seed.
    const [isDropped, isLate, isRepeated] = [happens(chaos.drops), happens(chaos.delays), happens(chaos.duplicates)];
    const lateMs = delayWithin(random, [0, DELAY_MS_MAX]);
    const repeats = Array.from({ length: random() < 0.5 ? 1 : 2 }, () => delayWithin(random, REPEATED_AFTER));
    if (isDropped) return [];
    const postedMs = dueInMs + (isLate ? lateMs : 0);
    return [postedMs, ...(isRepeated ? repeats.map((afterMs) => postedMs + afterMs) : [])];
  };
  return {
    dropsLine: happens(chaos.drops),
    postingsOf(steps) {
      let atMs = 0;
      const happened = steps.map((step) => ({ step, happensInMs: (atMs += delayWithin(random, step.after)) }));
      const due = happened.map(({ happensInMs }) => happensInMs);
      due.forEach((dueInMs, index) => {
        const next = due[index + 1];
        if (happens(chaos.reorders) && next !== undefined) [due[index], due[index + 1]] = [next, dueInMs];
      });
      return happened.map((one, index) => ({ ...one, postedInMs: postedInMs(due[index] ?? one.happensInMs) }));
    },
  };
}

/** Channels whose messages are counted. */
const CHANNELS_MAX = 10_000;

/** Gives each message of a channel chances of its own, by its place in the order: what others draw meanwhile changes nothing. */
export function createDisorders(): { of(token: string, chaos: Chaos | undefined): Disorder | undefined } {
  const counts = createRecent<number>(CHANNELS_MAX);
  return {
    of(token, chaos) {
      if (chaos === undefined) return undefined;
      const { seed = 0 } = chaos;
      const key = `${token} ${seed}`;
      const count = counts.get(key) ?? 0;
      counts.set(key, count + 1);
      // Spread, so that the n-th message of one seed isn't the next one's of its neighbour.
      return createDisorder(chaos, createRandom(Math.imul(seed + 1, 0x9e3779b1) + Math.imul(count, 0x85ebca6b)));
    },
  };
}
