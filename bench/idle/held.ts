import { setTimeout as pause } from 'node:timers/promises';
import type { Place } from '../compared-path.js';
import { startParley, type Parley } from '../http/parley.js';
import { startLoad, type Load } from '../load-process.js';
import { obeyParent } from '../obedient-process.js';
import type { IdleReading } from './readings.js';

// A process of the API that many are connected to, and that tells of its memory.

export type HoldOrder =
  | { readonly kind: 'open'; readonly place: Place }
  | { readonly kind: 'connect'; readonly sockets: number }
  | { readonly kind: 'subscribe' };

export interface HoldReport {
  readonly kind: 'done';
  readonly reading: IdleReading;
}

/** Longer than a ping and a look at who still may come in take to come round. */
const IDLE_MS = 30_000;
const MIB = 1024 * 1024;

let parley: Parley | undefined;
let load: Load | undefined;
let sockets = 0;
let subscriptions = 0;

async function obey(order: HoldOrder): Promise<HoldReport> {
  if (order.kind === 'open') parley = await startParley(order.place, ['api'], { PARLEY_SANDBOX: 'false' });
  else if (order.kind === 'connect') await connect(order.sockets);
  else await subscribe();
  return { kind: 'done', reading: await read() };
}

async function connect(count: number): Promise<void> {
  if (parley === undefined) throw new Error('It was not opened.');
  const { url, apiKey } = parley;
  load = await startLoad({ kind: 'idle-sockets', sockets: count, url, apiKey });
  sockets = count;
}

async function subscribe(): Promise<void> {
  await load?.prepare(0);
  subscriptions = sockets;
}

async function read(): Promise<IdleReading> {
  const before = process.cpuUsage();
  const startedAt = performance.now();
  await pause(IDLE_MS);
  const { user, system } = process.cpuUsage(before);
  const { rss, heapUsed, external } = process.memoryUsage();
  return {
    ...{ sockets, subscriptions, rssMiB: rss / MIB, heapMiB: heapUsed / MIB, externalMiB: external / MIB },
    peakRssMiB: process.resourceUsage().maxRSS / 1_024,
    cores: (user + system) / 1_000 / (performance.now() - startedAt),
  };
}

obeyParent(obey, async () => {
  await load?.close();
  await parley?.stop();
});
