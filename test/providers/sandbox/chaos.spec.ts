import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDisorder, createDisorders, type Chaos } from '../../../src/providers/sandbox/chaos.js';
import { createRandom } from '../../../src/random.js';
import { parseSandboxSettings } from '../../../src/providers/sandbox/settings.js';
import { storyOf } from '../../../src/providers/sandbox/stories.js';

const { steps } = storyOf('+15550100000');
const TOKEN = 't'.repeat(43);

const chance = fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined });
const anyChaos = fc.record({
  seed: fc.nat(2 ** 32 - 1),
  ...{ duplicates: chance, reorders: chance, delays: chance, drops: chance },
});

/** What befalls the first messages of a channel. */
function fates(chaos: Chaos, count: number) {
  const disorders = createDisorders();
  return Array.from({ length: count }, () => {
    const disorder = disorders.of(TOKEN, chaos);
    return { dropsLine: disorder?.dropsLine, postings: disorder?.postingsOf(steps) };
  });
}
const once = (chaos: Chaos, seed = 7) => createDisorder(chaos, createRandom(seed)).postingsOf(steps);
const kinds = (postings: ReturnType<typeof once>) =>
  postings
    .flatMap(({ step, postedInMs }) => postedInMs.map((inMs) => ({ step, inMs })))
    .sort((a, b) => a.inMs - b.inMs)
    .map(({ step }) => (step.kind === 'receipt' ? step.status : step.kind));

describe('chaos', () => {
  it('is the same for the same seed and the same order of messages', () => {
    const property = fc.property(anyChaos, (chaos) => {
      expect(fates(chaos, 5)).toEqual(fates(chaos, 5));
    });
    fc.assert(property, { numRuns: 50 });
  });

  it('is another for another seed, and for each message', () => {
    const chaos = { drops: 0.5, delays: 0.5, duplicates: 0.5, reorders: 0.5 };
    const told = [...fates({ ...chaos, seed: 1 }, 20), ...fates({ ...chaos, seed: 2 }, 20)];
    expect(new Set(told.map((fate) => JSON.stringify(fate))).size).toBe(40);
  });

  it('is not changed by what other channels draw meanwhile', () => {
    const chaos = { seed: 3, drops: 0.5 };
    const disorders = createDisorders();
    const told = Array.from({ length: 5 }, () => {
      disorders.of('another', chaos)?.postingsOf(steps);
      const disorder = disorders.of(TOKEN, chaos);
      return { dropsLine: disorder?.dropsLine, postings: disorder?.postingsOf(steps) };
    });
    expect(told).toEqual(fates(chaos, 5));
    expect(disorders.of(TOKEN, undefined)).toBeUndefined();
  });

  it('without probabilities tells the story as it is', () => {
    for (const { step, happensInMs, postedInMs } of once({})) {
      expect(postedInMs).toEqual([happensInMs]);
      expect(steps).toContain(step);
    }
    expect(kinds(once({}))).toEqual(['sent', 'delivered', 'read', 'reply']);
    expect(createDisorder({}, createRandom(1)).dropsLine).toBe(false);
  });

  it('duplicates, reorders, delays and drops, each on its own', () => {
    for (const { postedInMs } of once({ duplicates: 1 })) expect(postedInMs.length).toBeGreaterThan(1);
    expect(kinds(once({ reorders: 1 }))).toEqual(['reply', 'sent', 'delivered', 'read']);
    expect(once({ delays: 1 }).some(({ happensInMs, postedInMs: [inMs = 0] }) => inMs > happensInMs)).toBe(true);
    expect(kinds(once({ drops: 1 }))).toEqual([]);
    expect(createDisorder({ drops: 1 }, createRandom(1)).dropsLine).toBe(true);
  });

  it('keeps its bounds: five seconds late, three times in all, and what it says it happened stays in order', () => {
    const property = fc.property(anyChaos, fc.nat(), (chaos, seed) => {
      const postings = once(chaos, seed);
      const happened = postings.map(({ happensInMs }) => happensInMs);
      expect(happened).toEqual([...happened].sort((a, b) => a - b));
      const last = happened.at(-1) ?? 0;
      for (const { postedInMs } of postings) {
        expect(postedInMs.length).toBeLessThanOrEqual(3);
        for (const inMs of postedInMs) expect(inMs).toBeLessThanOrEqual(last + 6_000);
      }
    });
    fc.assert(property, { numRuns: 50 });
  });

  it('happens as often as was asked', () => {
    const lines = fates({ seed: 11, drops: 0.2 }, 2_000).filter(({ dropsLine }) => dropsLine === true).length;
    expect(lines).toBeGreaterThan(300);
    expect(lines).toBeLessThan(500);
  });
});

describe('the setting', () => {
  const refusalsOf = (input: Record<string, unknown>) => {
    const decision = parseSandboxSettings(input, () => TOKEN);
    return decision.ok ? [] : decision.refusals;
  };

  it('may hold any of its fields, or none', () => {
    const chaos = { seed: 4_294_967_295, duplicates: 0, reorders: 1, delays: 0.5, drops: 0.001 };
    expect(parseSandboxSettings({ chaos }, () => TOKEN)).toEqual({ ok: true, value: { chaos, token: TOKEN } });
    expect(parseSandboxSettings({ chaos: {} }, () => TOKEN)).toMatchObject({ ok: true });
  });

  it.each([
    [{ drops: 1.1 }, ['chaos', 'drops'], 'A probability: a number from 0 to 1.'],
    [{ drops: '0.5' }, ['chaos', 'drops'], 'A probability: a number from 0 to 1.'],
    [{ delays: -0.1 }, ['chaos', 'delays'], 'A probability: a number from 0 to 1.'],
    [{ reorders: Number.NaN }, ['chaos', 'reorders'], 'A probability: a number from 0 to 1.'],
    [{ seed: 1.5 }, ['chaos', 'seed'], 'A whole number from 0 to 4294967295.'],
    [{ seed: -1 }, ['chaos', 'seed'], 'A whole number from 0 to 4294967295.'],
  ])('refuses %o', (chaos, field, message) => {
    expect(refusalsOf({ chaos })).toEqual([{ field, message }]);
  });

  it('tells what it takes instead of what it does not know', () => {
    const [refusal] = refusalsOf({ chaos: { losses: 1 } });
    expect(refusal).toEqual({
      field: ['chaos', 'losses'],
      message: 'A sandbox channel has no such setting. It takes seed, duplicates, reorders, delays, drops.',
    });
    expect(refusalsOf({ chaos: 'much' })).toMatchObject([{ field: ['chaos'] }]);
  });
});
