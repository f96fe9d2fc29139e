import type { Logger } from 'pino';
import type { ChannelDirectory } from '../../../providers/channel.js';
import type { ChannelId } from '../../kernel/ids.js';

/** So many are named; a log full of them tells no more. */
const TOLD_MAX = 1_000;

/**
 * The directory, saying once of each channel that isn't known here: what is to go out by it waits, for as long as it
 * takes until it is back. The log knows messages of channels that this Postgres doesn't where the instance secret was
 * imported instead of a backup being restored.
 */
export function tellOfUnknownChannels(directory: ChannelDirectory, logger: Logger): ChannelDirectory {
  const told = new Set<ChannelId>();
  return {
    ...directory,
    async find(id) {
      const found = await directory.find(id);
      if (found === undefined && !told.has(id) && told.size < TOLD_MAX) {
        told.add(id);
        logger.warn({ channelId: id }, 'messages wait for a channel that is not known: restore it from a backup');
      }
      return found;
    },
  };
}
