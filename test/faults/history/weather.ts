import { pause } from '../../../src/lifecycle.js';
import type { KafkaProxy } from '../../support/kafka-proxy.js';
import type { PostgresProxy } from '../../support/postgres-proxy.js';
import type { SeededRandom } from '../../support/seeded-random.js';

export const NETWORK_FAULTS = ['reset', 'cut', 'blackHole', 'delay', 'truncate'] as const;
export type NetworkFault = (typeof NETWORK_FAULTS)[number];

/** What both proxies can do to those behind them. */
export type Breakable = Pick<KafkaProxy & PostgresProxy, NetworkFault | 'heal'>;

/** Longer than the 4.5 s after which whoever waits for the log is told. */
const BLACK_HOLE_MS_MAX = 6_000;

type Break = (target: Breakable, random: SeededRandom) => Promise<void>;

const BREAKS: Readonly<Record<NetworkFault, Break>> = {
  reset: resetAFewTimes,
  cut(target, random) {
    target.cut();
    return pause(random.between(50, 2_500));
  },
  blackHole(target, random) {
    target.blackHole();
    return pause(random.between(200, BLACK_HOLE_MS_MAX));
  },
  delay(target, random) {
    target.delay(random.between(5, 300));
    return pause(random.between(500, 2_500));
  },
  truncate(target, random) {
    target.truncate(random.between(1, 12));
    return pause(random.between(100, 1_500));
  },
};

/** One fault, from its beginning until it is healed. */
export async function breakOnce(target: Breakable, fault: NetworkFault, random: SeededRandom): Promise<void> {
  try {
    await BREAKS[fault](target, random);
  } finally {
    target.heal();
  }
}

async function resetAFewTimes(target: Breakable, random: SeededRandom): Promise<void> {
  for (let times = random.between(1, 4); times > 0; times -= 1) {
    target.reset();
    await pause(random.between(0, 200));
  }
}

export interface WeatherOptions {
  readonly targets: Readonly<Record<string, Breakable>>;
  readonly random: SeededRandom;
  /** Between two faults. */
  readonly calmMs: { readonly least: number; readonly most: number };
  /** Asked before each fault, and heeded when each kind has been at each target. */
  isEnough(): boolean;
}

/** First each fault at each target, in any order, then any of them. Answers how often each was, by `target fault`. */
export async function badWeather(options: WeatherOptions): Promise<Readonly<Record<string, number>>> {
  const { targets, random, calmMs, isEnough } = options;
  const all = Object.entries(targets).flatMap(([name, target]) =>
    NETWORK_FAULTS.map((fault) => ({ name: `${name} ${fault}`, target, fault })),
  );
  const counts: Record<string, number> = {};
  for (let pass = random.shuffle(all); ; pass = random.shuffle(all)) {
    for (const { name, target, fault } of pass) {
      if (isEnough() && Object.keys(counts).length === all.length) return counts;
      await pause(random.between(calmMs.least, calmMs.most));
      await breakOnce(target, fault, random);
      counts[name] = (counts[name] ?? 0) + 1;
    }
  }
}
