import type { Place, Side } from '../compared-path.js';
import { createSandboxChannel } from '../http/ask.js';
import { startParley } from '../http/parley.js';
import { startLoad, underLoad } from '../load-process.js';

const SENDS_PER_SECOND = 50;

/** A whole Parley in one process, whose sandbox carries what is sent: from a send until somebody else sees it. */
export async function seenInDefaultProcess(place: Place): Promise<Side> {
  const parley = await startParley(place, ['api', 'interpreter', 'projector', 'dispatcher'], QUIET);
  const channelId = await createSandboxChannel(parley);
  const { url, apiKey } = parley;
  const load = await startLoad({ kind: 'watchers', url, apiKey, channelId, perSecond: SENDS_PER_SECOND });
  return underLoad(load, () => parley.stop());
}

/** What stops a default process tells of webhooks that the carrier could not bring any more. */
const QUIET = { PARLEY_LOG_LEVEL: 'error' };
