import { findCopy, takePrevious } from './copies.js';
import { followFromNowOn, withNextCopy, type CopyControl, type CopyDeps } from './copy-work.js';
import { exchange } from './exchange.js';

/** What putting the previous read models back came to. */
export interface RestoreResult {
  /** When they were served last, RFC 3339. */
  readonly servedUntil: string;
  /** For how long nothing was projected during the exchange, in milliseconds. */
  readonly pausedForMs: number;
}

/**
 * Puts the read models that were served before the last exchange back in place, after they have caught up with the log.
 * What was served is then the previous copy: this undoes itself, too.
 * @throws OperationRefusedError there are none, or they no longer fit
 */
export async function restoreReadModels(deps: CopyDeps, control: CopyControl): Promise<RestoreResult> {
  const id = await deps.database.transaction((tx) => takePrevious(tx));
  return withNextCopy(deps, control, id, async (work) => {
    const taken = await findCopy(deps.database.orm, 'read_next');
    await followFromNowOn(work, 'Folding what came since');
    const pausedForMs = Math.round(await exchange(work, id));
    return { servedUntil: taken?.replacedAt ?? '', pausedForMs };
  });
}
