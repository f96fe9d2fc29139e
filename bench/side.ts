import type { Place, Round, Side, SideName } from './compared-path.js';
import { percentile } from './figures.js';
import { PATHS } from './paths.js';

// A measured process. Its parent says where and how long (`Order`), and gets a `Report` for each order. It ends when
// the parent lets go of it, or is gone.

export type Order =
  | { readonly kind: 'open'; readonly path: string; readonly side: SideName; readonly place: Place }
  | { readonly kind: 'work'; readonly milliseconds: number };

export type Report =
  | { readonly kind: 'opened' }
  | { readonly kind: 'worked'; readonly round: Round }
  | { readonly kind: 'failed'; readonly reason: string };

let side: Side | undefined;

async function obey(order: Order): Promise<Report> {
  if (order.kind === 'work') return { kind: 'worked', round: await measure(order.milliseconds) };
  side = await PATHS.find((path) => path.name === order.path)?.open[order.side](order.place);
  return { kind: 'opened' };
}

async function measure(milliseconds: number): Promise<Round> {
  if (side === undefined) throw new Error('It was not opened.');
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const { operations, latenciesMs } = await side.work(milliseconds);
  const elapsedMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpuBefore);
  const [latencyP50Ms, latencyP99Ms] = [percentile(latenciesMs, 0.5), percentile(latenciesMs, 0.99)];
  return { operations, cpuMicros: user + system, elapsedMs, latencyP50Ms, latencyP99Ms };
}

const tell = (report: Report) => void process.send?.(report);
const reasonOf = (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error));

process.on('message', (order: Order) => {
  obey(order).then(tell, (error: unknown) => tell({ kind: 'failed', reason: reasonOf(error) }));
});
process.once('disconnect', () => {
  void Promise.resolve(side?.close()).finally(() => process.exit());
});
