import type { Place, Side } from '../compared-path.js';
import { startParley } from '../http/parley.js';
import { startLoad, underLoad } from '../load-process.js';
import { fingerprintOf } from './fingerprint.js';
import { startBareGraphqlWs } from './bare-graphql-ws.js';

const SUBSCRIBERS = 2_000;

/** From the journal to all sockets; the event is appended and folded by other processes. */
export async function fanOutFromJournal(place: Place): Promise<Side> {
  const parley = await startParley(place, ['api'], { PARLEY_SANDBOX: 'false' });
  const { url, apiKey } = parley;
  const log = { place, fingerprint: await fingerprintOf(place) };
  const load = await startLoad({ kind: 'subscribers', subscribers: SUBSCRIBERS, url, apiKey, log });
  return underLoad(load, () => parley.stop());
}

export async function fanOutBare(): Promise<Side> {
  const bare = await startBareGraphqlWs();
  const settings = { url: bare.url, apiKey: 'none', log: undefined };
  const load = await startLoad({ kind: 'subscribers', subscribers: SUBSCRIBERS, ...settings });
  return underLoad(load, () => bare.stop());
}
