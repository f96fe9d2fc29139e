import type { Place, Side } from '../compared-path.js';
import { createSandboxChannel } from '../http/ask.js';
import { startParley } from '../http/parley.js';
import { startLoad, underLoad } from '../load-process.js';

/** At 100 messages a second, which is little, each is delivered within 2 s; of the sandbox' stories none is sooner than 0.1 s. */
const OUTSTANDING_MAX = 200;

/** A whole Parley in one process, its sandbox included: from the request until the read models say DELIVERED. */
export async function loopInDefaultProcess(place: Place): Promise<Side> {
  const parley = await startParley(place, ['api', 'interpreter', 'projector', 'dispatcher'], QUIET);
  const channelId = await createSandboxChannel(parley);
  const { url, apiKey } = parley;
  const { databaseUrl, partitions } = place;
  const load = await startLoad({
    ...{ kind: 'senders', url, apiKey, channelId, databaseUrl, partitions },
    outstandingMax: OUTSTANDING_MAX,
  });
  return underLoad(load, () => parley.stop());
}

/** The sandbox's stories that a stop ends are none of anybody's business here. */
const QUIET = { PARLEY_LOG_LEVEL: 'error' };
