import type { Admin } from 'kafkajs';
import type { KafkaClient } from './client.js';
import { createDepartures } from './departures.js';

export interface AdminClient {
  /** Gives it an admin of kafkajs that is connected; after a failure the next one gets a new one. */
  use<Result>(work: (admin: Admin) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

/** One admin, shared. A lost connection isn't always noticed by kafkajs, so whatever failed is not used again. */
export function createAdminClient(newClient: () => KafkaClient): AdminClient {
  let current: { readonly admin: Admin; readonly client: KafkaClient } | undefined;
  const departures = createDepartures();
  const open = () => {
    const client = newClient();
    return { admin: client.kafka.admin(), client };
  };
  const throwAway = ({ admin, client }: NonNullable<typeof current>) => {
    current = undefined;
    departures.leave(admin, client);
  };
  return {
    async use(work) {
      const used = (current ??= open());
      try {
        return await work(used.admin);
      } catch (error) {
        // Of several that failed at once the first threw it away.
        if (current === used) throwAway(used);
        throw error;
      }
    },
    async close() {
      if (current) throwAway(current);
      await departures.settled();
    },
  };
}
