import type { Place, Side } from '../compared-path.js';
import { startLoad, underLoad } from '../load-process.js';
import { createSandboxChannel } from './ask.js';
import { startBareApollo } from './bare-apollo.js';
import { startParley } from './parley.js';

/** Enough that the log's batches and Postgres' fill while one is under way. */
const CONNECTIONS = 64;
/** A batch is as much as 100 sends: fewer keep the process as busy, and are answered within the 5 s of a send. */
const BATCH_CONNECTIONS = 4;

/** Accepted by the API alone: keys and addresses in Postgres, the event in Kafka. */
export async function sendToApi(place: Place, { isKeyed = true, messages = 1 } = {}): Promise<Side> {
  const parley = await startParley(place, ['api'], { PARLEY_SANDBOX: 'false' });
  const channelId = await createSandboxChannel(parley);
  const { url, apiKey } = parley;
  const connections = messages === 1 ? CONNECTIONS : BATCH_CONNECTIONS;
  const load = await startLoad({ kind: 'sends', isOurs: true, url, apiKey, channelId, isKeyed, messages, connections });
  return underLoad(load, () => parley.stop());
}

/** The same requests, to a mutation that does nothing. */
export async function sendToBareApollo(): Promise<Side> {
  const bare = await startBareApollo();
  const load = await startLoad({
    ...{ kind: 'sends', isOurs: false, url: bare.url, apiKey: 'none', channelId: 'none' },
    ...{ isKeyed: true, messages: 1, connections: CONNECTIONS },
  });
  return underLoad(load, () => bare.stop());
}
