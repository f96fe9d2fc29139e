import type { Admin, Kafka } from 'kafkajs';
import { atMost } from '../../../lifecycle.js';

export interface AdminClient {
  /** Gives it an admin of kafkajs that is connected; after a failure the next one gets a new one. */
  use<Result>(work: (admin: Admin) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

const DISCONNECT_WITHIN_MS = 3_000;

/** One admin, shared. A lost connection isn't always noticed by kafkajs, so whatever failed is not used again. */
export function createAdminClient(kafka: Kafka): AdminClient {
  let current: Admin | undefined;
  const leaving = new Set<Promise<void>>();
  const throwAway = (admin: Admin) => {
    if (current === admin) current = undefined;
    const left = admin.disconnect().catch(() => undefined);
    leaving.add(left);
    void left.then(() => leaving.delete(left));
  };
  return {
    async use(work) {
      const admin = (current ??= kafka.admin());
      try {
        return await work(admin);
      } catch (error) {
        throwAway(admin);
        throw error;
      }
    },
    async close() {
      if (current) throwAway(current);
      await atMost(DISCONNECT_WITHIN_MS, Promise.all(leaving));
    },
  };
}
