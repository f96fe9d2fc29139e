import type { Caller } from '../../access/caller.js';
import { createMicroBatch } from '../../database/micro-batch.js';
import type { WorkspaceId } from '../kernel/ids.js';
import type { CommandDeps } from './command-deps.js';
import { createFreshLookup } from './fresh-lookup.js';
import type { SendLookups } from './send-steps.js';

const TOGETHER_MAX = 500;
/** Each send of a batch asks one question after another. */
const WAITING_MAX = 1_000;

/** Look-ups for many sends at once: what several ask at the same time is one statement, and one question to the log. */
export function shareLookups({ finders, log, feed }: CommandDeps, { workspaceId }: Caller): SendLookups {
  const bounds = { sizeMax: TOGETHER_MAX, waitingMax: WAITING_MAX };
  const together = <Id, Found>(find: (workspace: WorkspaceId, ids: readonly Id[]) => Promise<Found[]>) => {
    const findOne = createMicroBatch<Id, Found>({ ...bounds, run: (ids) => find(workspaceId, ids) });
    return (_workspace: WorkspaceId, ids: readonly Id[]): Promise<Found[]> => Promise.all(ids.map(findOne));
  };
  const headsNow = createMicroBatch<'events', readonly bigint[]>({
    ...bounds,
    run: async (asked) => {
      const heads = await log.heads('events');
      return asked.map(() => heads);
    },
  });
  return {
    finders: {
      ...finders,
      messages: together(finders.messages),
      conversations: together(finders.conversations),
      contacts: together(finders.contacts),
    },
    freshly: createFreshLookup({ log: { heads: () => headsNow('events') }, feed }),
  };
}
