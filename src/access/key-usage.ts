import { sql } from 'drizzle-orm';
import type { Logger } from 'pino';
import type { Database } from '../database/database.js';
import { apiKeyIds, type ApiKeyId } from '../events/kernel/ids.js';
import { pause, type Running } from '../lifecycle.js';

/** `ApiKey.lastUsedAt` is that coarse: a write per request would cost more than the request. */
const WRITE_EVERY_MS = 30_000;
/** Keys that are noted between two writes; of those beyond, this use isn't noted. */
const NOTED_MAX = 10_000;

export interface KeyUsage extends Running {
  note(keyId: ApiKeyId, at: Date): void;
}

/** Gathers when each key was last used, and writes it down in one statement now and then, and in the end. */
export function createKeyUsage({ database, logger }: { database: Database; logger: Logger }): KeyUsage {
  const noted = new Map<ApiKeyId, Date>();
  const stopping = new AbortController();
  const write = async () => {
    const uses = [...noted];
    noted.clear();
    if (uses.length === 0) return;
    await writeUses(database, uses).catch((error: unknown) =>
      logger.warn({ err: error }, 'the use of keys was not noted'),
    );
  };
  const keep = async () => {
    while (!stopping.signal.aborted) {
      await pause(WRITE_EVERY_MS, stopping.signal);
      await write();
    }
  };
  const kept = keep();
  return {
    note(keyId, at) {
      if (noted.size < NOTED_MAX || noted.has(keyId)) noted.set(keyId, at);
    },
    async stop() {
      stopping.abort();
      await kept;
    },
  };
}

/** In the order of the keys, so that two processes that write at once wait for each other and close no circle. */
async function writeUses({ orm }: Database, uses: readonly (readonly [ApiKeyId, Date])[]): Promise<void> {
  await orm.execute(sql`
    with used as (
      select k.id, given.at
      from unnest(
        ${sql.param(uses.map(([id]) => apiKeyIds.toUuid(id)))}::uuid[],
        ${sql.param(uses.map(([, at]) => at.toISOString()))}::timestamptz[]
      ) as given (id, at)
      join config.api_keys k on k.id = given.id
      where k.last_used_at is null or k.last_used_at < given.at
      order by k.id for update of k
    )
    update config.api_keys set last_used_at = used.at from used where api_keys.id = used.id`);
}
