import type { Place, Side } from '../compared-path.js';
import { openLog } from '../kafka/open-log.js';
import { toRecord } from '../product.js';
import { EVENTS_EACH, historyOf } from './history.js';

/** Whoever fills the log with what is then to be folded. */
export interface AppendsSettings {
  readonly kind: 'appends';
  readonly place: Place;
}

const FINGERPRINT = 'f'.repeat(16);
const CALLERS = 100;

/** For each ms of a round so many messages: with six events each about as much as is folded in that time. */
export const MESSAGES_PER_MS = 1;

/** `work` appends what a round of that length will need, and tells how many events that were. */
export async function openAppends({ place }: AppendsSettings): Promise<Side> {
  const log = await openLog(place);
  let next = 0;
  return {
    async work(milliseconds) {
      const end = next + milliseconds * MESSAGES_PER_MS;
      const startedAt = performance.now();
      const append = async () => {
        while (next < end) {
          const story = historyOf((next += 1) - 1, 1);
          await Promise.all(story.map((event) => log.append('events', toRecord(event, FINGERPRINT))));
        }
      };
      await Promise.all(Array.from({ length: CALLERS }, append));
      return {
        operations: milliseconds * MESSAGES_PER_MS * EVENTS_EACH,
        latenciesMs: [performance.now() - startedAt],
      };
    },
    close: () => log.close(),
  };
}
