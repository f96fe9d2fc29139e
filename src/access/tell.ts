import type { AuditEvent } from '../events/channel/events.js';
import { LogUnavailableError } from '../events/log/event-log.js';
import type { Outbox } from '../events/outbox/outbox.js';
import { atMost } from '../lifecycle.js';

/** A log that went away just now must not undo the answer. */
const TELL_WITHIN_MS = 2_000;

/** The commit was the acceptance: what the log doesn't take now, the sweeper appends. */
export async function tell(outbox: Pick<Outbox, 'publish'>, events: readonly AuditEvent[]): Promise<void> {
  const publish = async () => {
    try {
      await outbox.publish(events);
    } catch (error) {
      if (!(error instanceof LogUnavailableError)) throw error;
    }
  };
  await atMost(TELL_WITHIN_MS, publish());
}
