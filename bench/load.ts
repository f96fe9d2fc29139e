import type { Side, Tally } from './compared-path.js';
import { openLoad, type LoadSettings } from './loads.js';
import { obeyParent, obeyRound, type RoundOrder } from './obedient-process.js';

// Clients in a process of their own, told by the measured process when to begin and for how long.

export type LoadOrder = { readonly kind: 'open'; readonly settings: LoadSettings } | RoundOrder;

export interface LoadReport {
  readonly kind: 'done';
  readonly tally?: Tally | undefined;
}

let load: Side | undefined;

async function obey(order: LoadOrder): Promise<LoadReport> {
  if (order.kind !== 'open') return { kind: 'done', tally: await obeyRound(load, order) };
  load = await openLoad(order.settings);
  return { kind: 'done' };
}

obeyParent(obey, () => load?.close());
