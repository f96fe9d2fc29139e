import type { Admin, Kafka } from 'kafkajs';
import { createDepartures } from './departures.js';

export interface AdminClient {
  /** Gives it an admin of kafkajs that is connected; after a failure the next one gets a new one. */
  use<Result>(work: (admin: Admin) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

/** One admin, shared. A lost connection isn't always noticed by kafkajs, so whatever failed is not used again. */
export function createAdminClient(kafka: Kafka): AdminClient {
  let current: Admin | undefined;
  const departures = createDepartures();
  const throwAway = (admin: Admin) => {
    if (current === admin) current = undefined;
    departures.leave(admin);
  };
  return {
    async use(work) {
      const admin = (current ??= kafka.admin());
      try {
        return await work(admin);
      } catch (error) {
        // Of several that failed at once the first threw it away.
        if (current === admin) throwAway(admin);
        throw error;
      }
    },
    async close() {
      if (current) throwAway(current);
      await departures.settled();
    },
  };
}
