import { atMost } from '../../lifecycle.js';
import type { SettingsRefusal } from '../../providers/provider.js';
import type { ParleyEvent } from '../catalog.js';
import type { ChannelId } from '../kernel/ids.js';
import { LogUnavailableError } from '../log/event-log.js';
import { isSingleLine } from '../message/plain-text.js';
import type { CommandDeps } from './command-deps.js';
import type { UserError } from './commands.js';

const NAME_LENGTH_MAX = 100;
const SETTINGS_BYTES_MAX = 16_384;
/** A Postgres or a log that went away just now must not undo the answer. */
const TELL_WITHIN_MS = 2_000;

export function refuseName(name: string): UserError[] {
  if (name.trim() !== '' && name.length <= NAME_LENGTH_MAX && isSingleLine(name)) return [];
  const message = `1 to ${NAME_LENGTH_MAX} characters, and no control characters.`;
  return [{ code: 'INPUT_INVALID', message, field: ['name'] }];
}

export function refuseSettings(settings: Readonly<Record<string, unknown>>): UserError[] {
  if (Buffer.byteLength(JSON.stringify(settings)) <= SETTINGS_BYTES_MAX) return [];
  return [{ code: 'SETTINGS_INVALID', message: `At most ${SETTINGS_BYTES_MAX} bytes as JSON.`, field: ['settings'] }];
}

export const settingsRefusal = ({ field, message }: SettingsRefusal): UserError => ({
  ...{ code: 'SETTINGS_INVALID', message, field: ['settings', ...field] },
});

/** The commit was the acceptance: what the directory doesn't hear now, NOTIFY tells it; what the log doesn't take, the sweeper appends. */
export async function tellChannel(
  { directory, outbox }: CommandDeps,
  id: ChannelId,
  events: readonly ParleyEvent[],
): Promise<void> {
  const tell = async () => {
    await directory.refresh(id).catch(() => undefined);
    try {
      if (events.length > 0) await outbox.publish(events);
    } catch (error) {
      if (!(error instanceof LogUnavailableError)) throw error;
    }
  };
  await atMost(TELL_WITHIN_MS, tell());
}
