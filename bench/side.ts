import type { Place, Round, Side, SideName } from './compared-path.js';
import { percentile } from './figures.js';
import { obeyParent, obeyRound, type RoundOrder } from './obedient-process.js';
import { PATHS } from './paths.js';

// A measured process. Its parent says where and how long (`Order`), and gets a `Report` for each order.

export type Order =
  { readonly kind: 'open'; readonly path: string; readonly side: SideName; readonly place: Place } | RoundOrder;

export type Report = { readonly kind: 'done' } | { readonly kind: 'worked'; readonly round: Round };

let side: Side | undefined;

async function obey(order: Order): Promise<Report> {
  if (order.kind === 'open') side = await PATHS.find((path) => path.name === order.path)?.open[order.side](order.place);
  else if (order.kind === 'work') return { kind: 'worked', round: await measure(order) };
  else await obeyRound(side, order);
  return { kind: 'done' };
}

async function measure(order: RoundOrder): Promise<Round> {
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const { operations, latenciesMs } = (await obeyRound(side, order)) ?? { operations: 0, latenciesMs: [] };
  const elapsedMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpuBefore);
  const [latencyP50Ms, latencyP99Ms] = [percentile(latenciesMs, 0.5), percentile(latenciesMs, 0.99)];
  return { operations, cpuMicros: user + system, elapsedMs, latencyP50Ms, latencyP99Ms };
}

obeyParent(obey, () => side?.close());
