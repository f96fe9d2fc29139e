import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Side, Tally } from './compared-path.js';

// A process that does what its parent says, one order after another. It ends when the parent lets go of it, or is gone.

/** What every such process answers besides its own reports. */
export interface Failure {
  readonly kind: 'failed';
  readonly reason: string;
}

export interface ObedientProcess<Order extends object, Report extends { readonly kind: string }> {
  /** @throws Error what the process failed for, or that it ended or took too long */
  obey(order: Order, withinMs: number): Promise<Report>;
  /** Resolves when the process is gone. */
  end(): Promise<void>;
}

/** To close whatever it has open. */
const ENDING_MS = 60_000;

/**
 * @param script of this folder, as it is built
 * @param options of Node
 */
export function startObedient<Order extends object, Report extends { readonly kind: string }>(
  script: string,
  name: string,
  options: readonly string[] = [],
): ObedientProcess<Order, Report> {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), { execArgv: [...process.execArgv, ...options] });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    obey: (order, withinMs) =>
      new Promise((resolve, reject) => {
        const settle = (report: Report | Failure) => {
          clearTimeout(timer);
          child.off('message', settle).off('exit', fail);
          if (isFailure(report)) reject(new Error(`${name}: ${report.reason}`));
          else resolve(report);
        };
        const fail = () => settle({ kind: 'failed', reason: 'The process ended, or took too long.' });
        const timer = setTimeout(fail, withinMs);
        child.on('message', settle).on('exit', fail);
        child.send(order);
      }),
    async end() {
      if (child.connected) child.disconnect();
      const late = setTimeout(() => child.kill('SIGKILL'), ENDING_MS);
      await gone;
      clearTimeout(late);
    },
  };
}

const isFailure = (report: { readonly kind: string }): report is Failure => report.kind === 'failed';

/**
 * The other end: what the process itself runs.
 * @param obey gets what `startObedient`'s orders are
 */
export function obeyParent(obey: (order: never) => Promise<object>, close: () => Promise<void> | undefined): void {
  // Who let go of us in the meantime hears nothing more.
  const tell = (report: object) => void process.send?.(report, undefined, undefined, () => undefined);
  const reasonOf = (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.on('message', (order) => {
    obey(order as never).then(tell, (error: unknown) => tell({ kind: 'failed', reason: reasonOf(error) }));
  });
  process.once('disconnect', () => {
    void Promise.resolve(close()).finally(() => process.exit());
  });
}

/** What a side is told for each round. */
export type RoundOrder =
  | { readonly kind: 'prepare'; readonly milliseconds: number }
  | { readonly kind: 'work'; readonly milliseconds: number }
  | { readonly kind: 'settle' };

/** The tally of `work`; undefined for the steps around it. */
export async function obeyRound(side: Side | undefined, order: RoundOrder): Promise<Tally | undefined> {
  if (side === undefined) throw new Error('It was not opened.');
  if (order.kind === 'prepare') await side.prepare?.(order.milliseconds);
  if (order.kind === 'settle') await side.settle?.();
  return order.kind === 'work' ? side.work(order.milliseconds) : undefined;
}
