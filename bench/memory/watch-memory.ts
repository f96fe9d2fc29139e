import type { Place } from '../compared-path.js';
import { startObedient } from '../obedient-process.js';
import { MEMORY, type Reading } from './readings.js';
import type { WatchOrder, WatchReport } from './watched.js';

const MESSAGES = 300_000;
const READ_EVERY = 30_000;
const OPENING_MS = 120_000;
/** At 20 messages a second, which is far too few. */
const READING_MS = (READ_EVERY / 20) * 1_000;

/** Sends 300,000 messages through one default process, and reads what it holds at the start and after each tenth. */
export async function watchMemory(place: Place): Promise<readonly Reading[]> {
  const watched = startObedient<WatchOrder, WatchReport>('memory/watched.js', MEMORY, ['--expose-gc']);
  const readings: Reading[] = [];
  try {
    await watched.obey({ kind: 'open', place }, OPENING_MS);
    for (let sent = 0; sent < MESSAGES; sent += READ_EVERY) {
      const { reading } = await watched.obey({ kind: 'deliver', messages: READ_EVERY }, READING_MS);
      if (reading === undefined) throw new Error('It did not tell of its memory.');
      readings.push(reading);
      console.error(`${MEMORY}: ${reading.messages} messages, ${reading.heapMiB.toFixed(0)} MiB of heap`);
    }
    return readings;
  } finally {
    await watched.end();
  }
}
