import { createMicroBatch } from '../../database/micro-batch.js';
import { UnavailableError } from '../../errors.js';
import { pause } from '../../lifecycle.js';
import { findKeys, type KeyRef, type KeyRow } from '../outbox/idempotency-rows.js';
import type { CommandDeps } from './command-deps.js';

const BATCH_MAX = 500;
const WAITING_MAX = 10_000;
/** Within the 5 s of an answer; the intake takes less, unless there is much to read. */
const INTAKE_WAIT_MS = 2_000;
const LOOK_EVERY_MS = 50;

/**
 * Which send a key stands for; undefined: surely none. In a restored Postgres keys are missing that the log has, until
 * the dispatcher's intake has made them anew (rule 16): a key that isn't found then is looked up again afterwards.
 * @throws UnavailableError the intake has too much to read yet, or no dispatcher runs
 */
export function createKeyFinder(deps: CommandDeps): (ref: KeyRef) => Promise<KeyRow | undefined> {
  const find = createMicroBatch({
    ...{ sizeMax: BATCH_MAX, waitingMax: WAITING_MAX },
    run: (refs: readonly KeyRef[]) => findSurely(deps, refs),
  });
  return async (ref) => {
    const found = await find(ref);
    if (found !== 'unsure') return found;
    throw new UnavailableError(
      'Parley was restored and still reads what happened since: it is not known whether this idempotencyKey was used. ' +
        'Send it again with the same one.',
    );
  };
}

type Found = KeyRow | 'unsure' | undefined;

/** First the look-up, then the question: a copy that was put back in between is noticed (`CatchUpGate.holds`). */
async function findSurely(
  { database, hasIntakeSeenAll }: CommandDeps,
  refs: readonly KeyRef[],
): Promise<readonly Found[]> {
  const found = await findKeys(database.orm, refs);
  if (found.every((row) => row !== undefined) || (await hasIntakeSeenAll())) return found;
  const deadline = performance.now() + INTAKE_WAIT_MS;
  while (!(await hasIntakeSeenAll())) {
    if (performance.now() > deadline) return found.map((row) => row ?? 'unsure');
    await pause(LOOK_EVERY_MS);
  }
  return findKeys(database.orm, refs);
}
