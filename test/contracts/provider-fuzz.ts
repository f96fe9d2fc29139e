import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChannelPlatform } from '../../src/events/channel/events.js';
import { judged } from '../../src/events/workers/interpreter/judged.js';
import type { Interpretation, ProviderAdapter, WebhookRequest } from '../../src/providers/provider.js';
import { CANARY, fuzzedBodies } from './fuzzed-bodies.js';
import { grown } from './grown-bodies.js';
import { whyNotKept } from './recorded.js';

/** Told in the test's name: `SEED=… npx vitest run …` repeats a run. */
const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 2_000);

/** Everything that an adapter can say. */
export const STATEMENTS: ReadonlySet<Interpretation['kind']> = new Set([
  ...(['received', 'receipt', 'watermark', 'echoed', 'edited', 'deleted', 'reacted', 'address_changed'] as const),
  ...(['typing', 'ignored', 'uninterpreted'] as const),
]);
const REASON_LENGTH_MAX = 1_000;
/** Of a body's statements so many are made into events; one may have ten thousand, and they are alike. */
const EVENTS_MAX = 20;

export interface FuzzedAdapter<Settings> {
  readonly adapter: ProviderAdapter<Settings>;
  readonly settings: Settings;
  readonly platform: ChannelPlatform;
  /** One that came; its body is exchanged. */
  readonly webhook: WebhookRequest;
  /** What the provider really sends, as JSON. */
  readonly reals: readonly unknown[];
}

/** Promise 4 for bodies that nobody thought of, up to the events that come of them. */
export function fuzzWebhooks<Settings>({ adapter, settings, platform, webhook, reals }: FuzzedAdapter<Settings>): void {
  const read = (body: Buffer) => adapter.interpret({ ...webhook, body }, settings);

  /** Why a statement breaks the port's promises. */
  const faultOf = (said: Interpretation, nth: number): string | undefined => {
    if (!STATEMENTS.has(said.kind)) return `nobody can say ${said.kind}`;
    const kept = judged(said, adapter, platform);
    if (kept.kind === 'ignored' || kept.kind === 'uninterpreted') {
      const { reason } = kept;
      if (reason.trim() === '' || reason.length > REASON_LENGTH_MAX) return `a reason of ${reason.length} characters`;
      return reason.includes(CANARY) ? `what a person said stands in a reason: ${reason}` : undefined;
    }
    return nth < EVENTS_MAX ? whyNotKept(kept) : undefined;
  };

  describe('whatever comes in', () => {
    it(
      `${RUNS} random and mutated bodies: each is interpreted, ignored with a reason or listed (seed ${seed})`,
      () => {
        fc.assert(
          fc.property(fuzzedBodies(reals), ({ bytes }) => {
            const said = read(bytes);
            const faults = said.map(faultOf).filter((fault) => fault !== undefined);
            adapter.answerTo?.({ ...webhook, body: bytes }, settings);
            adapter.mayBeTyping?.({ ...webhook, body: bytes });
            if (said.length === 0 || faults.length > 0) throw new Error(faults[0] ?? 'It says nothing.');
          }),
          { seed, numRuns: RUNS },
        );
      },
      // 100,000 take about a minute; on a machine that does something else beside it, several.
      20_000 + RUNS * 6,
    );

    it('the time that reading takes grows with the size alone', () => {
      for (const { name, small, large } of grown(reals, 32_768, 8)) {
        const [quick, slow] = [cpuMsOf(() => read(small)), cpuMsOf(() => read(large))];
        // What is quadratic takes 64 times as long for 8 times as much; 25 ms are what a collection may cost beside it.
        expect(slow, name).toBeLessThan(quick * 32 + 25);
      }
    });
  });
}

/** The least of some tries, in milliseconds of CPU. */
function cpuMsOf(run: () => unknown, tries = 2): number {
  const each = Array.from({ length: tries }, () => {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  });
  return Math.min(...each);
}
