import { accepted, refused } from '../events/kernel/decision.js';
import { apiKeyIds } from '../events/kernel/ids.js';
import type { AccessResult, Administration, AdministrationDeps, KeyWithSecret } from './administration.js';
import { refusal, refuseRotation } from './judge-key.js';
import { judgeNewKey } from './judge-new-key.js';
import { refuseQuota } from './judge-quota.js';
import { createKey, revokeKey, rotateKey } from './manage-keys.js';
import { tell } from './tell.js';

/** A week: whoever needs longer to exchange a key makes a second one. */
export const OVERLAP_SECONDS_MAX = 604_800;

type KeyCommands = Pick<Administration, 'createApiKey' | 'rotateApiKey' | 'revokeApiKey'>;

/** Keys, as whoever administers a workspace makes, renews and ends them. */
export const createKeyCommands = (deps: AdministrationDeps): KeyCommands => ({
  createApiKey: createApiKey(deps),
  rotateApiKey: rotateApiKey(deps),
  revokeApiKey: revokeApiKey(deps),
});

const noSuchKey = refusal('API_KEY_NOT_FOUND', 'There is no such API key.', 'id');

const createApiKey =
  ({ database, outbox, clock, quotaDefaults }: AdministrationDeps): KeyCommands['createApiKey'] =>
  async (caller, input) => {
    const now = clock.now();
    const judged = judgeNewKey(caller, input, now, quotaDefaults);
    if (!judged.ok) return judged;
    const { event, key, ...made } = await createKey(database, judged.value, now, caller.keyId);
    await tell(outbox, [event]);
    return accepted({ key: made, secret: key });
  };

const rotateApiKey =
  ({ database, outbox, clock, quotaDefaults }: AdministrationDeps): KeyCommands['rotateApiKey'] =>
  async (caller, { id, overlapSeconds, quota }): Promise<AccessResult<KeyWithSecret>> => {
    const now = clock.now();
    const keyId = apiKeyIds.parse(id);
    if (keyId === undefined) return refused(noSuchKey);
    if (overlapSeconds < 0 || overlapSeconds > OVERLAP_SECONDS_MAX)
      return refused(refusal('INPUT_INVALID', `0 to ${OVERLAP_SECONDS_MAX} seconds.`, 'overlapSeconds'));
    const [refusedQuota] = refuseQuota(caller, quota, quotaDefaults);
    if (refusedQuota !== undefined) return refused(refusedQuota);
    const { workspaceId, keyId: actorKeyId } = caller;
    const rotation = { id: keyId, workspaceId, actorKeyId, overlapMs: overlapSeconds * 1_000, quota };
    const rotated = await rotateKey(database, { ...rotation, refuse: (key) => refuseRotation(caller, key, now) }, now);
    if (rotated === undefined) return refused(noSuchKey);
    if (!rotated.ok) return rotated;
    const { event, key, ...view } = rotated.value;
    await tell(outbox, [event]);
    return accepted({ key: view, secret: key });
  };

const revokeApiKey =
  ({ database, outbox, clock }: AdministrationDeps): KeyCommands['revokeApiKey'] =>
  async ({ workspaceId, keyId: actorKeyId }, id) => {
    const keyId = apiKeyIds.parse(id);
    const found = keyId && (await revokeKey(database, keyId, clock.now(), { workspaceId, actorKeyId }));
    if (found === undefined) return refused(noSuchKey);
    if (found.event !== undefined) await tell(outbox, [found.event]);
    return accepted(found.key);
  };
