import { readFile } from 'node:fs/promises';
import type { Place } from '../compared-path.js';
import { startObedient } from '../obedient-process.js';
import type { HoldOrder, HoldReport } from './held.js';
import { IDLE_SOCKETS, type IdleReading } from './readings.js';

const SOCKETS = 10_000;
/** Connections to Postgres and Kafka, and what Node has open by itself. */
const OTHER_FILES = 200;
const WITHIN_MS = 300_000;

/** What a process of the API holds with nobody connected, with 10,000, and with a subscription for each of them. */
export async function holdSockets(place: Place): Promise<readonly IdleReading[]> {
  await requireOpenFiles(SOCKETS + OTHER_FILES);
  const held = startObedient<HoldOrder, HoldReport>('idle/held.js', IDLE_SOCKETS);
  try {
    const readings: IdleReading[] = [];
    for (const order of [
      { kind: 'open', place },
      { kind: 'connect', sockets: SOCKETS },
      { kind: 'subscribe' },
    ] satisfies HoldOrder[]) {
      const { reading } = await held.obey(order, WITHIN_MS);
      readings.push(reading);
      console.error(`${IDLE_SOCKETS}: ${reading.sockets} sockets, ${reading.rssMiB.toFixed(0)} MiB`);
    }
    return readings;
  } finally {
    await held.end();
  }
}

/** Node itself asks for as many as it may have; how many that is, is not its to say. */
async function requireOpenFiles(count: number): Promise<void> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const [, hard] = /^Max open files\s+\S+\s+(\d+)/m.exec(limits) ?? [];
  if (hard !== undefined && Number(hard) < count)
    throw new Error(`${IDLE_SOCKETS} needs ${count} open files, ${hard} are allowed: as root, ulimit -n ${count}.`);
}
