import type { Place, Side } from '../compared-path.js';
import { loopInDefaultProcess } from '../live/loop.js';
import { obeyParent } from '../obedient-process.js';
import type { Reading } from './readings.js';

// A default process under a steady load, which tells of its memory now and then.

export type WatchOrder =
  { readonly kind: 'open'; readonly place: Place } | { readonly kind: 'deliver'; readonly messages: number };

export interface WatchReport {
  readonly kind: 'done';
  readonly reading?: Reading;
}

const LOOK_EVERY_MS = 1_000;
const MIB = 1024 * 1024;

let loop: Side | undefined;
let delivered = 0;

async function obey(order: WatchOrder): Promise<WatchReport> {
  if (order.kind === 'open') loop = await loopInDefaultProcess(order.place);
  else await deliver(order.messages);
  return { kind: 'done', reading: read() };
}

async function deliver(messages: number): Promise<void> {
  if (loop === undefined) throw new Error('It was not opened.');
  const goal = delivered + messages;
  await loop.prepare?.(LOOK_EVERY_MS);
  while (delivered < goal) delivered += (await loop.work(LOOK_EVERY_MS)).operations;
  await loop.settle?.();
}

/** What is held, and not what waits to be collected. */
function read(): Reading {
  globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { messages: delivered, rssMiB: rss / MIB, heapMiB: heapUsed / MIB, externalMiB: external / MIB };
}

obeyParent(obey, () => loop?.close());
