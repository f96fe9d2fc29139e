import type { EventLog } from '../../src/events/log/event-log.js';
import type { Place, Side } from '../compared-path.js';
import { openDispatcher } from './open-dispatcher.js';
import { makeWaiting } from './waiting-rows.js';

const CHANNELS = 4;
/** Made at once, then sent: enough that the last of them, when little is under way, weigh nothing. */
const ROUND = { messages: 2_000, lanes: 1_000, channels: CHANNELS };

/** A message that waits, until its outcome is stored and its events are in the log. */
export async function dispatchMessages(place: Place): Promise<Side> {
  const submitted = countSubmitted();
  const opened = await openDispatcher(place, {
    baseUrls: Array.from({ length: CHANNELS }, () => place.providerUrl),
    watch: submitted.watch,
  });
  let round = 0;
  return {
    async work(milliseconds) {
      const until = performance.now() + milliseconds;
      const latenciesMs: number[] = [];
      let operations = 0;
      while (performance.now() < until) {
        const startedAt = performance.now();
        const all = submitted.more(ROUND.messages);
        await makeWaiting(opened.database, { ...ROUND, round });
        await opened.database.pool.query(`select pg_notify('parley_dispatch', 'due')`);
        await all;
        round += 1;
        operations += ROUND.messages;
        // Of a whole round: how long the last one waited.
        latenciesMs.push(performance.now() - startedAt);
      }
      return { operations, latenciesMs };
    },
    close: () => opened.close(),
  };
}

function countSubmitted() {
  let count = 0;
  let target = Number.POSITIVE_INFINITY;
  let reach: () => void = () => undefined;
  return {
    watch: (log: EventLog): EventLog => ({
      ...log,
      async append(topic, record, options) {
        const position = await log.append(topic, record, options);
        if (record.headers['ce_type'] === 'message.submitted' && (count += 1) >= target) reach();
        return position;
      },
    }),
    more(messages: number): Promise<void> {
      target = count + messages;
      return new Promise((resolve) => (reach = resolve));
    },
  };
}
